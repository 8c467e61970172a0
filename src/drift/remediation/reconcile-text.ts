import * as z from 'zod';
import type { AccessDiff } from '../../access/diff.ts';
import { accessChangeLines } from '../../access/text/access-change.ts';
import { type DisplayNames, userText } from '../../access/text/names.ts';
import type { Failure } from '../../diagnostics/failure.ts';
import { timeWords } from '../../text/dates.ts';
import { type Problem, printProblem } from '../../text/problem.ts';
import { codeText, counted, listTexts, someTexts, type Text, t, tickedText } from '../../text/text.ts';
import { type DriftFinding, isOpen, isPending, type ScanResult } from '../finding.ts';
import { pendingTitle } from '../report/finding-view.ts';
import { ruleOf } from '../rules/rules.ts';

const UNCHANGED = t`nothing was changed`;
const NOT_DELETED = t`what was to be reverted is reverted; no user was deleted`;
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
    reason: t`${codeText('settings.reconcile')} is missing or ${codeText('none')}`,
    help: t`set a mode in a reviewed change of team.yaml`,
    paste: ['settings:', '  reconcile: all'],
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
  'reverted-repeatedly': ({ findings }, naming) => ({
    summary: t`the same change came back after two reverts within 7 days`,
    reason: someTexts(
      findings.map((id) => codeText(idShown(id, naming))),
      SHOWN,
    ),
    help: t`find out which person or program makes it before it is reverted again`,
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

/** Why nothing was changed, or no user was deleted after the reverts (`begun`), in the form of every error. */
export function reconcileBlockProblem({ code, args }: ReconcileBlock, naming: DisplayNames, begun = false): Problem {
  // TypeScript cannot see that the pair is one member of the union.
  const problemOf = PROBLEMS[code] as (args: unknown, naming: DisplayNames) => Omit<Problem, 'state'>;
  return { ...problemOf(args, naming), state: begun ? NOT_DELETED : UNCHANGED };
}

/** The same for a terminal. */
export function reconcileBlockText(
  block: ReconcileBlock,
  naming: DisplayNames,
  { color, width }: Screen,
  begun = false,
): string {
  return printProblem(reconcileBlockProblem(block, naming, begun), { code: block.code, color, width }).join('\n');
}

/** What is about to be reverted and who gains or loses access by it, before the question. */
export function revertPreview(
  findings: readonly DriftFinding[],
  deletions: readonly string[],
  change: AccessDiff,
  naming: DisplayNames,
  { width }: Pick<Screen, 'width'>,
): string {
  return [
    ...listed(
      'To revert:',
      findings.map((finding) => titleOf(finding, naming)),
    ),
    ...listed(
      'To delete, with their access keys:',
      deletions.map((user) => userText(user, naming)),
    ),
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

/** What was done; `findings` are those of the scan. */
export function revertedText(
  { reverted, deleted, next }: Pick<ReconcileResult, 'reverted' | 'deleted' | 'next'>,
  findings: readonly DriftFinding[],
  naming: DisplayNames,
): string {
  const done = findings.filter(({ id }) => reverted.includes(id));
  return [
    ...done.map((finding) => `✓ Reverted: ${tickedText(titleOf(finding, naming))}`),
    ...deleted.map((user) => `✓ Deleted: ${tickedText(userText(user, naming))}`),
    ...(done.length + deleted.length === 0 ? ['Nothing to revert.'] : []),
    ...nextLines(next, findings, naming),
  ].join('\n');
}

/** What a later scheduled check does, and how to keep it from doing so. */
function nextLines(next: readonly Next[], findings: readonly DriftFinding[], naming: DisplayNames): readonly string[] {
  const [first] = next;
  if (first === undefined) return [];
  const when = timeWords(first.from);
  const granting = findings.filter(({ id }) => next.some((each) => each.id === id));
  const due = [...naming.people].filter(([, { key }]) => next.some(({ id }) => id === deletionId(key)));
  return [
    ...listed(
      `Reconcile grants access again after ${when}:`,
      granting.map((finding) => titleOf(finding, naming)),
    ),
    ...(granting.length === 0
      ? []
      : ['To keep it revoked, set `suspended` or `freeze`, or merge a change before then.']),
    ...listed(
      `Reconcile deletes after ${when}:`,
      due.map(([user]) => t`the IAM user of ${userText(user, naming)}`),
    ),
  ];
}

/** What is left after a revert. The id is to be pasted: into `--revert`, or into `snoozed`. */
export function afterRevertText(
  { findings, snoozed, notChecked }: Pick<ScanResult, 'findings' | 'snoozed' | 'notChecked'>,
  naming: DisplayNames,
): string {
  const pending = findings.filter(isPending);
  const open = findings.filter(isOpen);
  return [
    ...(open.length === 0 ? ['No drift remains.'] : []),
    ...listed(
      `${counted(open.length, 'finding')} left:`,
      open.map((finding) => t`${titleOf(finding, naming)} [${idShown(finding.id, naming)}]`),
    ),
    ...listed(
      'Not applied yet:',
      pending.map((finding) => pendingTitle(finding, naming)),
    ),
    ...(snoozed.length === 0 ? [] : [`${counted(snoozed.length, 'finding')} snoozed.`]),
    ...(notChecked.length === 0 ? [] : [`${counted(notChecked.length, 'part')} of the account could not be read.`]),
  ].join('\n');
}

function listed(heading: string, items: readonly Text[]): readonly string[] {
  return items.length === 0 ? [] : [heading, ...items.map((item) => `  - ${tickedText(item)}`)];
}

function titleOf(finding: DriftFinding, naming: DisplayNames): Text {
  return ruleOf(finding).title(finding.data, naming);
}

/** What to add to a command so that it reverts only what this scan found. */
export function fingerprintText(fingerprint: string): string {
  return `To revert only what this scan found, add --if-fingerprint ${fingerprint.slice(0, FINGERPRINT_DIGITS)}.`;
}

/** An ID names users and policies: where everyone can read it, only the kind of finding is shown. */
function idShown(id: string, { isPublic = false }: DisplayNames): string {
  return isPublic ? id.replace(/\/.*/s, '/…') : id;
}

function usersText(users: readonly string[], naming: DisplayNames): Text {
  return someTexts(
    users.map((user) => userText(user, naming)),
    SHOWN,
  );
}

const IDS = z.array(z.string()).min(1).readonly();
const UNKNOWN_ID = z.strictObject({
  id: z.string(),
  because: z.enum(['not-found', 'snoozed', 'not-revertible']),
  /** The id that was probably meant; null if none is near. */
  nearest: z.string().nullable(),
});

const of = <Code extends string, Args extends z.ZodType>(code: Code, args: Args) =>
  z.strictObject({ code: z.literal(code), args });

/** Why reconcile changed nothing, or deleted no user. */
export const RECONCILE_BLOCK = z.discriminatedUnion('code', [
  of('reconcile-off', z.strictObject({})),
  of('not-revertible', z.strictObject({ findings: z.array(UNKNOWN_ID).min(1).readonly() })),
  of('fingerprint-changed', z.strictObject({ expected: z.string(), found: z.string() })),
  of('scan-incomplete', z.strictObject({ notChecked: z.int().nonnegative() })),
  of('reverted-repeatedly', z.strictObject({ findings: IDS })),
  of('changed-meanwhile', z.strictObject({})),
  /** Terraform would not do exactly the inverses. */
  of('plan-deviates', z.strictObject({ addresses: IDS })),
  of('guardrail-blocked', z.strictObject({ codes: IDS })),
  /** IAM users who would gain access. */
  of('grants-access', z.strictObject({ users: IDS })),
  /** IAM users who could, during the revert, do what they may neither before nor after it. */
  of('needs-suspension', z.strictObject({ users: IDS })),
  of('not-confirmed', z.strictObject({ couldAsk: z.boolean() })),
  /** The job was stopped before it could write a report; `reason` is a reason of `failure-reason`. */
  of('no-report', z.strictObject({ reason: z.string() })),
]);

export type ReconcileBlock = Readonly<z.infer<typeof RECONCILE_BLOCK>>;

/** What waits for a later scheduled check, because it grants access or deletes a user. */
const NEXT = z.strictObject({
  /** The id of a finding, or `delete-user/KEY`. */
  id: z.string(),
  /** The earliest time at which it is done, ISO 8601, UTC. */
  from: z.iso.datetime(),
});

/** The outcome of a reconcile, for report.json and `--json`. */
export const RECONCILE_RESULT = z.strictObject({
  outcome: z.enum(['reverted', 'nothing', 'blocked', 'failed']),
  /** Ids of the findings that were reverted. */
  reverted: z.array(z.string()).readonly(),
  /** IAM users that were deleted. */
  deleted: z.array(z.string()).readonly(),
  next: z.array(NEXT).readonly(),
  block: RECONCILE_BLOCK.nullable(),
  failure: z.custom<Failure>(isFailure, 'it must be a failure').nullable(),
});

export type ReconcileResult = Readonly<z.infer<typeof RECONCILE_RESULT>>;

export const NOTHING_RECONCILED: ReconcileResult = {
  ...{ outcome: 'nothing', reverted: [], deleted: [], next: [], block: null, failure: null },
};
export type Next = Readonly<z.infer<typeof NEXT>>;

/** The id of a deletion that is due. */
export function deletionId(key: string): string {
  return `delete-user/${key}`;
}

function isFailure(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'code' in value && 'args' in value;
}
