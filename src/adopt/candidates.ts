import { accessOf, type UserAccess } from '../access/access-of.ts';
import { type NotAdoptable, whyNotAdoptable } from '../access/adoptable.ts';
import type { AccessModel, AccessUser } from '../access/model.ts';
import { isEmpty, operationsOfStatement } from '../access/operation-set.ts';
import type { Grant } from '../access/policies-of.ts';
import { isOfMechanicalTurk, type Operation, SERVICE_PREFIX } from '../catalog/mturk.ts';
import { RETIRED_OPERATIONS, retiredOperation } from '../catalog/retired.ts';
import { type Statement, statementsOf, toList } from '../iam/document.ts';
import { actionMatches } from '../iam/evaluate.ts';
import { QUOTAS } from '../iam/quotas.ts';
import { iamName, keysOfUserName } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { heldBy } from './differences.ts';

/** A user of the account who can become a member. */
export interface Candidate {
  readonly user: AccessUser;
  readonly key: string;
  readonly access: UserAccess;
  readonly retired: readonly RetiredAction[];
}

/** An action of a policy that means nothing today; `successors` is what it meant. */
export interface RetiredAction {
  readonly effect: Statement['Effect'];
  readonly action: string;
  readonly successors: readonly Operation[];
  readonly grant: Grant;
}

/** Why a user is not proposed as a member. */
export type LeftReason = NotAdoptable | 'retired-only' | 'without' | 'not-in-file';

export interface LeftAlone {
  readonly user: string;
  readonly reason: LeftReason;
  /** What the operations meant that no longer exist, if there are no others. */
  readonly meant: readonly Operation[];
}

/** How people are chosen: `without` are names of users, `keys` are keys by user name. */
export interface Choice {
  readonly at: Date;
  readonly without: ReadonlySet<string>;
  readonly keys: ReadonlyMap<string, string>;
}

export interface Chosen {
  readonly candidates: readonly Candidate[];
  readonly left: readonly LeftAlone[];
}

/** Who of an account becomes a member under which key, and who is left alone. */
export function candidatesIn(
  model: AccessModel,
  team: Pick<Team, 'lab' | 'departed' | 'owners' | 'members'>,
  { at, without, keys }: Choice,
): Chosen {
  const taken = new Set(team.departed.map(({ key }) => key.toLowerCase()));
  const names = new Set(model.users.map(({ name }) => name.toLowerCase()));
  for (const key of keys.values()) taken.add(key.toLowerCase());
  const owners = new Set(team.owners.map((key) => key.toLowerCase()));
  const written = new Map(team.members.map(({ key }) => [key.toLowerCase(), key]));
  const candidates: Candidate[] = [];
  const left: LeftAlone[] = [];
  for (const access of accessOf(model, { at })) {
    const { user } = access;
    const retired = retiredActions(model, user);
    const why = without.has(user.name) ? 'without' : whyNotAdoptable(access, model, at);
    if (why !== null) {
      const allowed = why === 'no-access' ? retired.filter(({ effect }) => effect === 'Allow') : [];
      const meant = [...new Set(allowed.flatMap(({ successors }) => successors))];
      left.push({ user: user.name, reason: allowed.length > 0 ? 'retired-only' : why, meant });
      continue;
    }
    const isFree = (key: string) => {
      const name = iamName(team.lab, key).toLowerCase();
      // Without access, an owner could approve nothing.
      if (taken.has(key) || (isEmpty(access.allowed) && owners.has(key))) return false;
      return name === user.name.toLowerCase() || !names.has(name);
    };
    const key = keys.get(user.name) ?? keyOf(user.name, team.lab, isFree);
    taken.add(key.toLowerCase());
    candidates.push({ user, key: written.get(key.toLowerCase()) ?? key, access, retired });
  }
  return { candidates, left };
}

const RETIRED = Object.keys(RETIRED_OPERATIONS).filter((name) => retiredOperation(name) !== null);

function retiredActions(model: AccessModel, user: AccessUser): readonly RetiredAction[] {
  return heldBy(model, user).flatMap(({ holder, policy, document }) =>
    statementsOf(document).flatMap(({ Effect: effect, Action }) =>
      toList(Action).flatMap((action): RetiredAction[] => {
        const pattern: Statement = { Effect: effect, Action: action };
        if (!isOfMechanicalTurk(action) || !isEmpty(operationsOfStatement(pattern))) return [];
        const meant = RETIRED.filter((name) => actionMatches(pattern, `${SERVICE_PREFIX}:${name}`));
        const successors = [...new Set(meant.flatMap((name) => retiredOperation(name)?.successors ?? []))];
        return meant.length === 0 ? [] : [{ effect, action, successors, grant: { holder, policy } }];
      }),
    ),
  );
}

function keyOf(name: string, lab: string, isFree: (key: string) => boolean): string {
  const most = QUOTAS.userNameLength - iamName(lab, '').length;
  const keys = keysOfUserName(name, lab);
  for (const key of keys) if (key.length <= most && isFree(key)) return key;
  const [first = 'user'] = keys;
  for (let number = 2; ; number += 1) {
    const key = `${first.slice(0, most - String(number).length - 1)}-${number}`;
    if (isFree(key)) return key;
  }
}
