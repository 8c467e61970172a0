import { type DisplayNames, memberText, nameOutsideLabText, otherPolicyText, userText } from '../access/text/names.ts';
import { commandLine, iamCommand } from '../drift/rules/aws-command.ts';
import type { HeldKey } from '../keys/rules.ts';
import { dateWords } from '../text/dates.ts';
import { alert, type Block, codeBlock, heading, type Item, list, paragraph } from '../text/document.ts';
import { pasted } from '../text/escape.ts';
import {
  codeText,
  countedText,
  joinTexts,
  lineBreak,
  listTexts,
  proseText,
  sentences,
  someTexts,
  type Text,
  t,
  trusted,
} from '../text/text.ts';
import type { Held, Survey, UserProblem } from './survey.ts';

const SHOWN = 10;
/** GitHub folds none of them. */
const STEPS = 10;

/** What a member has, and the steps of a departure, each with its command. `out` is the file that was saved. */
export function surveyBlocks(
  survey: Survey,
  { out, deactivated }: { readonly out: string | null; readonly deactivated: readonly HeldKey[] },
  names: DisplayNames,
): readonly Block[] {
  const { member, user, held, problem } = survey;
  const who = memberText({ key: member, name: names.people.get(user)?.name ?? null });
  return [
    heading(3, t`${who}: what they have, and how they leave ${codeText(names.lab)}`),
    ...(deactivated.length === 0 ? [] : [paragraph(t`Deactivated ${countedText(deactivated.length, 'access key')}.`)]),
    ...(out === null
      ? []
      : [paragraph(t`Saved what the proof needs in ${codeText(out)}. Keep it where only you can write.`)]),
    ...(problem === null ? [] : [alert('warning', t`${PROBLEMS[problem]} Run ${codeText('mturk-team drift')} first.`)]),
    paragraph(held === null ? t`There is no IAM user ${codeText(user)}.` : t`IAM user ${codeText(user)} has:`),
    ...(held === null ? [] : [{ kind: 'table', head: [t`What`, t`Which`], rows: heldRows(held, names) } as const]),
    list(stepsOf(survey, out, names), { ordered: true, open: STEPS }),
  ];
}

const PROBLEMS: Readonly<Record<UserProblem, Text>> = {
  unknown: t`Which IAM user was applied is not known: this one is taken by its name.`,
  replaced: t`Another IAM user has the name of the one that was applied.`,
  renamed: t`The IAM user that was applied has another name now.`,
  moved: t`Someone moved the IAM user out of the lab's path, where no role of mturk-team deletes it.`,
};

function heldRows({ facts, roles, otherGroups, credentials }: Held, names: DisplayNames): readonly (readonly Text[])[] {
  const { password, mfa, ssh, certificates, services, notChecked } = credentials;
  const used = (at: string | null) => trusted(at === null ? 'never used' : `last used ${dateWords(at)}`);
  const keys = facts.keys.map(({ id, active, created, lastUsed }) => {
    const state = active ? t`` : t`inactive, `;
    return t`${codeText(id)}: ${state}created ${trusted(dateWords(created))}, ${used(lastUsed)}`;
  });
  const rows: readonly (readonly [what: Text, items: readonly Text[]])[] = [
    [t`Roles`, [roles.length === 0 ? t`none` : listTexts(roles.map(codeText))]],
    [t`Access keys`, keys],
    [t`Console password`, password === null ? [] : [used(password.lastUsed)]],
    [t`MFA devices`, mfa.map(codeText)],
    [t`SSH keys`, ssh.map(codeText)],
    [t`Signing certificates`, certificates.map(codeText)],
    [t`Service credentials`, services.map(({ id, service }) => t`${codeText(id)} (${service})`)],
    [t`Groups outside the lab`, otherGroups.map((group) => nameOutsideLabText(group, names))],
    [t`Policies of their own`, facts.policies.map(({ policy }) => otherPolicyText(policy, names))],
    [t`Not checked`, notChecked.map((what) => proseText(what))],
  ];
  return rows.flatMap(([what, items]) => (items.length === 0 ? [] : [[what, joinTexts(items, lineBreak)]]));
}

function stepsOf(survey: Survey, out: string | null, names: DisplayNames): readonly Item[] {
  const { member, held, listed } = survey;
  const command = `mturk-team offboard ${pasted(member)}`;
  const file = pasted(out ?? `${member}.json`);
  return [
    ...steps(
      t`Save what the proof needs, before the user is deleted:`,
      held === null || out !== null ? [] : [`${command} --out ${file}`],
    ),
    ...(held === null ? [] : stepsOfHeld(held, command)),
    ...steps(t`Record the departure, then merge and apply it:`, listed === 'member' ? [departCommand(survey)] : []),
    ...(listed === 'departed' && held !== null
      ? [{ text: t`${codeText('team.yaml')} lists them in ${codeText('departed')}: merge and apply it.` }]
      : []),
    ...steps(hitsText(survey, names), [
      'aws mturk update-expiration-for-hit --hit-id HIT --expire-at 2020-01-01 --region us-east-1',
    ]),
    ...steps(t`After the apply, prove that it is over:`, [`${command} --verify${held === null ? '' : ` ${file}`}`]),
  ];
}

/** One step with its commands; none if there is nothing to run. */
function steps(text: Text, commands: readonly string[]): readonly Item[] {
  return commands.length === 0 ? [] : [{ text, blocks: [codeBlock('sh', commands)] }];
}

/** What can end access before the apply, and what would keep a workflow's apply from deleting the user. */
function stepsOfHeld({ facts, otherGroups, credentials }: Held, command: string): readonly Item[] {
  const { password, services, mfa } = credentials;
  const user = ['user-name', facts.user.name] as const;
  const iam = (action: string, ...options: Parameters<typeof iamCommand>[1][]) =>
    commandLine(iamCommand(action, ...options), true);
  // The serial number of a virtual device is an ARN. No role of ours may delete one.
  const devices = mfa.filter((serial) => serial.startsWith('arn:'));
  return [
    ...steps(t`If access must end before the apply, end it now:`, [
      ...(facts.keys.some(({ active }) => active) ? [`${command} --now`] : []),
      ...(password === null ? [] : [iam('delete-login-profile', user)]),
      ...services.map(({ id }) =>
        iam('delete-service-specific-credential', user, ['service-specific-credential-id', id]),
      ),
    ]),
    ...steps(
      t`An administrator removes what no role of mturk-team may: groups outside the lab and virtual MFA devices.`,
      [
        ...otherGroups.map((group) => iam('remove-user-from-group', user, ['group-name', group])),
        ...devices.flatMap((serial) => [
          iam('deactivate-mfa-device', user, ['serial-number', serial]),
          iam('delete-virtual-mfa-device', ['serial-number', serial]),
        ]),
      ],
    ),
  ];
}

function departCommand({ member, sponsored, isOnlyOwner }: Survey): string {
  const options = [...(sponsored.length === 0 ? [] : ['--sponsor KEY']), ...(isOnlyOwner ? ['--owner KEY'] : [])];
  return ['mturk-team member depart', pasted(member), ...options].join(' ');
}

function hitsText({ expirers }: Survey, names: DisplayNames): Text {
  const users = someTexts(
    expirers.map((user) => userText(user, names)),
    SHOWN,
  );
  return sentences(
    t`HITs that they published go on: workers can accept them, and submissions are paid automatically.`,
    expirers.length === 0
      ? t`No one else can expire them: give someone ${codeText('hits:manage')} first.`
      : t`${users} can expire them:`,
  );
}
