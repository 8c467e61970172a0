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
import type { Survey, UserProblem } from './survey.ts';

const SHOWN = 10;
/** GitHub folds none of them. */
const STEPS = 10;
const WHOLE = { accountId: true, keyIds: true };

type Held = NonNullable<Survey['held']>;

/** What was done before the survey. */
export interface Done {
  /** The file that was saved. */
  readonly out: string | null;
  readonly deactivated: readonly HeldKey[];
}

/** What a member has, and the steps of a departure, each with its command. */
export function surveyBlocks(survey: Survey, { out, deactivated }: Done, names: DisplayNames): readonly Block[] {
  const { user, held, problem } = survey;
  const who = personText(survey, names);
  return [
    heading(3, t`${who}: what they have, and how they leave ${codeText(names.lab)}`),
    ...(deactivated.length === 0 ? [] : [paragraph(t`Deactivated ${countedText(deactivated.length, 'access key')}.`)]),
    ...(out === null
      ? []
      : [paragraph(t`Saved what the proof needs in ${codeText(out)}. Keep it where only you can write.`)]),
    ...(problem === null ? [] : [alert('warning', t`${PROBLEMS[problem]} Run ${codeText('mturk-team drift')} first.`)]),
    ...(held === null
      ? [paragraph(t`There is no IAM user ${codeText(user)}.`)]
      : [
          paragraph(t`IAM user ${codeText(user)} has:`),
          { kind: 'table', head: [t`What`, t`Which`], rows: heldRows(held, names) } as const,
        ]),
    list(stepsOf(survey, out, names), { ordered: true, open: STEPS }),
  ];
}

const PROBLEMS: Readonly<Record<UserProblem, Text>> = {
  replaced: t`Another IAM user has the name of the one that was applied.`,
  renamed: t`The IAM user that was applied has another name now.`,
  moved: t`Someone moved the IAM user out of the lab's path, where no role of mturk-team deletes it.`,
};

function personText({ member, user }: Pick<Survey, 'member' | 'user'>, { people }: DisplayNames): Text {
  return memberText({ key: member, name: people.get(user)?.name ?? null });
}

function heldRows({ facts, roles, otherGroups, credentials }: Held, names: DisplayNames): readonly (readonly Text[])[] {
  const { password, mfa, ssh, certificates, services, notChecked } = credentials;
  const row = (what: string, items: readonly Text[]) =>
    items.length === 0 ? [] : [[trusted(what), joinTexts(items, lineBreak)]];
  const used = (at: string | null) => trusted(at === null ? 'never used' : `last used ${dateWords(at)}`);
  return [
    ...row('Roles', roles.length === 0 ? [t`none`] : [listTexts(roles.map(codeText))]),
    ...row(
      'Access keys',
      facts.keys.map(({ id, active, created, lastUsed }) => {
        const state = active ? t`` : t`inactive, `;
        return t`${codeText(id)}: ${state}created ${trusted(dateWords(created))}, ${used(lastUsed)}`;
      }),
    ),
    ...row('Console password', password === null ? [] : [used(password.lastUsed)]),
    ...row('MFA devices', mfa.map(codeText)),
    ...row('SSH keys', ssh.map(codeText)),
    ...row('Signing certificates', certificates.map(codeText)),
    ...row(
      'Service credentials',
      services.map(({ id, service }) => t`${codeText(id)} (${service})`),
    ),
    ...row(
      'Groups outside the lab',
      otherGroups.map((group) => nameOutsideLabText(group, names)),
    ),
    ...row(
      'Policies of their own',
      facts.policies.map(({ policy }) => otherPolicyText(policy, names)),
    ),
    ...row(
      'Not checked',
      notChecked.map(({ what }) => proseText(what)),
    ),
  ];
}

