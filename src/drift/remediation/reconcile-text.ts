import type { AccessDiff } from '../../access/diff.ts';
import { accessChangeLines } from '../../access/text/access-change.ts';
import { type DisplayNames, userText } from '../../access/text/names.ts';
import { type Problem, printProblem } from '../../text/problem.ts';
import { codeText, counted, listTexts, someTexts, type Text, t, tickedText } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { Next, ReconcileBlock } from './result.ts';

const UNCHANGED = t`nothing was changed`;
const SCAN_AGAIN = t`run \`mturk-team drift\` again and decide about what it finds`;
const SHOWN = 10;
const FINGERPRINT_DIGITS = 12;

interface Screen {
  readonly color: boolean;
  readonly width: number;
}

type Args<Code extends ReconcileBlock['code']> = Extract<ReconcileBlock, { readonly code: Code }>['args'];

const PROBLEMS: {
  readonly [Code in ReconcileBlock['code']]: (args: Args<Code>, naming: DisplayNames) => Omit<Problem, 'state'>;
} = {
  'reconcile-off': () => ({
    summary: t`team.yaml lets reconcile revert nothing`,
    reason: t`${codeText('settings.reconcile')} is missing or has mode ${codeText('none')}`,
    help: t`set a mode in a reviewed change of team.yaml`,
    paste: ['settings:', '  reconcile: { mode: additions, per-day: 10 }'],
  }),
  'not-revertible': ({ findings }) => {
    const near = findings.flatMap(({ nearest }) => (nearest === null ? [] : [codeText(nearest)]));
    return {
      summary: t`${counted(findings.length, 'finding')} cannot be reverted`,
      reason: listTexts(findings.map(({ id, because }) => t`${codeText(id)} ${BECAUSE[because]}`)),
      help: near.length === 0 ? t`use an ID that \`mturk-team drift\` prints` : t`did you mean ${listTexts(near)}?`,
    };
  },
  'fingerprint-changed': ({ expected, found }) => ({
    summary: t`the account is not as it was reported`,
    reason: t`the fingerprint was ${codeText(expected.slice(0, FINGERPRINT_DIGITS))} and is ${codeText(found.slice(0, FINGERPRINT_DIGITS))}`,
    help: SCAN_AGAIN,
  }),
  'scan-incomplete': ({ notChecked }) => ({
    summary: t`the account could not be checked completely`,
    reason: notChecked === 0 ? null : t`${counted(notChecked, 'part')} could not be read`,
    help: t`run \`mturk-team drift\`: it lists what could not be read`,
  }),
  'reverted-repeatedly': ({ findings }) => ({
    summary: t`the same change came back after two reverts within 7 days`,
    reason: idsText(findings),
    help: t`find out which person or program makes it before it is reverted again`,
  }),
  'quota-reached': ({ perDay, done, wanted }) => ({
    summary: t`more reverts than ${codeText('settings.reconcile.per-day')} allows`,
    reason: t`${done} of ${perDay} reverts were made in the last 24 hours; ${wanted} more are needed`,
    help: t`check each finding; then revert it with \`mturk-team drift --revert ID\`, or raise the limit`,
  }),
  'changed-meanwhile': () => ({
    summary: t`the account changed after it was checked`,
    reason: null,
    help: SCAN_AGAIN,
  }),
  'plan-deviates': ({ addresses }) => ({
    summary: t`Terraform would not do exactly what was decided`,
    reason: t`the plan deviates at ${someTexts(addresses.map(codeText), SHOWN)}`,
    help: t`run \`mturk-team plan --resources\`; an apply brings Terraform's state up to date`,
  }),
  'guardrail-blocked': ({ codes }) => ({
    summary: t`guardrails block the revert`,
    reason: listTexts(codes.map(codeText)),
    help: t`see the findings reference for each of them`,
  }),
  'grants-access': ({ users }, naming) => ({
    summary: t`the revert would grant access that was not asked for`,
    reason: t`${usersText(users, naming)} would gain access`,
    help: t`revert one finding at a time with \`mturk-team drift --revert ID\``,
  }),
  'needs-suspension': ({ users }, naming) => ({
    summary: t`the revert is not safe in one step`,
    reason: t`during the revert, ${usersText(users, naming)} could do what neither state allows`,
    help: t`run \`mturk-team apply\`: it suspends them meanwhile`,
  }),
  'not-confirmed': ({ couldAsk }) => ({
    summary: t`not confirmed`,
    reason: couldAsk ? null : t`there is no terminal to ask on`,
    help: t`answer ${codeText('y')}, or add ${codeText('--yes')}`,
  }),
  'no-report': ({ reason }) => ({
    summary: t`the reconcile job left no report`,
    reason: t`it ended with ${codeText(reason)}`,
    help: t`read the log of the job`,
  }),
};

