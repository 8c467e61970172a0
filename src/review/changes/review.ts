import type { AccessChange } from '../../access/diff.ts';
import type { Difference } from '../../access/model-difference.ts';
import type { Capability, Operation } from '../../catalog/mturk.ts';
import type { Block } from '../../diagnostics/block.ts';

/** What a change means, worst first: the order of every list and headline. */
export type RiskClass =
  | 'gains-spending'
  | 'gains-harm'
  | 'boundary-changed'
  | 'identity-replaced'
  | 'identity-deleted'
  | 'gains-other'
  | 'loses'
  | 'descriptive-only'
  | 'nothing';

/** One person of a change. Names are the file's. */
export interface ReviewedPerson {
  /** IAM name of the user. */
  readonly user: string;
  readonly key: string | null;
  readonly name: string | null;
  /** All that apply, worst first; never empty. */
  readonly classes: readonly RiskClass[];
  readonly change: AccessChange;
  /** Role keys. */
  readonly roles: { readonly gained: readonly string[]; readonly lost: readonly string[] };
}

/** A role whose definition changes, whoever has it. */
export interface ReviewedRole {
  readonly key: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Operations it allows now and did not, and the other way round, its `deny` and AWS's policies counted; catalogue order. */
  readonly gained: readonly Operation[];
  readonly lost: readonly Operation[];
  /** How many members have it afterwards. */
  readonly members: number;
}

/** A change of what guards the lab, or of how the whole of it works, rather than of one person's access. */
export type SettingsChange =
  | { readonly kind: 'owners'; readonly gained: readonly string[]; readonly lost: readonly string[] }
  /** Approvals are asked of this GitHub login. */
  | { readonly kind: 'owner-login'; readonly owner: string; readonly from: string | null; readonly to: string | null }
  | { readonly kind: 'freeze'; readonly gained: readonly Capability[]; readonly lost: readonly Capability[] }
  | { readonly kind: 'max-removals'; readonly from: number; readonly to: number }
  /** Names of buckets. */
  | { readonly kind: 'state'; readonly from: string | null; readonly to: string | null }
  | { readonly kind: 'lab' | 'account'; readonly from: string; readonly to: string }
  /** How many things of those added by hand are undone in 24 hours without anybody asking; null where none are. */
  | { readonly kind: 'reconcile'; readonly from: number | null; readonly to: number | null }
  /** Days after which an access key is too old; hours between two looks at the account; days before a last day. */
  | { readonly kind: 'key-age' | 'drift-period' | 'renewal'; readonly from: number; readonly to: number }
  /** How many access keys a member may have; `from` is null for one who joins. */
  | { readonly kind: 'keys'; readonly member: string; readonly from: number | null; readonly to: number }
  /**
   * Until when (`YYYY-MM-DD`) a finding is left out of the drift report; null where it is not. Two equal days: the
   * reason is another one. `reason` is what the file says from now on, on one line.
   */
  | {
      readonly kind: 'snooze';
      readonly finding: string;
      readonly from: string | null;
      readonly to: string | null;
      readonly reason: string | null;
    };

/**
 * A planned change that the difference between the two team files does not account for: something done by hand is put
 * back; something changes that neither a file nor a hand explains; the files promise something that the plan does not
 * hold; something that should be new exists already, and is taken over.
 */
export interface Unexplained {
  readonly kind: 'drift-reverted' | 'not-in-files' | 'not-in-plan' | 'taken-over';
  /**
   * What of the account; null where only a resource is known. Of `drift-reverted` it is what was done by hand, of the
   * others what the plan does, or should have done.
   */
  readonly difference: Difference | null;
  /** Terraform address where there is one. */
  readonly address: string | null;
  readonly attributes: readonly string[];
}

/** What a reviewer should ask before approving. */
export type Question =
  | { readonly kind: 'spending-without-end'; readonly user: string; readonly roles: readonly string[] }
  | { readonly kind: 'harm-without-end'; readonly user: string; readonly roles: readonly string[] }
  | { readonly kind: 'everything'; readonly user: string; readonly roles: readonly string[] }
  | { readonly kind: 'no-sponsor'; readonly user: string }
  | { readonly kind: 'last-owner'; readonly user: string };

/** A resource of the plan, redacted: no values. */
export interface PlannedResource {
  readonly address: string;
  readonly actions: readonly string[];
  readonly attributes: readonly string[];
}

export interface ReviewedPlan {
  /** 64 hex digits: see `digest.ts`. */
  readonly digest: string;
  readonly engine: string;
  readonly provider: string;
  /** As the engine counts: what is replaced is in `add` and in `remove`. */
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  /** How many of those in `add` and `remove` are one resource made anew. */
  readonly replace: number;
  readonly importing: number;
  readonly resources: readonly PlannedResource[];
}

/**
 * A change as it is reviewed: from two team files alone, or from them and a plan. Plain data: the comment, the job
 * summary and the JSON are made from it.
 */
export interface Review {
  readonly lab: string;
  readonly account: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The worst of all people and of what is unexplained. */
  readonly risk: RiskClass;
  /** Worst first. Nobody for whom nothing changes. */
  readonly people: readonly ReviewedPerson[];
  /** How many people keep their access as it is. */
  readonly unchanged: number;
  /** Keys of members and roles of which only words changed. */
  readonly descriptive: readonly string[];
  /** By key: definitions that change, whoever has them. */
  readonly roles: readonly ReviewedRole[];
  readonly settings: readonly SettingsChange[];
  readonly questions: readonly Question[];
  readonly unexplained: readonly Unexplained[];
  /** Reasons why it would not be applied. */
  readonly blocks: readonly Block[];
  /** How often the account is to be looked at, in hours, by the file as it was: a change must not silence what is overdue. */
  readonly driftEveryHours: number;
  /** IAM users who are suspended while it is applied. */
  readonly suspendedDuringApply: readonly string[];
  /** Null where no plan was there to read: the review is from the two files alone. */
  readonly plan: ReviewedPlan | null;
}
