import type { AccessDiff } from '../../access/diff.ts';
import { accessChangeLines } from '../../access/text/access-change.ts';
import { differenceWords } from '../../access/text/difference.ts';
import { type DisplayNames, listWords, userLabel } from '../../access/text/names.ts';
import type { Imported } from '../../aws/inventory/existing.ts';
import type { Block } from '../../diagnostics/block.ts';
import { blockProblem } from '../../guardrails/guardrails.ts';
import type { Team } from '../../team/team.ts';
import type { Plan, ResourceChange } from '../../terraform/plan/plan-read.ts';
import { type AccountKind, type Engine, engineTitle } from '../../terraform/run/engine.ts';
import { stepText } from '../../terraform/run/progress.ts';
import { columns, wrapVisible } from '../../text/columns.ts';
import { printProblem } from '../../text/problem.ts';
import { formatCount } from '../../text/text.ts';
import type { PlanClassification } from '../changes/classify-plan.ts';

/** What a plan is told from; nothing of it knows a terminal. */
export interface PlanView {
  readonly plan: Plan;
  readonly classification: PlanClassification;
  readonly change: AccessDiff;
  readonly blocks: readonly Block[];
  readonly imported: readonly Imported[];
  readonly suspendedDuringApply: readonly string[];
}

export interface ResourceCounts {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

/** `perception-lab in account 123456789012, OpenTofu 1.6.2` */
export function labHeading(
  team: Pick<Team, 'lab' | 'account'>,
  /** Null where none is asked. */
  engine: Engine | null,
  kind: AccountKind,
): string {
  const where = kind === 'emulator' ? `a local AWS emulator (account ${team.account})` : `account ${team.account}`;
  return `${team.lab} in ${where}${engine === null ? '' : `, ${engineTitle(engine)}`}`;
}

/** What is said when the local AWS emulator is used for the first time. */
export function bootstrapNotice(): string {
  return "A new local AWS emulator: its permissions boundary is applied first, as the account's administrator would.";
}

/** The plan for a person: people first, resources counted, then what the team file does not explain. */
export function planLines(
  view: PlanView,
  naming: DisplayNames,
  options: { resources: boolean; width?: number },
): readonly string[] {
  const width = options.width ?? 100;
  const paragraphs = [
    accessChangeLines(view.change, naming, width),
    [resourcesLine(view.plan, options.resources)],
    options.resources ? resourceLines(resourceChanges(view.plan)) : [],
    unexplainedLines(view.classification, naming, width),
    takenOverLines(view.imported, width),
    view.blocks.length > 0 ? [] : heldLines(view.suspendedDuringApply, naming, width),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function resourcesLine(plan: Plan, listed: boolean): string {
  if (resourceChanges(plan).length === 0) return '  Nothing to do in IAM.';
  return `  ${countWords(countResources(plan))} in IAM${listed ? '' : ' (--resources lists them)'}`;
}

/** The administrator's stack in a sentence. */
export function bootstrapLine(isEmpty: boolean): string {
  return isEmpty
    ? '  The permissions boundary is as it should be.'
    : '  The permissions boundary is written: the most that any member can ever do, whatever is attached by hand.';
}

export function confirmQuestion(account: string): string {
  return `Apply this to account ${account}?`;
}

/** Why nothing was done: somebody said no, or nobody could be asked. */
export function notConfirmedText(couldAsk: boolean): string {
  return couldAsk ? 'Nothing was changed.' : 'Nothing was changed. Nobody can answer here: pass --yes.';
}

/** How an apply ended; `steps` is how many it took. */
export function doneText(steps: number, account: string, file: string): string {
  const words = steps === 0 ? 'Nothing to do' : `Done in ${steps} ${steps === 1 ? 'step' : 'steps'}`;
  return `${words}: account ${account} is as ${file} says.`;
}

/** How many blocks of one guardrail are listed in full. */
const SHOWN = 5;

/** Why a plan is blocked; empty if it is not. */
export function refusalLines(blocks: readonly Block[], width = 100): readonly string[] {
  const codes = [...new Set(blocks.map(({ code }) => code))];
  return codes
    .flatMap((code) => {
      const same = blocks.filter((one) => one.code === code);
      const more = same.length - SHOWN;
      return [
        ...same.slice(0, SHOWN).map((one) => printProblem(blockProblem(one), { code, width })),
        ...(more > 0 ? [[`... and ${formatCount(more)} more of ${code}`]] : []),
      ];
    })
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

export function countResources(plan: Plan): ResourceCounts {
  const actions = plan.changes.flatMap(({ change }) => change.actions);
  const count = (action: string) => actions.filter((one) => one === action).length;
  return { add: count('create'), change: count('update'), remove: count('delete') };
}

/** `5 to add, 3 to change, 0 to delete` */
export function countWords({ add, change, remove }: ResourceCounts): string {
  return `${add} to add, ${change} to change, ${remove} to delete`;
}

function resourceChanges(plan: Plan): readonly ResourceChange[] {
  return plan.changes.filter(({ change }) => change.actions.some((action) => action !== 'no-op' && action !== 'read'));
}

const SIGNS: Readonly<Record<string, string>> = { create: '+', update: '~', delete: '-' };

function resourceLines(changes: readonly ResourceChange[]): readonly string[] {
  const rows = changes.map(({ address, change }) => [
    change.actions.map((action) => SIGNS[action] ?? action).join('/'),
    stepText(address, '').trim(),
    address,
  ]);
  return columns(rows, 2, 200);
}

function unexplainedLines(report: PlanClassification, naming: DisplayNames, width: number): readonly string[] {
  const undone = report.manualChanges.filter(({ outcome }) => outcome !== 'kept');
  const items = [
    ...undone.map(({ difference }) => `somebody ${differenceWords(difference, naming)}; this undoes it.`),
    ...report.manualAttributes.map(
      ({ address, attributes }) =>
        `${stepText(address, '').trim()}: ${listWords(attributes)} changed by hand; this puts it back.`,
    ),
    ...report.unexplained.map(
      ({ address, attributes }) =>
        `${stepText(address, '').trim()}: ${listWords(attributes)} would change, and nobody changed it by hand.`,
    ),
  ];
  return items.length === 0
    ? []
    : ['  Not explained by team.yaml:', ...items.flatMap((text) => indented(`- ${text}`, width))];
}

function takenOverLines(taken: readonly Imported[], width: number): readonly string[] {
  if (taken.length === 0) return [];
  const names = taken.map(({ kind, key }) => `${kind} ${key}`);
  return [
    '  Already on the account and not recorded, so taken over instead of created:',
    ...indented(`${listWords(names)}.`, width),
  ];
}

function heldLines(held: readonly string[], naming: DisplayNames, width: number): readonly string[] {
  if (held.length === 0) return [];
  const names = listWords(held.map((user) => userLabel(user, naming)));
  return indented(
    `${names} may do nothing while this is applied: the order of the steps could otherwise give them, for a moment, what they have neither before nor after.`,
    width,
  ).map((line) => line.replace(/^ {2}/, ''));
}

function indented(text: string, width: number): readonly string[] {
  return wrapVisible(text, width - 6).map(
    (line, index) => `    ${index === 0 || !text.startsWith('- ') ? '' : '  '}${line}`,
  );
}
