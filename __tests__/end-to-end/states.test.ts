import * as aws from '@aws-sdk/client-iam';
import type { AccessGroup, AccessModel } from '../../src/access/model.ts';
import { fullScan, quickScan } from '../../src/app/drift/run-scan.ts';
import { planStack } from '../../src/app/plan/plan.ts';
import { classifyPlan } from '../../src/review/changes/classify-plan.ts';
import { sampleOf } from '../support/exhaustive.ts';
import { appliedTo, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { configured, modelPlan, type Resources } from '../support/model-plan.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessIn } from '../support/transient-access.ts';

interface StateJson {
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
  }[];
}

type Keep = (address: string, index: number) => boolean;

/** States of which not everything is left. What was killed is a test of recovery-adoption. */
const STATES: readonly (readonly [string, Keep])[] = [
  ['lost', () => false],
  ['half-written', (_, index) => index % 3 === 0],
  ['without what the users and groups have', (address) => /^aws_iam_(user|group|policy)\./.test(address)],
  ['older than a member and a role', (address) => !/member_bo|role_paymaster/.test(address)],
  ['without a user that was renamed and renamed back', (address) => !/member_bo/.test(address)],
];

const user = (key: string) => ({ UserName: `perception-lab-${key}` });

/** What a state has of the attributes that are configured. */
function resourcesOf(state: StateJson, configuration: Resources): Resources {
  return new Map(
    state.resources.map(({ type, name, instances: [instance] }) => {
      const names = Object.keys(configuration.get(`${type}.${name}`)?.values ?? {});
      const values = Object.fromEntries(names.map((each) => [each, instance?.attributes[each]]));
      return [`${type}.${name}`, { type, values }];
    }),
  );
}

/** Inline policies by name: a plan reads the documents that it does not know from the account. */
function named({ users, groups, ...model }: AccessModel) {
  const withNames = ({ inline, ...held }: AccessGroup) => ({ ...held, inline: inline.map(({ name }) => name) });
  return { ...model, users: users.map(withNames), groups: groups.map(withNames) };
}

test.each(sampleOf(STATES, 1))(
  'with a state that is %s, plan and check say of access what the account says',
  async (_, keep) => {
    await withLab(await appliedTo(sampleTeam), async (test) => {
      const lab = test.lab(sampleTeam);
      const PolicyArn = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
      await lab.iam.send(new aws.AttachUserPolicyCommand({ ...user('bo'), PolicyArn }));
      const GroupName = 'perception-lab-everything-but-bonus';
      await lab.iam.send(new aws.RemoveUserFromGroupCommand({ ...user('gus'), GroupName }));
      const whole: StateJson = JSON.parse(test.memory.states.get('team') ?? '');
      const left = {
        ...whole,
        resources: whole.resources.filter(({ type, name }, index) => keep(`${type}.${name}`, index)),
      };
      test.memory.states.set('team', JSON.stringify(left));

      const quick = await quickScan(lab, { cloudTrail: false }, SILENT);
      const full = orThrow(await fullScan(lab, { cloudTrail: false, lock: false }, SILENT));
      expect(full.scan.findings).toEqual(quick.scan.findings);
      expect(full.scan.findings.map(({ id }) => id)).toEqual([
        'policy-attached/user/bo/AmazonMechanicalTurkFullAccess/spends',
        'membership-removed/gus/everything-but-bonus',
      ]);

      const { change, classification, saved, ruled } = orThrow(
        await planStack(lab, { lock: false, mayWriteState: false }),
      );
      expect(
        change.people.flatMap(({ user: name, operations: { gained, lost } }) =>
          gained.length + lost.length === 0 ? [] : [[name, gained.length, lost.length]],
        ),
      ).toEqual([['perception-lab-bo', 0, 22]]);
      const account = accessIn(test.memory.account);
      // The model of Terraform, by which 300 random states are checked.
      const configuration = configured(ruled.team, TODAY);
      const plan = modelPlan(ruled.team, configuration, resourcesOf(left, configuration), account);
      const model = classifyPlan(plan, sampleTeam.account, account);
      expect(named(classification.access.before)).toEqual(named(model.access.before));
      expect(named(classification.access.after)).toEqual(named(model.access.after));
      const actionsOf = ({ changes }: typeof plan) =>
        changes
          .map(({ address, change: { actions, importing } }) => [address, actions.join(), importing !== null])
          .sort();
      expect(actionsOf(saved.plan)).toEqual(actionsOf(plan));
    });
  },
  120_000,
);
