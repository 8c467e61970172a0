import type { Failure, Result } from '../../diagnostics/failure.ts';
import type { RepositorySettings } from '../../github/settings.ts';
import { isPlanLacking } from '../../github/settings.ts';
import type { Team } from '../../team/team.ts';
import { failureProblem } from '../../text/failures/failures.ts';
import { sentences, type Text, t } from '../../text/text.ts';
import type { Part } from '../bootstrap/part.ts';

/** What was read of both sides: a check is a pure function of it. */
export interface Facts {
  readonly team: Team;
  /** The team file. */
  readonly file: string;
  /** Whether strangers can read what is printed. */
  readonly isPublic: boolean;
  /** `.github/CODEOWNERS` beside it; null if there is none. */
  readonly codeowners: string | null;
  readonly github: Result<RepositorySettings>;
  readonly account: Result<AccountFacts>;
  /** Seconds that this machine's clock is ahead of a server's. */
  readonly clockAhead: Result<number>;
}

/** What was read of the AWS account. */
export interface AccountFacts {
  readonly boundary: Result<Part>;
  /** What bootstrap makes for the workflows; null without `settings.state`. */
  readonly workflows: {
    readonly bucket: Result<Part>;
    readonly provider: Result<Part>;
    readonly roles: Result<readonly Part[]>;
  } | null;
  /** Names of users that a stolen apply role could give everything. */
  readonly usersWithoutBoundary: Result<readonly string[]>;
  /** Null if AWS did not say. */
  readonly hasRootKeys: Result<boolean | null>;
  /** Minutes since the lock of the state was taken; null if it is free. */
  readonly lockAge: Result<number | null>;
}

export type Outcome =
  | { readonly state: 'right' }
  /** `found` is a phrase: what is there instead. */
  | { readonly state: 'wrong'; readonly found: Text }
  | { readonly state: 'not-checked'; readonly why: Text };

/** What `--fix` changes. */
export type Repair = 'production' | 'reconcile' | 'ruleset';

export interface Check {
  /** Stable; names a section of docs/reference/doctor.md. */
  readonly id: string;
  readonly side: 'aws' | 'github';
  /** What is so if it is right. */
  readonly title: Text;
  look(facts: Facts): Outcome;
  /** The one command or setting that fixes it. */
  fix(facts: Facts): Text;
  /** If `--fix` does it, too. */
  readonly repair?: Repair;
}

export const RIGHT: Outcome = { state: 'right' };

export function wrong(found: Text): Outcome {
  return { state: 'wrong', found };
}

export function notChecked(why: Text): Outcome {
  return { state: 'not-checked', why };
}

/** The outcome of what was read, or why it could not be. */
export function outcomeOf<T>(read: Result<T>, decide: (value: T) => Outcome): Outcome {
  return read.ok ? decide(read.value) : notChecked(whyNot(read.failure));
}

/** The same of something on GitHub. */
export function onGitHub<T>(
  { github }: Facts,
  part: (settings: RepositorySettings) => Result<T>,
  decide: (value: T, settings: RepositorySettings) => Outcome,
): Outcome {
  return outcomeOf(github, (settings) => outcomeOf(part(settings), (value) => decide(value, settings)));
}

function whyNot(failure: Failure): Text {
  if (failure.code === 'github-token-missing') {
    return t`GITHUB_TOKEN is not set: give it a token of a repository administrator`;
  }
  if (isPlanLacking(failure)) return t`the GitHub plan does not have it for a private repository`;
  const { summary, reason } = failureProblem(failure);
  return reason === null ? summary : sentences(t`${summary}:`, reason);
}
