import { accessOf } from '../src/access/access-of.ts';
import type { AccessModel } from '../src/access/model.ts';
import { desiredAccess } from '../src/access/sources/desired.ts';
import { OPERATIONS, operationsOf } from '../src/catalog/mturk.ts';
import { DEFAULT_SETTINGS, type Member, type Role, type Team } from '../src/team/team.ts';

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
    const text = JSON.stringify(desiredAccess(benchTeam(size), '2026-11-25'));
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
function benchTeam(size: number): Team {
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
  const members = Array.from({ length: size }, (_, index): Member => {
    const chosen = roles.filter((_role, bit) => ((index % 8) & (1 << bit)) !== 0 || bit === index % 4);
    return {
      key: `member-${index}`,
      name: `Member ${index}`,
      email: null,
      github: null,
      roles: chosen.map(({ key }) => key).sort(),
      until: new Date(AT.getTime() + (index + 1) * 86_400_000).toISOString().slice(0, 10),
      sponsor: null,
      suspended: index % 50 === 0,
      keys: 1,
    };
  });
  return {
    lab: 'bench-lab',
    account: '123456789012',
    owners: ['member-0'],
    roles,
    members,
    departed: [],
    freeze: [],
    snoozed: [],
    settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state: null },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
