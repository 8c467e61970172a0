import type { PersonChange } from '../access/compare.ts';
import type { Difference, Holder } from '../review/difference.ts';
import type { DriftReport, Tampering } from '../review/drift.ts';
import { placeOf, type TamperingEffect } from '../review/drift-effect.ts';
import type { LookedClass } from '../review/stray-report.ts';
import { keyOfIamName, labPath } from '../team/names.ts';
import { wrapVisible } from './access-columns.ts';
import { lastDayWords } from './access-dates.ts';
import { groupWord, harmWords, listWords, type Naming, personName, policyName } from './access-words.ts';
import { stepText } from './progress.ts';

/** One numbered thing of a report. */
export interface ReportItem {
  /** See `placeOf`: the smaller, the worse. */
  readonly place: number;
  /** Sentences are wrapped; what is to be pasted stays as it is. */
  readonly paragraphs: readonly (string | { readonly paste: string })[];
}

/** What lies beside the plan, made ready for the report by `besideLines`. */
export interface BesideLines {
  readonly class: LookedClass;
  readonly items: readonly (ReportItem & { readonly isChange: boolean; readonly spends: boolean })[];
  readonly unseen: readonly string[];
}

/** What was done by hand, a consequence and then its cause at a time, in lines of at most `width` cells. */
export function tamperingLines(
  effects: readonly TamperingEffect[],
  naming: Naming,
  at: Date,
  width = 100,
): readonly string[] {
  return itemLines(tamperingItems(effects, naming, at), width);
}

function tamperingItems(effects: readonly TamperingEffect[], naming: Naming, at: Date): readonly ReportItem[] {
  return effects.map(({ tampering, people }) => {
    const consequence = consequenceWords(people, naming, at);
    const { difference } = tampering;
    const unknown =
      difference.kind === 'inline-added' && difference.document === null
        ? ` What it allows is not known here${people.length === 0 ? '' : ', so it counts as everything'}.`
        : '';
    const cause = `${sentence(differenceWords(difference, naming))}${unknown} ${fateWords(tampering)}`;
    return { place: placeOf(people), paragraphs: [consequence, cause] };
  });
}

function itemLines(items: readonly ReportItem[], width: number): readonly string[] {
  return items.flatMap(({ paragraphs }, index) => {
    const number = `${index + 1}. `;
    const [first = '', ...rest] = paragraphs.flatMap((text) =>
      typeof text === 'string' ? wrapVisible(text, width - number.length - 2) : [`  ${text.paste}`],
    );
    return [`  ${number}${first}`, ...rest.map((line) => `  ${' '.repeat(number.length)}${line}`)];
  });
}

const CLASS_WORDS: Readonly<Record<LookedClass, string>> = {
  clean: '  The account is as team.yaml says.',
  pending: '  Nobody changed the account by hand; team.yaml has changes that are not applied yet (mturk-team plan).',
  drift: '',
  'state-only': '  The account was changed by hand, and is as team.yaml says by now; the next apply records it.',
  unexplained: '  The plan changes something that neither team.yaml nor a change by hand explains:',
  unmanaged: '  What team.yaml declares is as it says; beside it there is what nobody declares:',
  error: '  What could be looked at is as team.yaml says, and not everything could be looked at:',
};

