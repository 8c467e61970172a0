import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { appliedTo, carriedOut, copyOf, type LabInTest, planned, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const WRITES = /^(?:Put|Add|Remove|Create|Delete|Attach|Detach|Update|Set|Tag|Untag)/;
const OPERATION = 'DeleteQualificationType';
const PolicyArn = rolePolicyArn(smallTeam, 'paymaster');
/** Approved and merged: who pays may do one thing more. Ada, Bo and who left have no such role. */
const wide: Team = {
  ...smallTeam,
  roles: smallTeam.roles.map((one) => (one.key === 'paymaster' ? { ...one, allow: [...one.allow, OPERATION] } : one)),
};
const withoutBo: Team = {
  ...wide,
  members: wide.members.filter(({ key }) => key !== 'bo'),
  departed: [...wide.departed, { key: 'bo', left: '2026-11-25', reason: 'graduated' }],
};
type Call = (iam: aws.IAMClient) => Promise<unknown>;
const may = ({ memory }: LabInTest, who: string) => [
  ...(accessAt(accessIn(memory.account)).get(user(who).UserName) ?? []),
];
const toUser: Call = (iam) => iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn }));
const toGroup: Call = (iam) => iam.send(new aws.AttachGroupPolicyCommand({ ...group('task-publisher'), PolicyArn }));

describe.each<[string, Call, Team]>([
  ['the user of a member', toUser, wide],
  ['the user of who leaves', toUser, withoutBo],
  ['the group of another role', toGroup, wide],
])('who has the policy of a role by %s', (_what, attach, file) => {
  test.each([
    ['between two calls of an apply that widens the role', false],
    ['once that apply is cancelled', true],
  ])('gets nothing of what is added %s', async (_when, isCancelled) => {
    await withLab(copyOf(await appliedTo(smallTeam)), async (test) => {
      await attach(test.lab(smallTeam).iam);
      expect(may(test, 'bo')).not.toContain(OPERATION);
      const lab = test.lab(file);
      const plan = await planned(lab);
      const trace: string[] = [];
      let isWide = false;
      test.listen(async ({ action, phase }) => {
        if (isCancelled && isWide && phase === 'before') return false;
        // A call that takes longer than another, which does not wait for it.
        if (phase === 'before' && /^Detach(?:User|Group)Policy$/.test(action)) {
          for (let tries = 0; tries < 40 && !isWide; tries += 1) await new Promise((done) => setTimeout(done, 50));
          if (isCancelled && isWide) return false;
        }
        if (WRITES.test(action) && phase === 'after') {
          isWide ||= action === 'CreatePolicyVersion';
          trace.push(`${action} ${may(test, 'bo').includes(OPERATION) ? 'more' : ''}`.trim());
        }
        return true;
      });
      await applyPlanned(lab, plan, carriedOut(), SILENT);
      test.listen(null);
      expect(isCancelled ? [] : trace.filter((each) => each.endsWith('more'))).toEqual([]);
      expect(may(test, 'bo')).not.toContain(OPERATION);
    });
  });
});
