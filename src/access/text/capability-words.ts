import { CAPABILITIES, OPERATIONS, operationsOf, RISKS, type Risk } from '../../catalog/mturk.ts';
import { code, joined, listed, type Markdown, md, ours } from '../../text/markdown.ts';
import type { CapabilityAccess } from '../capability-access.ts';
import { policyName } from './names.ts';

/** What a risk does to money, people and data, as the beginning of a sentence; the others need no warning. */
const LABELS: Readonly<Record<Risk, string | null>> = {
  spends: '**Spends money:**',
  'harms-workers': '**Harms workers:**',
  'deletes-data': '**Deletes data:**',
  'contacts-people': 'Contacts people:',
  changes: null,
  reads: null,
};

/** A list of so few operations is shorter than the list of all others. */
const FEW = 3;

/** What somebody may do, a sentence for each kind of harm, worst first. */
export function accessMarkdown(capabilities: readonly CapabilityAccess[]): Markdown {
  const all = almostAll(capabilities);
  if (all !== null) {
    return md`**Everything in Mechanical Turk**${all}: spends money, harms workers, deletes data`;
  }
  const sentences = RISKS.flatMap((risk) => {
    const label = LABELS[risk];
    const same = capabilities.filter((each) => each.risk === risk);
    return label === null || same.length === 0 ? [] : [md`${ours(label)} ${listed(same.map(capabilityMarkdown))}`];
  });
  const rest = capabilities.filter(({ risk }) => LABELS[risk] === null).map(capabilityMarkdown);
  if (rest.length > 0) sentences.push(sentences.length > 0 ? md`Also ${listed(rest)}` : capital(listed(rest)));
  return joined(sentences, '. ');
}

/**
 * The same for what is taken away, in a phrase. Of a long list, what could do harm is named and the rest is counted:
 * what somebody had can be looked up.
 */
export function lossMarkdown(capabilities: readonly CapabilityAccess[]): Markdown {
  const all = almostAll(capabilities);
  if (all !== null) return md`everything in Mechanical Turk${all}`;
  const sorted = RISKS.flatMap((risk) => capabilities.filter((each) => each.risk === risk));
  if (sorted.length <= NAMED) return listed(sorted.map(capabilityMarkdown));
  const told = sorted.filter(({ risk }) => LABELS[risk] !== null);
  const rest = sorted.filter((each) => !told.includes(each)).flatMap(({ operations }) => operations);
  const names = told.map(({ capability }) => ours(CAPABILITIES[capability].does));
  return rest.length === 0
    ? listed(names)
    : listed([...names, ours(countOf(rest.length, 'more operation', 'more operations'))]);
}

/** So many capabilities are told each with its key. */
const NAMED = 4;

/** ` except SendBonus` where hardly anything is missing from everything; null otherwise. */
function almostAll(capabilities: readonly CapabilityAccess[]): Markdown | null {
  const operations = new Set(capabilities.flatMap((each) => each.operations));
  const missing = OPERATIONS.filter((operation) => !operations.has(operation));
  if (missing.length > FEW) return null;
  return missing.length === 0 ? ours('') : md` except ${listed(missing.map((operation) => code(operation)))}`;
}

/** `pays workers bonuses (pay:bonus)`; of a part, which operations, or how many. */
function capabilityMarkdown({ capability, operations, whole }: CapabilityAccess): Markdown {
  const does = ours(CAPABILITIES[capability].does);
  if (whole) return md`${does} (${code(capability)})`;
  const part =
    operations.length <= FEW
      ? md`only ${listed(operations.map((operation) => code(operation)))}`
      : md`${operations.length} of its ${operationsOf(capability).length} operations`;
  return md`${does} (${code(capability)}, ${part})`;
}

/** `approve work and pay bonuses`: the worst of what is given, for a headline. */
export function bareWords(capabilities: readonly CapabilityAccess[]): string {
  if (almostAll(capabilities) !== null) return 'do everything in Mechanical Turk';
  const worst = RISKS.find((risk) => capabilities.some((each) => each.risk === risk));
  const verbs = capabilities.filter(({ risk }) => risk === worst).map(({ capability }) => CAPABILITIES[capability].can);
  const first = verbs.slice(0, 3);
  const last = first.at(-1) ?? '';
  if (verbs.length > 3) return `${first.join(', ')} and more`;
  return first.length < 2 ? last : `${first.slice(0, -1).join(', ')} and ${last}`;
}

/** Names of policies as code, `a and b`. */
export function policiesMarkdown(policies: readonly string[]): Markdown {
  return listed(policies.map((policy) => code(policyName(policy))));
}

/** The first letter of our own words as a capital. */
export function capital({ markdown }: Markdown): Markdown {
  return ours(markdown.charAt(0).toUpperCase() + markdown.slice(1));
}

/** `1 person`, `3 people`, `1,200 people` */
export function countOf(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

export function peopleCount(count: number): string {
  return countOf(count, 'person', 'people');
}