/** The whole report of one look at the account. */
export function driftReportLines(
  report: DriftReport,
  effects: readonly TamperingEffect[],
  naming: Naming,
  options: { readonly at: Date; readonly reconcile: boolean; readonly width?: number; readonly beside?: BesideLines },
): readonly string[] {
  const { at, width = 100, beside = { class: report.class, items: [], unseen: [] } } = options;
  const lines: string[] = [];
  const items = [...tamperingItems(effects, naming, at), ...beside.items].sort((one, other) => one.place - other.place);
  if (beside.class === 'drift')
    lines.push(...wrapVisible(driftHeading(report, effects, beside, naming.lab), width), '');
  else lines.push(CLASS_WORDS[beside.class]);
  if (items.length > 0 && beside.class !== 'drift') lines.push('');
  lines.push(...itemLines(items, width), ...attributeLines(report));
  if (beside.unseen.length > 0 && lines.at(-1) !== '') lines.push('');
  lines.push(...beside.unseen.flatMap((text) => wrapVisible(text, width - 2).map((line) => `  ${line}`)));
  const waiting = report.pending.length + report.pendingAddresses.length;
  if (report.class === 'drift' && waiting > 0) {
    lines.push('', '  team.yaml has changes besides that are not applied yet (mturk-team plan shows them).');
  }
  if (report.class === 'drift' && !options.reconcile) {
    const rest = beside.items.length === 0 ? '' : ', all but what is to be pasted above';
    lines.push('', `  mturk-team drift --reconcile puts this right${rest}.`);
  }
  return lines;
}

/** How a reconciliation ended; what lies beside the state is told apart. */
export function reconciledText(steps: number): string {
  return `Put right in ${steps} ${steps === 1 ? 'step' : 'steps'}: what was changed by hand is as team.yaml says again.`;
}

/** Why nothing was reconciled. */
export function reconcileBlockedText({ class: found }: Pick<DriftReport, 'class'>): string {
  if (found === 'pending' || found === 'state-only') {
    return 'Nothing had to be put right; "mturk-team apply" carries out what is left.';
  }
  return 'Nothing was put right: besides what was changed by hand the plan holds other changes. Run "mturk-team plan" and apply them first.';
}

/** How many things differ, and how many of them let somebody spend. */
function driftHeading(
  report: DriftReport,
  effects: readonly TamperingEffect[],
  { items }: BesideLines,
  lab: string,
): string {
  const strays = items.filter(({ isChange }) => !isChange).length;
  const count = effects.length + report.tamperedAttributes.length + items.length - strays;
  const spending =
    effects.filter(({ people }) => people.some(({ worstGain }) => worstGain === 'spends')).length +
    items.filter(({ spends }) => spends).length;
  const beside = strays === 0 ? '' : `, and ${strays} ${strays === 1 ? 'thing' : 'things'} beside that nobody declares`;
  const money = spending === 0 ? '' : `, ${spending === 1 ? '1 lets' : `${spending} let`} somebody spend money`;
  return `${lab} was changed by hand: ${count} ${count === 1 ? 'change' : 'changes'}${beside}${money}.`;
}

/** Changes that nobody's access depends on. */
function attributeLines(report: DriftReport): readonly string[] {
  const line = (address: string, attributes: readonly string[], what: string) =>
    `  ${stepText(address, '').trim()}: ${listWords(attributes)} ${what}`;
  return [
    ...report.tamperedAttributes.map(({ address, attributes }) =>
      line(address, attributes, "changed by hand; nobody's access depends on it."),
    ),
    ...report.unexplained.map(({ address, attributes }) =>
      line(address, attributes, 'would change, and neither team.yaml nor a change by hand explains it.'),
    ),
  ];
}

function consequenceWords(people: readonly PersonChange[], naming: Naming, at: Date): string {
  if (people.length === 0) return "Nobody's access changes by this.";
  const groups = new Map<string, { words: string; names: string[] }>();
  for (const person of people) {
    const words = personWords(person, at);
    const same = groups.get(words) ?? { words, names: [] };
    same.names.push(personName(person.user, naming));
    groups.set(words, same);
  }
  return [...groups.values()].map(({ words, names }) => `${someNames(names)} ${words}.`).join(' ');
}

function personWords(person: PersonChange, at: Date): string {
  const { gained, lost } = person.capabilities;
  const parts = [
    ...(gained.length === 0 ? [] : [`got what team.yaml does not give: ${harmWords(gained)}`]),
    ...(lost.length === 0 ? [] : [`lost what team.yaml gives: ${harmWords(lost)}`]),
    ...endParts(person, at),
    ...(person.boundary.before !== null && person.boundary.after === null
      ? ['can be given anything by hand now: nothing caps what that would count for']
      : []),
  ];
  return parts.join(', and ');
}

