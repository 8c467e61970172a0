import type { DisplayNames } from '../../access/text/names.ts';
import { timeWords } from '../../text/dates.ts';
import { isEmptyText, joinTexts, type Text, t, trusted } from '../../text/text.ts';
import type { Attribution } from '../finding.ts';
import type { Command } from './aws-command.ts';

/** A finding in words: what it does to whom, how that came about, what mends it, in that order. */
export interface DriftWords {
  readonly consequence: Text;
  readonly cause: Text;
  /** Ends in a colon where commands follow, or what is to be written. */
  readonly remedy: Text;
  readonly commands: readonly Command[];
}

/** What the words of a finding depend on besides it. */
export interface DriftWordsOptions {
  /** Whether team.yaml lets the tool undo what was done by hand. */
  readonly reconcile: boolean;
  /** Whether CloudTrail was asked who did it: only then is not knowing worth a word. */
  readonly attributed: boolean;
  /** Whether network addresses are told: an issue may be read by everybody. */
  readonly addresses: boolean;
  /** What of the lab is gone and may only have another name now: see `renamedIn`. */
  readonly renamed?: ReadonlySet<string>;
}

const THROUGH: Readonly<Record<Attribution['userAgent'], string | null>> = {
  console: 'console',
  cli: 'AWS CLI',
  sdk: 'a program',
  terraform: 'Terraform',
  other: null,
};

/** ` (by Ada O'Neill, 24 Nov 2026 16:02 UTC, console)`, to stand before a full stop. */
export function attributionSaid(by: Attribution | null, naming: DisplayNames, options: DriftWordsOptions): Text {
  if (by === null) return trusted(options.attributed ? ' (by whom is not known)' : '');
  const who = by.actor === 'root' ? trusted('the root user') : t`${naming.people.get(by.actor)?.name ?? by.actor}`;
  const through = THROUGH[by.userAgent];
  const parts = [
    t`by ${who}`,
    trusted(timeWords(by.at)),
    ...(through === null ? [] : [trusted(through)]),
    ...(by.sourceIp === null || !options.addresses ? [] : [t`from ${by.sourceIp}`]),
  ];
  return t` (${joinTexts(
    parts.filter((part) => !isEmptyText(part)),
    ', ',
  )})`;
}
