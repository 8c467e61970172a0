import type { SetupPart } from '../../aws/setup/setup-part.ts';
import type { Failure, Result } from '../../diagnostics/failure.ts';
import type { RepositorySettings } from '../../github/settings.ts';
import { isPlanLacking } from '../../github/settings.ts';
import type { Team } from '../../team/team.ts';
import { failureProblem } from '../../text/failures/failures.ts';
import { WITHOUT_RULES } from '../../text/failures/github.ts';
import { codeText, joinTexts, sentences, type Text, t } from '../../text/text.ts';
import type { AccountHome } from '../bootstrap/bootstrap.ts';
import type { Caller } from '../repository.ts';

/** What was read of both sides: a check is a pure function of it. */
export interface Facts {
  readonly team: Team;
  readonly file: string;
  /** The directory of the local AWS emulator; null for the real account. */
  readonly emulator: string | null;
  /** Whether people without access to the account can read what is printed. */
  readonly isPublic: boolean;
  /** `.github/CODEOWNERS` beside it; null if there is none. */
  readonly codeowners: string | null;
  readonly callers: readonly Caller[];
  readonly github: Result<RepositorySettings>;
  /** Whether the file of the default branch on GitHub has `self-approval`, too; false if `team` has not. */
  readonly isSelfApprovalMerged: Result<boolean>;
  readonly account: Result<AccountFacts>;
  /** Seconds that this machine's clock is ahead of a server's. */
  readonly clockAhead: Result<number>;
}

/** What bootstrap makes for the workflows of a lab, compared with what this version writes; or why that is not known. */
export interface WorkflowParts {
  readonly bucket: Result<SetupPart>;
  readonly provider: Result<SetupPart>;
  readonly roles: Result<readonly SetupPart[]>;
}

/** What was read of the AWS account. */
export interface AccountFacts {
  readonly boundary: Result<SetupPart>;
  /** Null without `settings.state`. */
  readonly workflows: WorkflowParts | null;
  readonly home: Result<Pick<AccountHome, 'usersWithoutBoundary' | 'hasRootKeys'>>;
  /** Minutes since the lock of the state was taken; null if it is free. */
  readonly lockAge: Result<number | null>;
}

export type Verdict =
  | { readonly state: 'right' }
  /** What is checked need not be so. */
  | { readonly state: 'not-asked'; readonly why: Text }
  /** `found` is a phrase: what is there instead. */
  | { readonly state: 'wrong'; readonly found: Text }
  /** `fix` says how it can be checked; null if it cannot. */
  | { readonly state: 'not-checked'; readonly why: Text; readonly fix: Text | null };

export interface Check {
  /** Stable; names a row of docs/reference/doctor.md. */
  readonly id: string;
  /** What is so if it is right. */
  readonly title: Text;
  outcome(facts: Facts): Verdict;
  /** The one command or setting that fixes it. */
  fix(facts: Facts): Text;
}

export const RIGHT: Verdict = { state: 'right' };

export function wrong(found: Text): Verdict {
  return { state: 'wrong', found };
}

export function notChecked(why: Text, fix: Text | null): Verdict {
  return { state: 'not-checked', why, fix };
}

/** The outcome of what was read, or why it could not be. */
export function verdictOf<T>(read: Result<T>, decide: (value: T) => Verdict): Verdict {
  return read.ok ? decide(read.value) : unread(read.failure);
}

type ValueOf<R> = R extends { readonly ok: true; readonly value: infer Value } ? Value : never;
type GitHubPart = 'rulesets' | 'variables' | 'workflowToken' | 'outsidersWait' | 'writers';

/** The same of something on GitHub. */
export function onGitHub<SetupPart extends GitHubPart>(
  part: SetupPart,
  decide: (value: ValueOf<RepositorySettings[SetupPart]>, facts: Facts) => Verdict,
): Check['outcome'] {
  return (facts) =>
    verdictOf(facts.github, ({ [part]: read }) => verdictOf(read as Result<never>, (value) => decide(value, facts)));
}

/** The same of something in the AWS account. */
export function inAccount<SetupPart extends 'home' | 'lockAge'>(
  part: SetupPart,
  decide: (value: ValueOf<AccountFacts[SetupPart]>, facts: Facts) => Verdict,
): Check['outcome'] {
  return (facts) =>
    verdictOf(facts.account, ({ [part]: read }) => verdictOf(read as Result<never>, (value) => decide(value, facts)));
}

function unread(failure: Failure): Verdict {
  if (failure.code === 'github-token-missing') {
    return notChecked(
      t`GITHUB_TOKEN is not set`,
      t`set it to ${ADMINISTRATOR_TOKEN}, for example ${codeText('$(gh auth token)')}`,
    );
  }
  if (failure.code === 'repository-unknown' && !failure.args.options.includes('--repository')) {
    return notChecked(
      failureProblem(failure).summary,
      t`run ${codeText('mturk-team bootstrap')}, which records it, or set ${codeText('GITHUB_TOKEN')} to ${ADMINISTRATOR_TOKEN}`,
    );
  }
  if (isPlanLacking(failure)) return notChecked(t`the GitHub plan lacks it for a private repository`, WITHOUT_RULES);
  const { summary, reason, help, paste = [] } = failureProblem(failure);
  return notChecked(
    reason === null ? summary : sentences(t`${summary}:`, reason),
    help === null ? null : joinTexts([help, ...paste.map(codeText)], ': '),
  );
}

export const ADMINISTRATOR_TOKEN = t`a token of a repository administrator`;