const BECAUSE: Readonly<Record<Args<'not-revertible'>['findings'][number]['because'], Text>> = {
  'not-found': t`was not found`,
  snoozed: t`is snoozed in team.yaml`,
  'not-revertible': t`is not managed by Terraform`,
};

/** Why nothing was changed, in the form of every error. */
export function reconcileBlockProblem({ code, args }: ReconcileBlock, naming: DisplayNames): Problem {
  // TypeScript cannot see that the pair is one member of the union.
  const problemOf = PROBLEMS[code] as (args: unknown, naming: DisplayNames) => Omit<Problem, 'state'>;
  return { ...problemOf(args, naming), state: UNCHANGED };
}

/** The same for a terminal. */
export function reconcileBlockText(block: ReconcileBlock, naming: DisplayNames, { color, width }: Screen): string {
  return printProblem(reconcileBlockProblem(block, naming), { code: block.code, color, width }).join('\n');
}

/** What is about to be reverted and who gains or loses access by it, to stand before the question. */
export function revertPreview(
  findings: readonly Pick<DriftFinding, 'id'>[],
  deletions: readonly string[],
  change: AccessDiff,
  naming: DisplayNames,
  { width }: Pick<Screen, 'width'>,
): string {
  return [
    ...(findings.length === 0 ? [] : ['To revert:', ...findings.map(({ id }) => `  - ${id}`)]),
    ...(deletions.length === 0
      ? []
      : [
          'To delete, with their access keys:',
          ...deletions.map((user) => `  - ${tickedText(userText(user, naming))}`),
        ]),
    '',
    'Access after that:',
    ...accessChangeLines(change, naming, width),
  ].join('\n');
}

export function revertQuestion(reverts: number, deletions: number, account: string): string {
  const parts = [
    ...(reverts === 0 ? [] : [`revert ${counted(reverts, 'finding')}`]),
    ...(deletions === 0 ? [] : [`delete ${counted(deletions, 'user')}`]),
  ];
  const text = parts.join(' and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} on account ${account}?`;
}

/** What was done. */
export function revertedText(
  findings: readonly Pick<DriftFinding, 'id'>[],
  deleted: readonly string[],
  next: readonly Next[],
  naming: DisplayNames,
): string {
  return [
    ...findings.map(({ id }) => `✓ Reverted ${id}`),
    ...deleted.map((user) => `✓ Deleted ${tickedText(userText(user, naming))}`),
    ...(findings.length + deleted.length === 0 ? ['Nothing to revert.'] : []),
    ...nextLines(next),
  ].join('\n');
}

/** What a later scheduled check does, and how to keep it from doing so. */
function nextLines(next: readonly Next[]): readonly string[] {
  const [first] = next;
  if (first === undefined) return [];
  const when = `${first.from.slice(0, 10)} ${first.from.slice(11, 16)} UTC`;
  return [
    `The first scheduled check after ${when} reverts:`,
    ...next.map(({ id }) => `  - ${id}`),
    'To keep it as it is, change team.yaml: suspend the member, use freeze, or remove the role.',
  ];
}

/** What is left after a revert. */
export function afterRevertText({ findings, snoozed, notChecked }: AfterRevert): string {
  const pending = findings.filter(({ cause }) => cause === 'pending' || cause === 'expired');
  const open = findings.filter((finding) => !pending.includes(finding) && finding.cause !== 'resolved');
  const ids = (list: AfterRevert['findings']) => list.map(({ id }) => `  - ${id}`);
  return [
    open.length === 0 ? 'No drift remains.' : `${counted(open.length, 'finding')} left:`,
    ...ids(open),
    ...(pending.length === 0 ? [] : ['Not applied yet:', ...ids(pending)]),
    ...(snoozed.length === 0 ? [] : [`${counted(snoozed.length, 'finding')} snoozed.`]),
    ...(notChecked.length === 0 ? [] : [`${counted(notChecked.length, 'part')} of the account could not be read.`]),
  ].join('\n');
}

interface AfterRevert {
  readonly findings: readonly Pick<DriftFinding, 'id' | 'cause'>[];
  readonly snoozed: readonly unknown[];
  readonly notChecked: readonly unknown[];
}

/** What to add to a command so that it reverts only what this scan found. */
export function fingerprintText(fingerprint: string): string {
  return `To revert only what this scan found, add --if-fingerprint ${fingerprint.slice(0, FINGERPRINT_DIGITS)}.`;
}

function idsText(ids: readonly string[]): Text {
  return someTexts(ids.map(codeText), SHOWN);
}

function usersText(users: readonly string[], naming: DisplayNames): Text {
  return someTexts(
    users.map((user) => userText(user, naming)),
    SHOWN,
  );
}
