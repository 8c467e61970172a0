import * as aws from '@aws-sdk/client-iam';
import { accessOf } from '../../src/access/access-of.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Operation } from '../../src/catalog/mturk.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { boundaryArn, memberTags, rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import {
  applied,
  appliedTo,
  carriedOut,
  copyOf,
  type LabInTest,
  planned,
  TODAY,
  withLab,
} from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const WRITES = /^(?:Put|Add|Remove|Create|Delete|Attach|Detach|Update|Set|Tag|Untag)/;
const ADDED = 'DeleteQualificationType';
const paymaster = rolePolicyArn(smallTeam, 'paymaster');

type Call = (iam: aws.IAMClient) => Promise<unknown>;

interface Case {
  readonly who: string;
  /** What neither end gives them. */
  readonly operation: Operation;
  /** Whether they meet conditions about the request. */
  readonly office: boolean;
  /** Applied before; the small team by default. */
  readonly base?: Team;
  /** Approved and merged; `base` by default. */
  readonly file?: Team;
  readonly byHand: Call;
  /** The call that takes long, until the other was carried out. */
  isSlow(action: string, params: string): boolean;
  isQuick(action: string, params: string): boolean;
}

const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const inForce = (PolicyArn: string, ...statements: readonly object[]) =>
  new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document(...statements), SetAsDefault: true });
const boundary = [boundaryPolicy(smallTeam).Statement].flat();
const allow = { Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' };
const allowBonus = { ...allow, Action: 'mechanicalturk:SendBonus' };
const denyBonus = { ...allowBonus, Effect: 'Deny' };
const office = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };
const tagged = (key: string, value: string) => ({ StringEquals: { [`aws:PrincipalTag/${key}`]: value } });
const stop = denyBonusOf(tagged('stop', 'yes'));
const [[labTag = '', labValue = ''] = []] = Object.entries(memberTags(smallTeam.lab, 'fay'));

function denyBonusOf(Condition: object): object {
  return { ...denyBonus, Condition };
}

const onlyFromOffice: Call = (iam) => iam.send(inForce(paymaster, { ...allow, Condition: office }));
const withoutPolicy: Call = (iam) =>
  iam.send(new aws.DetachGroupPolicyCommand({ ...group('paymaster'), PolicyArn: paymaster }));
const tag: Call = (iam) => iam.send(new aws.TagUserCommand({ ...user('fay'), Tags: [{ Key: 'stop', Value: 'yes' }] }));
const inGroupElsewhere =
  (statement: object): Call =>
  async (iam) => {
    const elsewhere = { GroupName: 'elsewhere' };
    await iam.send(new aws.CreateGroupCommand(elsewhere));
    const policy = { PolicyName: 'deny', PolicyDocument: document(statement) };
    await iam.send(new aws.PutGroupPolicyCommand({ ...elsewhere, ...policy }));
    await iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...elsewhere }));
  };
const all =
  (...calls: readonly Call[]): Call =>
  async (iam) => {
    for (const call of calls) await call(iam);
  };
const toGroup: Call = (iam) =>
  iam.send(new aws.AttachGroupPolicyCommand({ ...group('task-publisher'), PolicyArn: paymaster }));
const toUser: Call = (iam) => iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn: paymaster }));

const withRole = (team: Team, key: string, change: Partial<Team['roles'][number]>): Team => ({
  ...team,
  roles: team.roles.map((one) => (one.key === key ? { ...one, ...change } : one)),
});
const allowsOf = (key: string) => smallTeam.roles.find((one) => one.key === key)?.allow ?? [];
const wide = withRole(smallTeam, 'paymaster', { allow: [...allowsOf('paymaster'), ADDED] });
const denying = withRole(smallTeam, 'task-publisher', { deny: ['SendBonus'] });
const withoutBo: Team = {
  ...wide,
  members: wide.members.filter(({ key }) => key !== 'bo'),
  departed: [...wide.departed, { key: 'bo', left: '2026-11-25', reason: 'graduated' }],
};
const isLimits = (action: string) => action === 'PutUserPolicy';
const isVersion = (action: string) => action === 'CreatePolicyVersion';
const back = { who: 'fay', operation: 'SendBonus', office: false, isSlow: isLimits } as const;
const more = { who: 'bo', operation: ADDED, office: true, isQuick: isVersion } as const;
const widened = { ...more, isSlow: (action: string) => /^Detach(?:User|Group)Policy$/.test(action) };

