import * as aws from '@aws-sdk/client-iam';
import { type AttackedLab, attackedLabs, canPay, keyOf, TODAY } from '../support/attacked-lab.ts';

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const ACCOUNT = 'arn:aws:iam::123456789012';
const SELF = `${ACCOUNT}:user/\${aws:username}`;
const ANY_USER = `${ACCOUNT}:user/*`;
const LIMIT = `${ACCOUNT}:policy/limit`;
const NARROW = `${ACCOUNT}:policy/narrow`;
const allow = (Action: string | string[], Resource = '*', more: object = {}) => ({
  ...{ Effect: 'Allow', Action, Resource },
  ...more,
});
const only = (key: string, value: string) => ({ Condition: { StringEquals: { [key]: value } } });
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const PAYS = 'mechanicalturk:*';

const DENIED_BY_TAG = { Effect: 'Deny', Action: PAYS, Resource: '*', ...only('aws:PrincipalTag/hold', 'yes') };

/** What users outside the lab may do, by their name; each has a boundary. */
const USERS: Readonly<Record<string, string>> = {
  'writes-its-boundary': policy(allow('*')),
  'renames-itself-to-admin': policy(
    allow('iam:UpdateUser', ANY_USER),
    allow('iam:*', '*', only('aws:username', 'ops')),
  ),
  'renames-itself': policy(allow('iam:UpdateUser', ANY_USER), allow(PAYS, '*', only('aws:username', 'ops'))),
  'tags-itself': policy(allow('iam:TagUser', SELF), allow(PAYS, '*', only('aws:PrincipalTag/team', 'ops'))),
  'joins-a-group': policy(allow('iam:AddUserToGroup', `${ACCOUNT}:group/payers`)),
  'joins-a-group-of-its-tag': policy(
    allow('iam:TagUser', SELF),
    allow('iam:AddUserToGroup', `${ACCOUNT}:group/tagged-payers`),
  ),
  'untags-itself': policy(allow('iam:UntagUser', SELF), allow(PAYS), DENIED_BY_TAG),
  'leaves-a-group': policy(allow('iam:RemoveUserFromGroup', `${ACCOUNT}:group/held`), allow(PAYS)),
  'empties-a-group': policy(allow('iam:DeleteGroupPolicy', `${ACCOUNT}:group/held`), allow(PAYS)),
  // These do not come under another policy, or gain nothing by it.
  'leaves-a-group-for-nothing': policy(allow('iam:RemoveUserFromGroup', `${ACCOUNT}:group/held`)),
  'is-held-by-a-group': policy(allow(PAYS)),
  'tags-itself-for-nothing': policy(allow('iam:TagUser', SELF)),
  'joins-a-harmless-group': policy(allow('iam:AddUserToGroup', `${ACCOUNT}:group/readers`)),
  'joins-a-group-of-another-tag': policy(allow('iam:AddUserToGroup', `${ACCOUNT}:group/tagged-payers`)),
};

const GROUPS: Readonly<Record<string, string>> = {
  payers: policy(allow('mechanicalturk:SendBonus')),
  'tagged-payers': policy(allow('mechanicalturk:SendBonus', '*', only('aws:PrincipalTag/team', 'ops'))),
  readers: policy(allow('s3:GetObject')),
  held: policy({ Effect: 'Deny', Action: PAYS, Resource: '*' }),
};
const IN_HELD = ['leaves-a-group', 'empties-a-group', 'leaves-a-group-for-nothing', 'is-held-by-a-group'];

async function prepare(iam: aws.IAMClient): Promise<void> {
  const limits = {
    limit: policy(allow([PAYS, 'iam:*TagUser', 'iam:UpdateUser', 'iam:PutUserPolicy', 'iam:*Group*'])),
    narrow: policy(allow('s3:GetObject'), allow('iam:CreatePolicyVersion', NARROW)),
  };
  for (const [PolicyName, PolicyDocument] of Object.entries(limits))
    await iam.send(new aws.CreatePolicyCommand({ PolicyName, PolicyDocument }));
  for (const [GroupName, document] of Object.entries(GROUPS)) {
    await iam.send(new aws.CreateGroupCommand({ GroupName }));
    await iam.send(new aws.PutGroupPolicyCommand({ GroupName, PolicyName: 'own', PolicyDocument: document }));
  }
  for (const [UserName, document] of Object.entries(USERS)) {
    const PermissionsBoundary = UserName === 'writes-its-boundary' ? NARROW : LIMIT;
    const Tags = UserName === 'untags-itself' ? [{ Key: 'hold', Value: 'yes' }] : [];
    await iam.send(new aws.CreateUserCommand({ UserName, PermissionsBoundary, Tags }));
    await iam.send(new aws.PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: document }));
    if (IN_HELD.includes(UserName)) await iam.send(new aws.AddUserToGroupCommand({ UserName, GroupName: 'held' }));
  }
}