function endParts({ ends }: PersonChange, at: Date): readonly string[] {
  if (ends.before === ends.after) return [];
  const was = ends.before === null ? 'without an end' : `until ${lastDayWords(ends.before, at)}`;
  const is =
    ends.after === null ? 'has no end to their access any more' : `has access until ${lastDayWords(ends.after, at)}`;
  return [`${is}, which team.yaml gives ${was}`];
}

/** All of a few names, and of many how many more there are. */
export function someNames(names: readonly string[]): string {
  return names.length <= 4 ? listWords(names) : `${names.slice(0, 3).join(', ')} and ${names.length - 3} others`;
}

function fateWords({ fate, difference }: Tampering): string {
  if (fate === 'left') return 'It is what team.yaml wants by now.';
  if (fate === 'replaced') return 'Applying team.yaml changes it again.';
  const { kind } = difference;
  if (!('from' in difference) && kind.endsWith('-added')) return undoWords(kind);
  return `Reconciling puts ${kind === 'member-removed' ? 'them' : 'it'} back.`;
}

function undoWords(kind: Difference['kind']): string {
  return kind === 'member-added' ? 'Reconciling takes them out again.' : 'Reconciling takes it away.';
}

/** What somebody did, for "Somebody ...". */
export function differenceWords(difference: Difference, naming: Naming): string {
  const user = (name: string) => personName(name, naming);
  switch (difference.kind) {
    case 'user-added':
      return `created the user ${difference.user}`;
    case 'user-removed':
      return `deleted the user of ${user(difference.user)}, with its keys`;
    case 'group-added':
      return `created the group ${groupWord(difference.group, naming)}`;
    case 'group-removed':
      return `deleted the group ${groupWord(difference.group, naming)}`;
    case 'policy-added':
      return `created ${policyWords(difference.arn, naming)}`;
    case 'policy-removed':
      return `deleted ${policyWords(difference.arn, naming)}`;
    case 'moved':
      return `moved ${holderWords(difference.holder, naming)} from ${difference.from} to ${difference.to}`;
    case 'member-added':
      return `put ${user(difference.user)} into ${groupWord(difference.group, naming)}`;
    case 'member-removed':
      return `took ${user(difference.user)} out of ${groupWord(difference.group, naming)}`;
    case 'attachment-added':
      return `attached ${policyWords(difference.arn, naming)} to ${holderWords(difference.holder, naming)}`;
    case 'attachment-removed':
      return `took ${policyWords(difference.arn, naming)} off ${holderWords(difference.holder, naming)}`;
    case 'inline-added':
      return `wrote a policy ${difference.policy} into ${holderWords(difference.holder, naming)}`;
    case 'inline-removed':
      return `deleted the policy ${difference.policy} of ${holderWords(difference.holder, naming)}`;
    case 'inline-changed':
      return `edited the policy ${difference.policy} of ${holderWords(difference.holder, naming)}`;
    case 'document-changed':
      return `edited ${policyWords(difference.arn, naming)}`;
    case 'boundary-changed':
      return difference.to === null
        ? `took the permissions boundary off ${user(difference.user)}`
        : `put ${user(difference.user)} under another permissions boundary, ${policyName(difference.to)}`;
    case 'tag-changed':
      return `${difference.to === null ? 'removed' : difference.from === null ? 'added' : 'changed'} the tag ${difference.tag} of ${user(difference.user)}`;
  }
}

/** `the policy of role paymaster`, or the name of a policy that is no role's. */
function policyWords(arn: string, { lab }: Naming): string {
  const key = arn.includes(`:policy${labPath(lab)}`) ? keyOfIamName(lab, policyName(arn)) : null;
  return key === null ? `the policy ${policyName(arn)}` : `the policy of role ${key}`;
}

function holderWords({ kind, name }: Holder, naming: Naming): string {
  return kind === 'user' ? personName(name, naming) : `group ${groupWord(name, naming)}`;
}

function sentence(words: string): string {
  return `Somebody ${words}.`;
}
