import { reachOf } from '../src/access/escalation/escalation.ts';
import { escalationTargets } from '../src/access/escalation/targets.ts';
import { type AccessModel, type AccessUser, emptyModel } from '../src/access/model.ts';
import type { Statement } from '../src/iam/document.ts';

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

/**
 * Follows the ways of users, of whom half may make keys of each other and delete policies of the others, who then could do more:
 * 16 times as long for four times as many.
 */
export function benchReach(users: number): ReachFigures {
  msOf(users / 4);
  const quarterMs = msOf(users / 4);
  const allMs = msOf(users);
  return { users, allMs, quarterMs, ratio: allMs / quarterMs, limit: 24 };
}

function msOf(count: number): number {
  const statement = (Effect: Statement['Effect'], Action: string, name: string): Statement => ({
    ...{ Effect, Action, Resource: `arn:aws:iam::${ACCOUNT}:user/${name}` },
  });
  const half = (name: string, ...statements: Statement[]): readonly AccessUser[] => {
    const inline = [{ name: 'own', document: { Version: '2012-10-17', Statement: statements } }];
    return Array.from({ length: count / 2 }, (_, index) => ({
      ...{ name: `${name}${index}`, path: '/', groups: [], attached: [], inline, boundary: null, tags: {} },
    }));
  };
  const attach = 'iam:AttachUserPolicy';
  const model: AccessModel = {
    ...emptyModel(ACCOUNT),
    users: [
      ...half('a', statement('Allow', 'iam:CreateAccessKey', 'a*'), statement('Allow', 'iam:DeleteUserPolicy', 'b*')),
      ...half('b', statement('Allow', attach, '*'), statement('Deny', attach, '*')),
    ],
  };
  const started = performance.now();
  const { steps } = reachOf(model, [], escalationTargets('lab', []), AT);
  if (steps.size > 0) throw new Error(`${steps.size} users are said to gain control`);
  return performance.now() - started;
}