/** By id, the severity and how it is gained, without those of the wide boundary that all have. */
async function found(lab: AttackedLab) {
  const { stdout } = await lab.mturk(TODAY, 'drift', '--quick', '--json');
  const findings: { id: string; severity: string; text: { detail: string } }[] = JSON.parse(stdout).drift.findings;
  const gains = findings.filter(({ id }) => !id.startsWith('user-without-boundary/'));
  return Object.fromEntries(
    gains.map(({ id, severity, text }) => [id, [severity, /Gains .*?: .*?\./.exec(text.detail)?.[0]]]),
  );
}

test('who gains access by a change of itself is a finding', async () => {
  await labs.attack(async (lab) => {
    await lab.byHand(prepare);
    const ways = {
      'empties-a-group/spends': 'more access: iam:DeleteGroupPolicy on group held.',
      'leaves-a-group/spends': 'more access: iam:RemoveUserFromGroup on group held.',
      'untags-itself/spends': 'more access: iam:UntagUser on user untags-itself.',
      'joins-a-group-of-its-tag/spends': 'more access: iam:AddUserToGroup on group tagged-payers.',
      'joins-a-group/spends': 'more access: iam:AddUserToGroup on group payers.',
      'renames-itself-to-admin/escalates': 'control of the account: iam:PutUserPolicy on user renames-itself-to-admin.',
      'renames-itself/spends': 'more access: iam:UpdateUser on user renames-itself.',
      'tags-itself/spends': 'more access: iam:TagUser on user tags-itself.',
      'writes-its-boundary/escalates': 'control of the account: iam:CreatePolicyVersion on policy narrow.',
    };
    expect(await found(lab)).toEqual(
      Object.fromEntries(
        Object.entries(ways).map(([id, way]) => [`unmanaged-user/${id}`, ['critical', `Gains ${way}`]]),
      ),
    );
  });
});

test('who controls the account once a tag is gone, and may take it off itself, is a finding', async () => {
  await labs.attack(async (lab) => {
    const UserName = 'untags-itself';
    const document = policy(allow('iam:*'), { ...DENIED_BY_TAG, Action: undefined, NotAction: 'iam:UntagUser' });
    await lab.byHand(async (iam) => {
      await iam.send(new aws.CreateUserCommand({ UserName, Tags: [{ Key: 'hold', Value: 'yes' }] }));
      await iam.send(new aws.PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: document }));
    });
    expect(Object.keys(await found(lab))).toContain(`unmanaged-user/${UserName}/escalates`);
  });
});

test('by its tag, or its boundary, a user has by two calls of its own key what the check says', async () => {
  await labs.attack(async (lab) => {
    const own = async (name: string) => {
      const credentials = await lab.byHand((iam) => keyOf(iam, name));
      const call = <T>(work: (iam: aws.IAMClient) => Promise<T>): Promise<T> =>
        lab.byHand(async (_iam, { endpoint }) => {
          const iam = new aws.IAMClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 });
          try {
            return await work(iam);
          } finally {
            iam.destroy();
          }
        });
      return { credentials, call };
    };
    await lab.byHand(prepare);
    const tagging = await own('tags-itself');
    expect(await canPay(lab, tagging.credentials)).toBe(false);
    const Tags = [{ Key: 'team', Value: 'ops' }];
    await tagging.call((iam) => iam.send(new aws.TagUserCommand({ UserName: 'tags-itself', Tags })));
    expect(await canPay(lab, tagging.credentials)).toBe(true);
    const limited = await own('writes-its-boundary');
    const create = () => limited.call((iam) => iam.send(new aws.CreateUserCommand({ UserName: 'mine' })));
    await expect(create()).rejects.toThrow('not authorized');
    const version = { PolicyArn: NARROW, PolicyDocument: policy(allow('*')), SetAsDefault: true };
    await limited.call((iam) => iam.send(new aws.CreatePolicyVersionCommand(version)));
    await create();
  });
});
