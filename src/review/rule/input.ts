import type { AccessModel } from '../../access/model.ts';
import type { EntityIds } from '../../aws/types.ts';
import type { Operation } from '../../catalog/mturk.ts';
import type { Statement } from '../../iam/document.ts';
import type { AppliedTeam } from '../../team/applied-team.ts';
import type { Team } from '../../team/team.ts';

/** What an account has that decides what an apply may write. */
interface AccountAccess {
  readonly access: AccessModel;
  readonly ids: EntityIds;
}

/** What the apply record knows of a lab's applies. `desired.ts` makes the access model of each team. */
export interface Applied {
  /** The last apply that ended. */
  readonly team: AppliedTeam;
  /** The teams of applies that began since then and did not end: what they changed may be in the account or not. */
  readonly begun: readonly AppliedTeam[];
  /** The unique ids of the lab's users and groups, by name. */
  readonly ids: EntityIds;
  /** When the last apply began or ended; ISO 8601, UTC. */
  readonly at?: string;
}

/** What the rule decides by. */
export interface RuleInput {
  /** The file that owners approved; of a reconcile, the applied team. */
  readonly team: Team;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** Null without an apply record: everything then counts as given before, and no user as the lab's. */
  readonly applied: Applied | null;
  readonly account: AccountAccess;
  /** Whom a person gives back all that is withheld, and whose user they accept, by `restoreName`. */
  readonly restore: ReadonlySet<string>;
  /** Unique ids, by name, of the users that a person was shown: a later one of the name is not accepted. */
  readonly shown?: ReadonlyMap<string, string>;
  /** Keys of members whose missing user is created again. */
  readonly recreate?: ReadonlySet<string>;
  /** Keys of members whose user this apply has created again. */
  readonly created?: ReadonlySet<string>;
  /** The kept Denies that a person was shown and removes, by `restoreName`: one that came later is kept. */
  readonly lift?: ReadonlyMap<string, readonly Statement[]>;
  /** Names of users with credentials, which no apply creates: a begun apply did not create these users. */
  readonly withCredentials?: ReadonlySet<string>;
  /** What reconcile gives back, by the member's key. */
  readonly giveBack?: ReadonlyMap<string, readonly Operation[]>;
  /** Keys of members whose users reconcile deletes, because their last day is long past. */
  readonly deletions?: ReadonlySet<string>;
}
