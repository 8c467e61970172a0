import { boundaryPolicy, rolePolicy } from '../../../src/team/documents.ts';
import { DEFAULT_SETTINGS, type Team } from '../../../src/team/team.ts';
import { member, role, sampleTeam } from '../../support/sample-team.ts';
import { addressesOf, dependenciesOf, resourceAt, type StackJson, synthesized } from '../../support/synthesized.ts';

const LAB = 'perception-lab';
const OWN = (key: string) => `arn:aws:iam::123456789012:policy/mturk/${LAB}/${LAB}-${key}`;
const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';

let stack: StackJson;
beforeAll(async () => {
  stack = (await synthesized(sampleTeam)).team;
});

async function teamStack(changes: Partial<Team>, today?: string): Promise<StackJson> {
  return (await synthesized({ ...sampleTeam, ...changes }, today)).team;
}

function documentOf(block: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(String(block.policy));
}

describe('the frame', () => {
  test('one provider, which refuses every other account', () => {
    expect(stack.provider.aws).toEqual([{ allowed_account_ids: ['123456789012'], region: 'us-east-1' }]);
    expect(stack.terraform.required_providers).toEqual({ aws: { source: 'aws', version: '6.25.0' } });
    expect(stack.terraform.required_version).toBe('>= 1.6');
  });

  test('without a bucket the state is a file beside the configuration', () => {
    expect(stack.terraform.backend).toEqual({ local: { path: 'terraform.tfstate' } });
  });

  test('with a bucket it is there, encrypted and locked', async () => {
    const state = { bucket: 'lab-state', region: 'eu-central-1', key: 'vision-lab' };
    const { terraform } = await teamStack({ settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state } });
    expect(terraform.backend).toEqual({
      s3: { ...state, key: 'vision-lab/team.tfstate', encrypt: true, use_lockfile: true },
    });
    expect(terraform.required_version).toBe('>= 1.10');
  });

  test('nothing secret is made, nothing is put out, and nothing names this machine', async () => {
    const { text } = await synthesized(sampleTeam);
    expect(Object.keys(stack).sort()).toEqual(['//', 'provider', 'resource', 'terraform']);
    expect(Object.keys(stack.resource).filter((type) => /access_key|login_profile/.test(type))).toEqual([]);
    expect(text.team + text.bootstrap).not.toMatch(/stackTrace|node_modules|file:/);
    expect(text.team + text.bootstrap).not.toContain(process.cwd());
  });
});

