import type { DisplayNames } from '../../access/text/names.ts';
import { type Text, t } from '../../text/text.ts';
import { visible } from '../../text/visible.ts';
import type { DriftFinding } from '../finding.ts';
import { commandLine } from '../text/aws-command.ts';
import { findingWords } from '../text/finding-words.ts';

export interface FindingView {
  readonly title: Text;
  readonly effect: Text;
  readonly by: Text | null;
  readonly toFix: Text;
  readonly commands: readonly string[];
  readonly ifIntended: Text | null;
}

export function findingView(finding: DriftFinding, naming: DisplayNames, isAttributed: boolean): FindingView {
  const { cause, consequence, remedy, commands } = findingWords(finding, naming, {
    reconcile: false,
    attributed: isAttributed,
    addresses: false,
  });
  return {
    title: cause,
    effect: consequence,
    by: finding.lastChange === null ? null : t`${finding.lastChange.actor}`,
    toFix: remedy,
    commands: commands.map((command) => visible(commandLine(command, { accountId: false, keyIds: false }))),
    ifIntended: null,
  };
}
