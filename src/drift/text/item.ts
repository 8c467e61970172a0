import type { DisplayNames } from '../../access/text/names.ts';
import { code, md, strong } from '../../text/markdown.ts';
import { redact } from '../../text/redact.ts';
import { markdownText, sentences } from '../../text/text.ts';
import { visible } from '../../text/visible.ts';
import type { DriftFinding } from '../finding.ts';
import { ACCOUNT_VARIABLE, type Command, commandLine } from './aws-command.ts';
import { findingWords } from './finding-words.ts';
import type { DriftWordsOptions } from './words.ts';

/** So many commands stand at one finding: a stray can have a hundred policies. */
const COMMANDS = 6;
/** A longer command has a name in it that nobody wants to paste; cut, it would do something else. */
const LONGEST_COMMAND = 1500;
/** A name that holds one is told on a terminal alone: shortened, it would be another name. */
const ACCOUNT_ID = /(?<!\d)\d{12}(?!\d)/;

export interface ItemOptions extends DriftWordsOptions {
  readonly reveal: boolean;
  /** Of the page about findings; null where nothing is linked. */
  readonly docs: string | null;
}

/** A finding as an item of a numbered list, in several lines. */
export function findingItem(place: number, finding: DriftFinding, naming: DisplayNames, options: ItemOptions): string {
  const { reveal, docs } = options;
  const { consequence, cause, remedy, commands } = findingWords(finding, naming, options);
  const number = `${place}. `;
  const indent = ' '.repeat(number.length);
  const first = markdownText(consequence, reveal);
  const line = md`${isLoud(finding) ? strong(first) : first} ${markdownText(sentences(cause, remedy), reveal)}`;
  const meaning = docs === null ? '' : ` · [what this means](${docs}#${sectionOf(finding)})`;
  const name = `<sub>${code(redact(finding.id, reveal), 300).markdown}${meaning}</sub>`;
  const lines = [line.markdown, '', ...commandBlock(commands, reveal), name];
  return lines.map((line, index) => (line === '' ? '' : `${index === 0 ? number : indent}${line}`)).join('\n');
}

/** The consequence and the cause of a finding on one line, for a comment. */
export function findingLine(
  finding: DriftFinding,
  naming: DisplayNames,
  options: { readonly reveal?: boolean; readonly attributed?: boolean } = {},
): string {
  const { reveal = false, attributed = false } = options;
  const words = findingWords(finding, naming, { reconcile: false, attributed, addresses: reveal });
  const isRecorded = finding.cause === 'pending' || finding.cause === 'expired' || finding.cause === 'resolved';
  // What is only not applied yet, or wanted by now, and gives nobody anything, is said by what it is.
  if (isRecorded && finding.changes.length === 0) return markdownText(words.cause, reveal).markdown;
  const first = markdownText(words.consequence, reveal);
  return md`${isLoud(finding) ? strong(first) : first} ${markdownText(words.cause, reveal)}`.markdown;
}

/** What must not be missed stands in bold: what somebody may do and should not, and keys in wrong hands. */
function isLoud({ risk, rule }: DriftFinding): boolean {
  return (
    risk === 'spends' ||
    risk === 'harms-workers' ||
    risk === 'deletes-data' ||
    rule === 'root-access-key' ||
    rule === 'key-used-after-leaving'
  );
}

/** The heading of the section of docs/drift.md about it. */
export function sectionOf({ rule }: DriftFinding): string {
  return rule;
}

function commandBlock(commands: readonly Command[], reveal: boolean): readonly string[] {
  if (commands.length === 0) return [];
  const lines = commands.map((command) => visible(commandLine(command, { accountId: reveal, keyIds: false })));
  const short = lines
    .filter((line) => line.length <= LONGEST_COMMAND && (reveal || !ACCOUNT_ID.test(line)))
    .slice(0, COMMANDS);
  const more = lines.length - short.length;
  const shown = more > 0 ? [...short, `# and ${more} more: mturk-team drift lists them`] : short;
  const runs = shown.flatMap((line) => line.match(/`+/g) ?? []);
  const fence = '`'.repeat(Math.max(3, 1 + Math.max(0, ...runs.map((run) => run.length))));
  return [`${fence}sh`, ...shown, fence, ''];
}

/** Whether a text has a command in which the account's number is to be filled in. */
export function needsAccount(text: string): boolean {
  return text.includes(`:iam::$${ACCOUNT_VARIABLE}:`);
}
