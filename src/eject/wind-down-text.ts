import type { AnswerSource, WhoCanDifference } from '../access/explain.ts';
import { whoCanBlocks } from '../access/text/explain.ts';
import type { DisplayNames } from '../access/text/names.ts';
import { userText } from '../access/text/names.ts';
import { CLOSURE } from '../catalog/closure.ts';
import { CAPABILITIES, SPENDING_CAPABILITIES } from '../catalog/mturk.ts';
import { dateWords, distanceWords } from '../text/dates.ts';
import { alert, type Block, codeBlock, heading, type Item, list, onlyIf, paragraph, rowsOf } from '../text/document.ts';
import { codeText, counted, listTexts, TEAM_FILE, type Text, t, trusted } from '../text/text.ts';
import type { WindDown, WindDownStep } from './wind-down.ts';

/** `who` is of what users are known: those of the file, or of the account. */
const STATES: Readonly<Record<WindDown['state'], (who: Text) => Text>> = {
  spends: () => t`Money can still be spent.`,
  changes: (who) => t`No ${who} can spend money. Data can still be changed.`,
  reads: (who) => t`Read only: no ${who} can change anything.`,
  nothing: (who) => t`No ${who} can call Mechanical Turk.`,
};

const STEPS: Readonly<Record<WindDownStep['id'], Text>> = {
  'finish-work': t`If Mechanical Turk still answers, expire the HITs first, and decide about what was submitted: a freeze denies approving, and not the automatic payment.`,
  'stop-spending': t`Stop all spending. Members can still expire HITs, and read:`,
  'read-only': t`Leave reading alone. Do this once no HIT is left to expire:`,
  'stop-reading': t`Stop reading, too, once the results are saved:`,
  keys: t`Deactivate the access keys, which can be undone:`,
  workflows: t`On GitHub, disable the workflows ${codeText('plan')}, ${codeText('apply')} and ${codeText('drift')} (Actions, Disable workflow).`,
  destroy: t`Delete users, access keys, groups and policies. This cannot be undone:`,
  bootstrap: t`Delete what ${codeText('bootstrap')} made: roles, permissions boundary and state:`,
};

const STAGES = [
  ['read-only', t`To read only`],
  ['closed', t`Then to closed`],
] as const;

/** Where a lab is on its way to an end, and how to go on. `source` is where the answer about spending is from. */
export function windDownBlocks(
  windDown: WindDown,
  naming: DisplayNames,
  source: AnswerSource<WhoCanDifference>,
  at: Date,
): readonly Block[] {
  return [
    heading(2, t`Wind down ${codeText(naming.lab)}, on ${trusted(dateWords(at.toISOString()))}`),
    paragraph(
      source.kind === 'aws'
        ? t`${STATES[windDown.state](t`IAM user`)} Roles were not read.`
        : STATES[windDown.state](t`member`),
    ),
    heading(3, t`Dates of AWS`),
    list(CLOSURE.map((date) => dateText(date, at))),
    paragraph(
      t`Whether the API still answers is unknown. A member finds out with ${codeText('mturk-team keys test')}.`,
    ),
    ...whoCanBlocks(windDown.spend, naming, source),
    heading(3, t`What a freeze does`),
    list(freezeTexts(windDown)),
    heading(3, t`Access keys`),
    ...keyBlocks(windDown, naming, at),
    heading(3, t`What stays readable, if the API still answers`),
    list(readableTexts(windDown)),
    ...STAGES.flatMap(([stage, title]) => {
      const steps = windDown.steps.filter((step) => step.stage === stage);
      const items = list(steps.map(stepItem), { ordered: true, open: steps.length });
      return onlyIf(steps.length > 0, heading(3, title), items);
    }),
    alert(
      'note',
      t`An edit writes ${TEAM_FILE}. If workflows apply it, add ${codeText('--pull-request')} to each edit, have it approved, and merge it instead of ${codeText('mturk-team apply')}.`,
    ),
  ];
}

function dateText({ day, what, source, basis }: (typeof CLOSURE)[number], at: Date): Text {
  const when = t`${trusted(dateWords(day))} (${trusted(distanceWords(new Date(day), at))})`;
  const from = basis === 'announced' ? t`AWS` : t`reported by others; the page was not read`;
  return t`${when}: ${trusted(what)}. Source: ${from}, ${trusted(source)}`;
}

/** Automatic payment: https://docs.aws.amazon.com/AWSMechTurk/latest/AWSMturkAPI/ApiReference_CreateHITOperation.html */
function freezeTexts({ frozen }: WindDown): readonly Text[] {
  const words = SPENDING_CAPABILITIES.map((name) => t`${trusted(CAPABILITIES[name].can)} (${codeText(name)})`);
  return [
    t`Once applied, ${codeText('mturk-team freeze')} denies every member: ${listTexts(words)}.`,
    ...(frozen.length === 0 ? [] : [t`Frozen now: ${listTexts(frozen.map(codeText))}.`]),
    t`It does not stop HITs that are published. Workers go on until they expire, and work that no one rejects is paid automatically.`,
    t`It does not stop administrators, the root user, roles, and users outside the lab; ${codeText('mturk-team drift')} lists the latter.`,
  ];
}

function keyBlocks({ keys }: WindDown, naming: DisplayNames, at: Date): readonly Block[] {
  if (keys === null) return [paragraph(t`Not read: add ${codeText('--live')} to ask AWS.`)];
  const active = keys.filter((key) => key.active);
  const rows = active.map(({ user, id, created, lastUsed }) => [
    ...[userText(user, naming), codeText(id)],
    t`created ${trusted(dateWords(created))}`,
    lastUsed === null
      ? t`never used`
      : t`last used ${trusted(dateWords(lastUsed))} (${trusted(distanceWords(new Date(lastUsed), at))})`,
  ]);
  const inactive = keys.length - active.length;
  const others = inactive === 0 ? t`` : t`, and ${trusted(counted(inactive, 'inactive one'))}`;
  return [rowsOf(rows), paragraph(t`${trusted(counted(active.length, 'active key'))}${others}.`)];
}

/** Disposal: https://docs.aws.amazon.com/AWSMechTurk/latest/AWSMturkAPI/ApiReference_DeleteHITOperation.html */
function readableTexts({ read }: WindDown): readonly Text[] {
  const users = trusted(counted(read.users.length, 'user'));
  return [
    t`HITs, submitted work and uploaded files (${codeText('results:read')}), the balance and bonuses paid (${codeText('account:read')}), and lists of workers (${codeText('workers:read')}): ${users} can read some of it.`,
    t`Save them now. Mechanical Turk disposes of HITs after 120 days, and no longer lists them.`,
  ];
}

function stepItem({ id, commands }: WindDownStep): Item {
  return { text: STEPS[id], blocks: commands.length === 0 ? [] : [codeBlock('sh', commands)] };
}
