import { accessOf } from '../src/access/access-of.ts';
import type { AccessModel } from '../src/access/model.ts';
import { desiredAccess } from '../src/access/sources/desired.ts';
import { OPERATIONS, operationsOf } from '../src/catalog/mturk.ts';
import type { Role, Team } from '../src/team/team.ts';
import { benchTeam } from './synth-team.ts';

export interface DecideFigures {
  /** Members. */
  readonly size: number;
  /** Milliseconds to decide all 39 operations for all members, median. */
  readonly decideMs: number;
  /** Milliseconds of `JSON.parse` of the same model, median. */
  readonly jsonParseMs: number;
  readonly ratio: number;
  readonly limit: 3;
}

const AT = new Date('2026-11-25T12:00:00Z');
const RUNS = 15;
/** Small teams are decided often enough that both sides have been compiled by the time of the median. */
const MEMBERS_IN_ALL = 20_000;

/** Decides everything for teams of those sizes, each model freshly parsed so that nothing is remembered from before. */
export async function benchDecide(sizes: readonly number[]): Promise<DecideFigures[]> {
  return sizes.map((size) => {
    const text = JSON.stringify(desiredAccess(decidedTeam(size), '2026-11-25'));
    const decide: number[] = [];
    const parse: number[] = [];
    for (let run = 0; run < Math.max(RUNS, MEMBERS_IN_ALL / size); run += 1) {
      const started = performance.now();
      const model: AccessModel = JSON.parse(text);
      const parsed = performance.now();
      const access = accessOf(model, { at: AT });
      const decided = performance.now();
      if (access.length !== size) throw new Error(`${access.length} of ${size} members were decided`);
      parse.push(parsed - started);
      decide.push(decided - parsed);
    }
    const [decideMs, jsonParseMs] = [median(decide), median(parse)];
    return { size, decideMs, jsonParseMs, ratio: decideMs / jsonParseMs, limit: 3 };
  });
}

/** Every member has another last day as long as there are days, in eight combinations of roles. */
function decidedTeam(size: number): Team {
  const role = (key: string, allow: Role['allow'], deny: Role['deny'] = []): Role => ({
    key,
    description: null,
    extends: [],
    allow,
    deny,
    managed: [],
  });
  const roles = [
    role('reader', operationsOf('results:read')),
    role('publisher', [...operationsOf('hits:publish'), ...operationsOf('hits:manage')]),
    role('payer', [...operationsOf('pay:approve'), ...operationsOf('pay:bonus')]),
    role('no-bonus', OPERATIONS, ['SendBonus']),
  ];
  return benchTeam(size, roles, (index) => ({
    roles: roles
      .filter((_role, bit) => ((index % 8) & (1 << bit)) !== 0 || bit === index % 4)
      .map(({ key }) => key)
      .sort(),
    until: new Date(AT.getTime() + (index + 1) * 86_400_000).toISOString().slice(0, 10),
    suspended: index % 50 === 0,
  }));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