/** What is left to do, in order. */
function stepsOf(survey: Survey, out: string | null, names: DisplayNames): readonly Item[] {
  const { member, held, listed } = survey;
  const of = pasted(member);
  const file = out ?? `${member}.json`;
  return [
    ...(held === null || out !== null
      ? []
      : [
          step(t`Save what the proof needs, before the user is deleted:`, [
            `mturk-team offboard ${of} --out ${pasted(file)}`,
          ]),
        ]),
    ...urgent(survey),
    ...administratorSteps(survey),
    ...(listed === 'member'
      ? [step(t`Record the departure, then merge and apply it:`, [departCommand(survey)])]
      : listed === 'departed' && held !== null
        ? [{ text: t`${codeText('team.yaml')} lists them in ${codeText('departed')}: merge and apply it.` }]
        : []),
    hitsStep(survey, names),
    step(t`After the apply, prove that it is over:`, [
      `mturk-team offboard ${of} --verify${held === null ? '' : ` ${pasted(file)}`}`,
    ]),
  ];
}

function step(text: Text, commands: readonly string[]): Item {
  return { text, blocks: [codeBlock('sh', commands)] };
}

function iam(action: string, ...options: Parameters<typeof iamCommand>[1][]): string {
  return commandLine(iamCommand(action, ...options), WHOLE);
}

/** What keeps the apply of a workflow from deleting the user. */
function administratorSteps({ user, held }: Survey): readonly Item[] {
  if (held === null) return [];
  // The serial number of a virtual device is an ARN. No role of ours may delete one.
  const devices = held.credentials.mfa.filter((serial) => serial.startsWith('arn:'));
  const commands = [
    ...held.otherGroups.map((group) => iam('remove-user-from-group', ['user-name', user], ['group-name', group])),
    ...devices.flatMap((serial) => [
      iam('deactivate-mfa-device', ['user-name', user], ['serial-number', serial]),
      iam('delete-virtual-mfa-device', ['serial-number', serial]),
    ]),
  ];
  const text = t`An administrator removes what no role of mturk-team may: groups outside the lab and virtual MFA devices.`;
  return commands.length === 0 ? [] : [step(text, commands)];
}

/** What someone can still sign in or sign with before the apply. */
function urgent({ member, user, held }: Survey): readonly Item[] {
  if (held === null) return [];
  const { password, services } = held.credentials;
  const commands = [
    ...(held.facts.keys.some(({ active }) => active) ? [`mturk-team offboard ${pasted(member)} --now`] : []),
    ...(password === null ? [] : [iam('delete-login-profile', ['user-name', user])]),
    ...services.map(({ id }) =>
      iam('delete-service-specific-credential', ['user-name', user], ['service-specific-credential-id', id]),
    ),
  ];
  return commands.length === 0 ? [] : [step(t`If access must end before the apply, end it now:`, commands)];
}

function departCommand({ member, sponsored, isOnlyOwner }: Survey): string {
  const options = [...(sponsored.length === 0 ? [] : ['--sponsor KEY']), ...(isOnlyOwner ? ['--owner KEY'] : [])];
  return ['mturk-team member depart', pasted(member), ...options].join(' ');
}

function hitsStep({ expirers }: Survey, names: DisplayNames): Item {
  const who =
    expirers.length === 0
      ? t`No one else can expire them: give someone ${codeText('hits:manage')} first.`
      : t`${someTexts(
          expirers.map((user) => userText(user, names)),
          SHOWN,
        )} can expire them:`;
  return step(
    sentences(t`HITs that they published go on: workers can accept them, and submissions are paid automatically.`, who),
    ['aws mturk update-expiration-for-hit --hit-id HIT --expire-at 2020-01-01 --region us-east-1'],
  );
}

/** For programs. */
export function surveyJson({ held, ...survey }: Survey, deactivated: readonly HeldKey[]) {
  const { facts = null, roles = [], otherGroups = [], credentials = null } = held ?? {};
  const { notChecked = [], ...others } = credentials ?? {};
  return {
    ...survey,
    ...{ id: facts?.user.id ?? null, arn: facts?.user.arn ?? null, roles, otherGroups },
    ...{ keys: facts?.keys ?? [], policies: facts?.policies ?? [], credentials: credentials === null ? null : others },
    notChecked: notChecked.map(({ what }) => what),
    deactivated: deactivated.map(({ id }) => id),
  };
}
