import type { DocumentPath } from '../../diagnostics/yaml-positions.ts';
import type { TeamDraft } from '../parse/draft.ts';
import type { Report, Reporting } from '../parse/finding-collector.ts';
import type { ResolvedRole } from '../parse/resolve-roles.ts';
import type { Suggest } from '../suggest.ts';

/** What a rule may look at, and where it says what it found. */
export interface RuleContext {
  readonly draft: TeamDraft;
  readonly resolved: ReadonlyMap<string, ResolvedRole>;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly unquotedDates: readonly { readonly path: DocumentPath; readonly text: string }[];
  readonly roleKeys: readonly string[];
  readonly memberKeys: readonly string[];
  readonly report: Report;
  /** False where an error stands at the path or below it: one mistake is reported once. */
  readonly intact: Reporting['intact'];
  readonly suggest: Suggest;
}

/** A named statement about team files that reports where it does not hold. */
export type Rule = (context: RuleContext) => void;
