import { accessOf } from '../../src/access/access-of.ts';
import {
  difference,
  intersection,
  isEmpty,
  listOperations,
  NO_OPERATIONS,
  type OperationSet,
  union,
} from '../../src/access/operation-set.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { Adoption } from '../../src/adopt/adoption.ts';
import { candidatesIn } from '../../src/adopt/candidates.ts';
import { surveyOf } from '../../src/adopt/survey.ts';
import { applyAdoption } from '../../src/app/adopt/apply.ts';
import { finishAdoption } from '../../src/app/adopt/finish.ts';
import { undoAdoption } from '../../src/app/adopt/undo.ts';
import type { LabSession } from '../../src/app/session/lab-session.ts';
import { readAuthorizationDetails } from '../../src/aws/inventory/authorization-details.ts';
import { succeed } from '../../src/diagnostics/failure.ts';
import type { AccountState } from '../../src/emulator/account/state.ts';
import type { ObservedCall } from '../../src/emulator/server/aws-endpoint.ts';
import { iamName } from '../../src/team/names.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import type { Team } from '../../src/team/team.ts';
import type { EngineHandle } from '../../src/terraform/run/process.ts';
import { type AdoptedAccount, createAccount, type KeysOfUsers } from './adopted-accounts.ts';
import { bootstrapped, copyOf, type LabInTest, type LabMemory, orThrow, TODAY, withLab } from './lab-in-test.ts';
import { sampleTeam } from './sample-team.ts';
import { SILENT } from './silent-terminal.ts';
import { accessIn } from './transient-access.ts';

export interface AdoptionInTest {
  readonly memory: LabMemory;
  readonly keys: KeysOfUsers;
  readonly adoption: Adoption;
  /** The draft, every difference of which is accepted. */
  readonly team: Team;
}

export const NOON = new Date(`${TODAY}T12:00:00Z`);

/** An account as it was made by hand, with the boundary of the lab, read by `adopt` and drafted. */
export async function adoptionOf(account: AdoptedAccount): Promise<AdoptionInTest> {
  return withLab(await bootstrapped(), async (test) => {
    const keys = await createAccount(test.emulator, account);
    const { adoption, team } = await drafted(test.lab(sampleTeam), keys, account.toAccept);
    return { memory: copyOf(test.memory), keys, adoption, team };
  });
}

/** A team file as `init` writes it, in short. */
const FIRST = `version: 1
lab: ${sampleTeam.lab}
account: "${sampleTeam.account}"
owners: [lead]
roles:
  results-reader: { allow: [results:read] }
members:
  lead: { name: lead, github: lab-lead, roles: [results-reader] }
`;

/** As `mturk-team adopt` reads it after `mturk-team init`, with every `--accept` that it asks for. */
export async function drafted({ iam }: Pick<LabSession, 'iam'>, keys: KeysOfUsers, accept: readonly string[]) {
  const text = FIRST;
  const [file, at, today] = ['team.yaml', NOON, TODAY];
  const { team } = readTeam(text, { file, today });
  if (team === null) throw new Error('the first file has errors');
  const { access, ids, roles } = await readAuthorizationDetails(iam, team.account);
  const chosen = candidatesIn(access, team, { at, without: new Set(), keys: new Map() });
  const credentials = new Map([...keys].map(([name, { length }]) => [name, { keys: length, password: false }]));
  const account = { access, ids, roles, buckets: [] };
  return orThrow(surveyOf({ ...{ file, text, team, at, today, account, chosen, credentials }, earlier: null }, accept));
}

/** What each user may do, by IAM's unique id. */
export function accessById(account: AccountState): ReadonlyMap<string, OperationSet> {
  const ids = Object.values(account.users).map(({ id }) => id);
  return new Map(accessOf(accessIn(account), { at: NOON }).map(({ allowed }, index) => [ids[index] ?? '', allowed]));
}

/** Checks after each call that writes that all can do what they keep, and nothing but what they could or will. */
export function watchAdoption(before: AccountState, after: ReadonlyMap<string, OperationSet>) {
  const was = accessById(before);
  const problems: string[] = [];
  let looks = 0;
  return {
    problems,
    get looks() {
      return looks;
    },
    look({ phase, action, params, index }: ObservedCall, account: AccountState): true {
      if (phase !== 'after' || /^(Get|List)/.test(action)) return true;
      looks += 1;
      for (const [id, allowed] of accessById(account)) {
        // A member without a user before gains what the file gives.
        const before = was.get(id);
        if (before === undefined) continue;
        const ends = [before, after.get(id) ?? before] as const;
        const lacks = difference(intersection(...ends), allowed);
        const beyond = difference(allowed, union(...ends));
        if (isEmpty(lacks) && isEmpty(beyond)) continue;
        const call = `call ${index}, ${action} ${JSON.stringify(params)}`;
        problems.push(
          `${account.users[id]?.name} lacks [${listOperations(lacks)}], has [${listOperations(beyond)}] after ${call}`,
        );
      }
      return true;
    },
  };
}

/** What the file gives each adopted user, by IAM's unique id. */
export function givenById({ adoption, team }: Pick<AdoptionInTest, 'adoption' | 'team'>) {
  const given = new Map(
    accessOf(desiredAccess(team, TODAY), { at: NOON }).map(({ user, allowed }) => [user.name, allowed]),
  );
  return new Map(adoption.users.map(({ key, id }) => [id, given.get(iamName(team.lab, key)) ?? NO_OPERATIONS]));
}

const yes = async () => succeed(null);

type OnStart = (started: EngineHandle) => void;

export function applyIn(test: LabInTest, { adoption, team }: AdoptionInTest, onStart?: OnStart) {
  return applyAdoption(test.lab(team, onStart === undefined ? {} : { parallelism: 1 }), adoption, SILENT, yes, onStart);
}

export function finishIn(test: LabInTest, { adoption, team }: AdoptionInTest, onStart?: OnStart, deleteUnused = false) {
  const options = { commit: null, deleteUnused, onStart };
  return finishAdoption(
    test.lab(team, onStart === undefined ? {} : { parallelism: 1 }),
    adoption,
    options,
    SILENT,
    yes,
  );
}

export function undoIn(test: LabInTest, { adoption, team }: AdoptionInTest) {
  return undoAdoption(test.lab(team), adoption, yes);
}
