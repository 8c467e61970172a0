import { escalationTargets, reachOf } from '../src/access/escalation.ts';
import { type AccessModel, emptyModel } from '../src/access/model.ts';

export interface ReachFigures {
  readonly users: number;
  /** Milliseconds for all users, and for a quarter of them. */
  readonly allMs: number;
  readonly quarterMs: number;
  readonly ratio: number;
  /** Each user is asked about each other one. */
  readonly limit: 24;
}

const ACCOUNT = '123456789012';
const AT = new Date('2026-11-25T12:00:00Z');

/** Follows the ways of users who may make keys of each other, and policies of none: 16 times as long for four times as many. */
export function benchReach(users: number): ReachFigures {
  msOf(users / 4);
  const quarterMs = msOf(users / 4);
  const allMs = msOf(users);
  return { users, allMs, quarterMs, ratio: allMs / quarterMs, limit: 24 };
}

function msOf(count: number): number {
  const statement = (Action: string, name: string) => ({
    ...{ Effect: 'Allow' as const, Action, Resource: `arn:aws:iam::${ACCOUNT}:user/${name}` },
  });
  const Statement = [statement('iam:CreateAccessKey', 'u*'), statement('iam:PutUserPolicy', 'none')];
  const document = { Version: '2012-10-17' as const, Statement };
  const user = (index: number) => ({
    ...{ name: `u${index}`, path: '/', groups: ['all'], attached: [], inline: [], boundary: null, tags: {} },
  });
  const model: AccessModel = {
    ...emptyModel(ACCOUNT),
    users: Array.from({ length: count }, (_, index) => user(index)),
    groups: [{ name: 'all', path: '/', attached: [], inline: [{ name: 'keys', document }] }],
  };
  const started = performance.now();
  const { steps } = reachOf(model, [], escalationTargets('lab', []), AT);
  if (steps.size > 0) throw new Error(`${steps.size} users are said to gain control`);
  return performance.now() - started;
}