describe('a member', () => {
  test('may have a key that ends as anything of another member is called here', async () => {
    const keys = ['bo', 'bo-guards', 'guards-bo', 'bo_limits', 'bo-limits'];
    const { resource } = await teamStack({ members: keys.map((key) => member({ key, roles: ['results-reader'] })) });
    expect(Object.keys(resource.aws_iam_user ?? {})).toHaveLength(keys.length);
    expect(Object.keys(resource.aws_iam_user_policies_exclusive ?? {})).toHaveLength(keys.length);
  });

  test('is a user under the boundary and nothing else', () => {
    const { '//': _metadata, ...user } = resourceAt(stack, 'aws_iam_user.member_ada');
    expect(user).toEqual({
      name: `${LAB}-ada`,
      path: `/mturk/${LAB}/`,
      permissions_boundary: `arn:aws:iam::123456789012:policy/mturk-boundary/${LAB}`,
      force_destroy: true,
      tags: { 'mturk-team:lab': LAB, 'mturk-team:member': 'ada' },
    });
    expect(resourceAt(stack, 'aws_iam_user_policies_exclusive.member_ada').policy_names).toEqual([]);
    expect(resourceAt(stack, 'aws_iam_user_policy_attachments_exclusive.member_ada').policy_arns).toEqual([]);
    expect(stack.resource.aws_iam_user_policy?.member_ada_limits).toBeUndefined();
  });

  test.each([
    ['bo', [{ Sid: 'Until', day: '2027-06-01T00:00:00Z' }]],
    ['cy', [{ Sid: 'Suspended', day: null }]],
  ])('%s is limited by one inline policy, which the guard knows', (key, expected) => {
    const limits = resourceAt(stack, `aws_iam_user_policy.member_${key}_limits`);
    expect(limits.name).toBe('limits');
    expect(limits.user).toBe(`\${aws_iam_user.member_${key}.name}`);
    expect(documentOf(limits)).toEqual({
      Version: '2012-10-17',
      Statement: expected.map(({ Sid, day }) => ({
        Sid,
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        ...(day === null ? {} : { Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': day } } }),
      })),
    });
    expect(resourceAt(stack, `aws_iam_user_policies_exclusive.member_${key}`).policy_names).toEqual(['limits']);
  });

  test('stays past the last day, and is gone once it is to be deleted', async () => {
    expect(addressesOf(await teamStack({}, '2027-06-01'))).toContain('aws_iam_user.member_bo');
    const settings = { ...sampleTeam.settings, deleteAfterDays: 10 };
    expect(addressesOf(await teamStack({ settings }, '2027-06-10'))).toContain('aws_iam_user.member_bo');
    const after = await teamStack({ settings }, '2027-06-11');
    expect(addressesOf(after).filter((address) => address.includes('member_bo'))).toEqual([]);
    expect(resourceAt(after, 'aws_iam_group_membership.role_task-publisher').users).toEqual([]);
  });
});

describe('a role', () => {
  test('is a group with its own policy, which has no description and ignores one', () => {
    expect(resourceAt(stack, 'aws_iam_group.role_paymaster')).toMatchObject({
      name: `${LAB}-paymaster`,
      path: `/mturk/${LAB}/`,
    });
    const { '//': _metadata, policy, ...rest } = resourceAt(stack, 'aws_iam_policy.role_paymaster');
    const lifecycle = { ignore_changes: ['description'] };
    expect(rest).toEqual({ name: `${LAB}-paymaster`, path: `/mturk/${LAB}/`, lifecycle });
    expect(JSON.parse(String(policy))).toEqual(rolePolicy(sampleTeam.roles[2]!, []));
  });

  test('attaches it by a literal ARN once it exists, and guards what is attached', () => {
    expect(resourceAt(stack, 'aws_iam_group_policy_attachment.role_paymaster_own')).toMatchObject({
      group: '${aws_iam_group.role_paymaster.name}',
      policy_arn: OWN('paymaster'),
      depends_on: ['aws_iam_policy.role_paymaster'],
    });
    const guard = resourceAt(stack, 'aws_iam_group_policy_attachments_exclusive.role_paymaster');
    expect(guard.policy_arns).toEqual([OWN('paymaster')]);
    expect(guard.depends_on).toEqual(['aws_iam_group_policy_attachment.role_paymaster_own']);
    expect(resourceAt(stack, 'aws_iam_group_policies_exclusive.role_paymaster').policy_names).toEqual([]);
  });

  test("of AWS's policy alone has no policy of its own", () => {
    expect(stack.resource.aws_iam_policy?.['role_full-access']).toBeUndefined();
    expect(resourceAt(stack, 'aws_iam_group_policy_attachments_exclusive.role_full-access').policy_arns).toEqual([
      FULL,
    ]);
  });

  test('gets one for a freeze, and it is attached before the broad one', async () => {
    const frozen = await teamStack({ freeze: ['pay:bonus'] });
    expect(documentOf(resourceAt(frozen, 'aws_iam_policy.role_full-access'))).toEqual({
      Version: '2012-10-17',
      Statement: [{ Sid: 'Freeze', Effect: 'Deny', Action: ['mechanicalturk:SendBonus'], Resource: '*' }],
    });
    const broad = 'aws_iam_group_policy_attachment.role_full-access_AmazonMechanicalTurkFullAccess';
    expect(resourceAt(frozen, broad).depends_on).toEqual(['aws_iam_group_policy_attachment.role_full-access_own']);
    expect(resourceAt(frozen, 'aws_iam_group_policy_attachments_exclusive.role_full-access').policy_arns).toEqual(
      [FULL, OWN('full-access')].sort(),
    );
  });

  test('has its members by reference, and none if no member has the role', async () => {
    expect(resourceAt(stack, 'aws_iam_group_membership.role_results-reader')).toMatchObject({
      name: `${LAB}-results-reader`,
      group: '${aws_iam_group.role_results-reader.name}',
      users: ['${aws_iam_user.member_bo.name}', '${aws_iam_user.member_cy.name}'],
    });
    const unused = await teamStack({ roles: [...sampleTeam.roles, role({ key: 'unused', allow: ['GetHIT'] })] });
    expect(resourceAt(unused, 'aws_iam_group_membership.role_unused').users).toEqual([]);
  });
});

describe('the order of calls', () => {
  const memberships = () => Object.keys(stack.resource.aws_iam_group_membership ?? {});

  test('no member is added to a group before their limits exist', () => {
    expect(memberships()).toHaveLength(5);
    for (const name of memberships()) {
      const address = `aws_iam_group_membership.${name}`;
      const before = dependenciesOf(stack, address);
      const users = (resourceAt(stack, address).users as string[]).map((user) => user.split('.')[1] ?? '');
      const limited = users.filter((user) => stack.resource.aws_iam_user_policy?.[`${user}_limits`] !== undefined);
      for (const user of limited) expect(before).toContain(`aws_iam_user_policy.${user}_limits`);
    }
  });

  test('no member is added to a group before the role is as desired', () => {
    for (const name of memberships()) {
      const before = dependenciesOf(stack, `aws_iam_group_membership.${name}`);
      const attachments = Object.keys(stack.resource.aws_iam_group_policy_attachment ?? {}).filter((attachment) =>
        attachment.startsWith(`${name}_`),
      );
      expect(attachments.length).toBeGreaterThan(0);
      for (const attachment of attachments) expect(before).toContain(`aws_iam_group_policy_attachment.${attachment}`);
      expect(before).toContain(`aws_iam_group_policy_attachments_exclusive.${name}`);
      expect(before).toContain(`aws_iam_group_policies_exclusive.${name}`);
    }
  });

  test("nothing of a member waits for another member or a role: the state repeats what a resource's dependencies depend on", () => {
    for (const address of addressesOf(stack).filter((each) => each.includes('.member_'))) {
      const key = /member_([a-z]+)/.exec(address)?.[1];
      const others = [...dependenciesOf(stack, address)].filter((each) => !each.includes(`.member_${key}`));
      expect(others).toEqual([]);
    }
  });

  test('twice the members are twice the dependencies', async () => {
    const [once = 0, twice = 0] = await Promise.all(
      [50, 100].map(async (size) => {
        const members = Array.from({ length: size }, (_, index) =>
          member({ key: `m${index}`, roles: sampleTeam.roles.map(({ key }) => key), suspended: index % 2 === 0 }),
        );
        const json = await teamStack({ members });
        return addressesOf(json).reduce((sum, address) => sum + dependenciesOf(json, address).size, 0);
      }),
    );
    expect(twice / once).toBeLessThan(2.01);
  });

  test('limits are deleted after what depended on them has changed', () => {
    for (const limits of Object.values(stack.resource.aws_iam_user_policy ?? {})) {
      expect(limits.lifecycle).toEqual({ create_before_destroy: true });
    }
    const others = Object.entries(stack.resource).filter(([type]) => type !== 'aws_iam_user_policy');
    for (const [, blocks] of others) {
      for (const block of Object.values(blocks))
        expect(block.lifecycle ?? {}).not.toHaveProperty('create_before_destroy');
    }
  });

  test('nothing waits for itself', () => {
    for (const address of addressesOf(stack)) expect(dependenciesOf(stack, address)).not.toContain(address);
  });
});

test('a member of many roles is one user in many groups', async () => {
  const all = sampleTeam.roles.map(({ key }) => key);
  const json = await teamStack({ members: [member({ key: 'zoe', roles: all })] });
  for (const key of all) {
    expect(resourceAt(json, `aws_iam_group_membership.role_${key}`).users).toEqual(['${aws_iam_user.member_zoe.name}']);
  }
});

test('the boundary stands outside the path that the lab may write', async () => {
  const { bootstrap } = await synthesized(sampleTeam);
  expect(addressesOf(bootstrap)).toEqual(['aws_iam_policy.boundary']);
  const { '//': _metadata, policy, ...rest } = resourceAt(bootstrap, 'aws_iam_policy.boundary');
  expect(rest).toEqual({ name: 'perception-lab', path: '/mturk-boundary/' });
  expect(String(policy)).toContain('user/mturk/perception-lab/$${aws:username}"');
  expect(JSON.parse(String(policy).replace('$${', () => '${'))).toEqual(boundaryPolicy(sampleTeam));
});

test('it has a state of its own and refuses every other account', async () => {
  const state = { bucket: 'lab-state', region: 'eu-central-1', key: 'mturk-team' };
  const { bootstrap } = await synthesized({ ...sampleTeam, settings: { ...DEFAULT_SETTINGS, maxRemovals: 3, state } });
  expect(bootstrap.terraform.backend.s3?.key).toBe('mturk-team/bootstrap.tfstate');
  expect(bootstrap.provider.aws).toEqual([{ allowed_account_ids: ['123456789012'], region: 'us-east-1' }]);
});
