import type { DisplayNames } from '../../access/text/names.ts';
import type { NotChecked } from '../../aws/inventory/types.ts';
import { wrapVisible } from '../../text/columns.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, isEmptyText, plainText, t } from '../../text/text.ts';
import { visible } from '../../text/visible.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';
import { asOfReportWords } from './as-of.ts';
import { commandLine } from './aws-command.ts';
import { findingWords } from './finding-words.ts';
import { classWords, countWords, headingWords, pendingListWords, toldFindings } from './heading.ts';
import { renamedIn } from './renamed.ts';
import { snoozeNotes } from './snoozed.ts';
import { unappliedWords } from './unapplied.ts';
import type { DriftWordsOptions } from './words.ts';

export interface DriftLinesOptions {
  readonly at: Date;
  readonly width?: number;
  /** Whether this run goes on to put right what it can: then nothing has to be said about how. */
  readonly reconcile: boolean;
  /** Whether team.yaml lets the tool do so (`settings.reconcile`); no unless told. */
  readonly mayReconcile?: boolean;
  /** Whether CloudTrail was asked; unless told, that is seen from the findings. */
  readonly attributed?: boolean;
}

/** The whole report of one look at the account, for a terminal, in lines of at most `width` cells. */
export function driftLines(look: ScanResult, naming: DisplayNames, options: DriftLinesOptions): readonly string[] {
  const { width = 100, mayReconcile = false } = options;
  const { open, pending, settled, isNew } = toldFindings(look, naming);
  const words = {
    reconcile: mayReconcile,
    attributed: options.attributed ?? isAttributed(look),
    addresses: true,
    renamed: renamedIn(look.findings, naming),
  };
  const sentence = (text: string) => wrapVisible(text, width - 2).map((line) => `  ${line}`);
  const asOf = asOfReportWords(look);
  const paragraphs = [
    isNew ? sentence(unappliedWords(look.findings)) : [],
    open.length > 0
      ? wrapVisible(`${headingWords(look, naming)}.`, width)
      : isNew
        ? []
        : sentence(classWords(look) ?? cleanWords(look)),
    open.flatMap((finding, index) => itemLines(index + 1, finding, naming, words, width)),
    shortLines(`${pendingListWords(pending)} (mturk-team plan shows it):`, pending, naming, words, width),
    shortLines('Done by hand, and as team.yaml wants it by now:', settled, naming, words, width),
    asOf === null ? [] : sentence(asOf),
    snoozedLines(look, width),
    look.notChecked.flatMap((unseen) => sentence(unseenWords(unseen))),
    look.planned ? [] : sentence(notPlannedWords(look)),
    options.reconcile ? [] : undoLines(open, mayReconcile, sentence),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

/** What a look without a plan leaves out. */
export function notPlannedWords({ findings }: Pick<ScanResult, 'findings'>): string {
  const undecided = findings.some(({ cause }) => cause === 'unknown')
    ? ', and tells what was done by hand from what is merged and not applied yet'
    : '';
  return `No plan was made, and SSH keys and the newest access keys were not looked at (--quick): without it mturk-team drift also finds those, and what nobody's access depends on${undecided}.`;
}

/** Where nothing is left to be told. */
function cleanWords({ snoozed }: Pick<ScanResult, 'snoozed'>): string {
  const count = snoozed.length;
  return count === 0
    ? 'The account is as team.yaml says.'
    : `The account is as team.yaml says, but for ${countWords(count, 'finding')} that team.yaml snoozes.`;
}

/** Whether anybody was asked who did it, seen from the answers. */
export function isAttributed({ findings }: Pick<ScanResult, 'findings'>): boolean {
  return findings.some(({ lastChange: by }) => by !== null);
}

function itemLines(
  place: number,
  finding: DriftFinding,
  naming: DisplayNames,
  options: DriftWordsOptions,
  width: number,
): readonly string[] {
  const { consequence, cause, remedy, commands } = findingWords(finding, naming, options);
  const number = `  ${place}. `;
  const indent = ' '.repeat(number.length);
  const wrapped = [consequence, cause, remedy]
    .filter((text) => !isEmptyText(text))
    .flatMap((text) => wrapVisible(plainText(text), width - number.length));
  const lines = [
    ...wrapped,
    ...commands.map((command) => `  ${visible(commandLine(command, { accountId: true, keyIds: true }))}`),
    `[${visible(finding.id)}]`,
  ];
  return lines.map((line, index) => `${index === 0 ? number : indent}${line}`);
}

function shortLines(
  heading: string,
  findings: readonly DriftFinding[],
  naming: DisplayNames,
  options: DriftWordsOptions,
  width: number,
): readonly string[] {
  if (findings.length === 0) return [];
  const items = findings.flatMap((finding) => {
    const { consequence, cause } = findingWords(finding, naming, options);
    const text = finding.changes.length === 0 ? cause : t`${consequence} ${cause}`;
    return wrapVisible(plainText(text), width - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);
  });
  return [`  ${heading}`, ...items];
}

function snoozedLines({ snoozed, unusedSnoozes: idle, findings }: ScanResult, width: number): readonly string[] {
  const sentence = (text: string) => wrapVisible(text, width - 2).map((line) => `  ${line}`);
  const lines = (text: string) =>
    wrapVisible(text, width - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);
  return [
    ...(snoozed.length === 0 ? [] : ['  Not in this report, because team.yaml says so (snoozed):']),
    ...snoozed.flatMap(({ finding, until, reason }) =>
      lines(visible(`${finding.id}, until ${dateWords(until)}: ${reason}`)),
    ),
    ...snoozeNotes({ unusedSnoozes: idle, findings }).flatMap(({ words, ids }) => [
      ...sentence(`${words}:`),
      ...ids.flatMap((id) => lines(visible(id))),
    ]),
  ];
}

function undoLines(
  open: readonly DriftFinding[],
  mayReconcile: boolean,
  sentence: (text: string) => readonly string[],
): readonly string[] {
  const count = open.filter(({ remediation: fate, cause }) => fate === 'auto' && cause === 'manual').length;
  if (count === 0 || mayReconcile) return [];
  return sentence(
    plainText(
      t`${codeText('mturk-team drift --reconcile')} would undo ${count} of these, and give nobody anything. It is off: settings in team.yaml would have to say reconcile: { mode: additions, per-day: 3 }`,
    ),
  );
}

/** What could not be looked at, and why. */
export function unseenWords({ what, failure }: NotChecked): string {
  const reason = 'reason' in failure.args ? failure.args.reason : failure.code;
  return visible(`Could not look at ${what}: ${reason}`);
}