const CASES: Readonly<Record<string, Case>> = {
  'whose role is for the office alone': { ...back, byHand: onlyFromOffice, isQuick: isVersion },
  'whose tag the boundary asks for': {
    ...back,
    byHand: all((iam) => iam.send(inForce(boundaryArn(smallTeam), ...boundary, stop)), tag),
    isQuick: (action) => action === 'UntagUser',
  },
  'whose role has no policy': { ...back, byHand: withoutPolicy, isQuick: (action) => action === 'AttachGroupPolicy' },
  'whose role has no policy, in a group elsewhere that denies all but the office': {
    ...{ ...back, office: true },
    byHand: all(
      inGroupElsewhere({
        ...{ ...allow, Effect: 'Deny' },
        Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
      }),
      withoutPolicy,
    ),
    isQuick: (action) => action === 'AttachGroupPolicy',
  },
  'whose role is for the office, under a boundary with a condition that is met': {
    ...back,
    byHand: all((iam) => {
      const [first, ...own] = boundary;
      const Condition = { StringEquals: { 'aws:PrincipalAccount': smallTeam.account } };
      return iam.send(inForce(boundaryArn(smallTeam), { ...first, Condition }, ...own));
    }, onlyFromOffice),
    isQuick: isVersion,
  },
  'whose tag denies, as do the lab’s tags, which they lack': {
    ...back,
    byHand: all(
      (iam) => iam.send(inForce(boundaryArn(smallTeam), ...boundary, stop)),
      inGroupElsewhere(denyBonusOf(tagged(labTag, labValue))),
      tag,
      (iam) => iam.send(new aws.UntagUserCommand({ ...user('fay'), TagKeys: [labTag] })),
    ),
    isSlow: (action) => action === 'TagUser' || isLimits(action),
    isQuick: (action) => action === 'UntagUser',
  },
  'who has the policy of a role that widens': { ...widened, file: wide, byHand: toUser },
  'who has the policy of a role that widens, and leaves': { ...widened, file: withoutBo, byHand: toUser },
  'of a group with the policy of another role that widens': { ...widened, file: wide, byHand: toGroup },
  'of a group with the policy of another role that widens, as its own role denies the same': {
    ...more,
    file: withRole(wide, 'task-publisher', { deny: [ADDED] }),
    byHand: toGroup,
    isSlow: (action, params) => isVersion(action) && params.includes('task-publisher'),
    isQuick: (action, params) => isVersion(action) && params.includes('paymaster'),
  },
  'of a group that gives more in the office, who leaves a role that denies it': {
    ...{ who: 'bo', operation: 'SendBonus', office: true, base: denying },
    file: {
      ...denying,
      members: denying.members.map((one) => (one.key === 'bo' ? { ...one, roles: ['results-reader'] } : one)),
    },
    byHand: (iam) =>
      iam.send(
        new aws.PutGroupPolicyCommand({
          ...{ ...group('results-reader'), PolicyName: 'office' },
          PolicyDocument: document({ ...allowBonus, Condition: office }),
        }),
      ),
    isSlow: (action) => action === 'DeleteGroupPolicy',
    isQuick: (action) => action === 'RemoveUserFromGroup',
  },
};

const may = ({ memory }: LabInTest, { who, operation, office: isMet }: Case) => {
  const at = new Date(`${TODAY}T12:00:00Z`);
  return accessOf(accessIn(memory.account), isMet ? { at } : { at, openKeys: [] }).some(
    (found) => found.user.name === user(who).UserName && listOperations(found.allowed).includes(operation),
  );
};

/** The calls after which someone has the operation, until an apply is cancelled by losing all others. */
function watch(test: LabInTest, given: Case, isCancelled: boolean): readonly string[] {
  const trace: string[] = [];
  let isDone = false;
  test.listen(async ({ action, params, phase }) => {
    const text = JSON.stringify(params);
    if (isCancelled && isDone && phase === 'before') return false;
    if (phase === 'before' && given.isSlow(action, text)) {
      for (let tries = 0; tries < 40 && !isDone; tries += 1) await new Promise((done) => setTimeout(done, 50));
      if (isCancelled && isDone) return false;
    }
    if (WRITES.test(action) && phase === 'after') {
      isDone ||= given.isQuick(action, text);
      if (may(test, given)) trace.push(action);
    }
    return true;
  });
  return trace;
}

test.each(
  Object.entries(CASES).flatMap(([who, given]) =>
    [false, true].map(
      (isCancelled) => [isCancelled ? 'one that is cancelled' : 'an apply', who, given, isCancelled] as const,
    ),
  ),
)(
  'between two calls of %s, a member %s has nothing that neither end gives',
  async (_what, _who, given, isCancelled) => {
    const { base = smallTeam, file = base } = given;
    await withLab(copyOf(await appliedTo(base)), async (test) => {
      await given.byHand(test.lab(base).iam);
      expect(may(test, given)).toBe(false);
      const lab = test.lab(file);
      const plan = await planned(lab);
      const trace = watch(test, given, isCancelled);
      const done = await applyPlanned(lab, plan, carriedOut(), SILENT);
      test.listen(null);
      const mid = may(test, given);
      if (isCancelled) await applied(test.lab(file));
      expect({ ok: done.ok, trace, mid, end: may(test, given) }).toEqual({
        ok: !isCancelled,
        trace: [],
        mid: false,
        end: false,
      });
    });
  },
);
