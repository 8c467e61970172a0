import { generateKeyPairSync } from 'node:crypto';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { GITHUB_ISSUER, type GitHubOidc, signedToken, startGitHubOidc } from '../../support/github-oidc.ts';
import { callIam, iamOf, type Key, openAccount, outcome, policy, stsOf } from '../clients.ts';

const NOON = new Date('2026-11-25T12:00:00Z');
const PROVIDER = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
const ROLE = 'arn:aws:iam::123456789012:role/mturk-roles/lab/lab-apply';
const SESSION = 'arn:aws:sts::123456789012:assumed-role/lab-apply/run-7';
const WORKFLOW = 'tools/mturk-team/.github/workflows/called-apply.yml@refs/heads/main';
const CLAIMS = { sub: 'repo:lab/access:environment:production', repository_id: '22', job_workflow_ref: WORKFLOW };

const trust = (conditions: object, effect = 'Allow') => ({
  Effect: effect,
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: conditions },
});
const claim = (name: string): string => `token.actions.githubusercontent.com:${name}`;
const TRUST = trust({
  [claim('aud')]: 'sts.amazonaws.com',
  [claim('sub')]: CLAIMS.sub,
  [claim('repository_id')]: '22',
  [claim('job_workflow_ref')]: [WORKFLOW],
});

let emulator: Emulator;
let github: GitHubOidc;
let root: IAMClient;
let now: Date;

beforeAll(async () => {
  github = await startGitHubOidc();
});
afterAll(() => github.close());
beforeEach(async () => {
  now = NOON;
  emulator = await openAccount({ clock: () => now, issuers: github.issuers });
  root = iamOf(emulator);
  const ClientIDList = ['sts.amazonaws.com'];
  await callIam(root, 'CreateOpenIDConnectProvider', { Url: GITHUB_ISSUER, ClientIDList });
  await callIam(root, 'CreateRole', {
    ...{ RoleName: 'lab-apply', Path: '/mturk-roles/lab/' },
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [TRUST] }),
  });
  await callIam(root, 'PutRolePolicy', {
    ...{ RoleName: 'lab-apply', PolicyName: 'permissions' },
    PolicyDocument: policy('Allow', 'iam:CreateUser', 'arn:aws:iam::123456789012:user/mturk/lab/*'),
  });
});
afterEach(async () => {
  root.destroy();
  await emulator.close();
});

async function assume(WebIdentityToken: string, more: object = {}): Promise<Key> {
  const input = { RoleArn: ROLE, RoleSessionName: 'run-7', WebIdentityToken, ...more };
  const { Credentials: made } = await stsOf(emulator).send(new AssumeRoleWithWebIdentityCommand(input));
  return {
    accessKeyId: made!.AccessKeyId!,
    secretAccessKey: made!.SecretAccessKey!,
    sessionToken: made!.SessionToken!,
  };
}

test('a session may do what the policy of its role allows, and no more', async () => {
  const key = await assume(github.token(CLAIMS, NOON));
  expect(key.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  const iam = iamOf(emulator, key);
  await callIam(iam, 'CreateUser', { UserName: 'bo', Path: '/mturk/lab/' });
  const refused = callIam(iam, 'CreateUser', { UserName: 'eve' });
  await expect(refused).rejects.toThrow(
    `User: ${SESSION} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::123456789012:user/eve because no identity-based policy allows the iam:CreateUser action`,
  );
  expect(emulator.calls.slice(-3).map(({ action, principal, error }) => [action, principal, error])).toEqual([
    ['AssumeRoleWithWebIdentity', null, null],
    ['CreateUser', SESSION, null],
    ['CreateUser', SESSION, 'AccessDenied'],
  ]);
});

test('STS and CloudTrail name the role and its session', async () => {
  const key = await assume(github.token(CLAIMS, NOON));
  expect(await stsOf(emulator, key).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '123456789012',
    Arn: SESSION,
    UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:run-7$/),
  });
  await callIam(iamOf(emulator, key), 'CreateUser', { UserName: 'bo', Path: '/mturk/lab/' });
  const { endpoint, rootCredentials: credentials } = emulator;
  const trail = new CloudTrailClient({ endpoint, credentials, region: 'us-east-1' });
  const { Events: [event] = [] } = await trail.send(new LookupEventsCommand({ MaxResults: 1 }));
  trail.destroy();
  expect(event).toMatchObject({ EventName: 'CreateUser', Username: 'run-7', AccessKeyId: key.accessKeyId });
  expect(JSON.parse(event?.CloudTrailEvent ?? '')).toMatchObject({
    userIdentity: {
      type: 'AssumedRole',
      arn: SESSION,
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: ROLE, userName: 'lab-apply' },
        webIdFederationData: { federatedProvider: PROVIDER },
      },
    },
  });
});

test('a session ends with its time, with its role, and without its token', async () => {
  const key = await assume(github.token(CLAIMS, NOON), { DurationSeconds: 900 });
  const identify = (given: Key) => outcome(stsOf(emulator, given).send(new GetCallerIdentityCommand({})));
  const { sessionToken = '', ...withoutToken } = key;
  expect(await identify(withoutToken)).toBe('InvalidClientTokenId');
  const forged = Buffer.from(sessionToken.split('.')[0] ?? '', 'base64url')
    .toString()
    .replace('12:15', '23:15');
  const longer = `${Buffer.from(forged).toString('base64url')}.${sessionToken.split('.')[1]}`;
  expect(await identify({ ...key, sessionToken: longer })).toBe('InvalidClientTokenId');
  now = new Date('2026-11-25T12:14:59Z');
  expect(await identify(key)).toBe('answered');
  now = new Date('2026-11-25T12:15:00Z');
  expect(await identify(key)).toBe('ExpiredToken');
  now = NOON;
  await callIam(root, 'DeleteRolePolicy', { RoleName: 'lab-apply', PolicyName: 'permissions' });
  await callIam(root, 'DeleteRole', { RoleName: 'lab-apply' });
  expect(await identify(key)).toBe('InvalidClientTokenId');
});

describe('refused', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const whole = { ...CLAIMS, iss: GITHUB_ISSUER, aud: 'sts.amazonaws.com', exp: NOON.getTime() / 1_000 + 300 };

  test.each<[string, () => string, string, object?]>([
    ['another subject', () => github.token({ ...CLAIMS, sub: 'repo:lab/access:pull_request' }, NOON), 'AccessDenied'],
    ['another repository of the name', () => github.token({ ...CLAIMS, repository_id: '23' }, NOON), 'AccessDenied'],
    ['no called workflow', () => github.token({ sub: CLAIMS.sub, repository_id: '22' }, NOON), 'AccessDenied'],
    [
      'an audience that the provider does not list',
      () => github.token({ ...CLAIMS, aud: 'other' }, NOON),
      'InvalidIdentityTokenException',
    ],
    ['an expired token', () => github.token(CLAIMS, new Date(NOON.getTime() - 300_000)), 'ExpiredTokenException'],
    [
      'a token of another issuer',
      () => github.token({ ...CLAIMS, iss: 'https://gitlab.com' }, NOON),
      'InvalidIdentityTokenException',
    ],
    [
      'a token signed with another key',
      () => signedToken({ alg: 'RS256', kid: 'stand-in' }, whole, other),
      'InvalidIdentityTokenException',
    ],
    [
      'a token with an unknown key',
      () => signedToken({ alg: 'RS256', kid: 'x' }, whole, other),
      'InvalidIdentityTokenException',
    ],
    [
      'a token without a signature',
      () => signedToken({ alg: 'none' }, whole, other).replace(/[^.]*$/, ''),
      'InvalidIdentityTokenException',
    ],
    ['no token', () => 'not-a-token', 'InvalidIdentityTokenException'],
    ['a role that is not there', () => github.token(CLAIMS, NOON), 'AccessDenied', { RoleArn: `${ROLE}s` }],
    ['too long a session', () => github.token(CLAIMS, NOON), 'ValidationError', { DurationSeconds: 7_200 }],
    ['a session policy', () => github.token(CLAIMS, NOON), 'ValidationError', { Policy: policy('Deny', '*') }],
  ])('%s', async (_name, token, error, more = {}) => {
    expect(await outcome(assume(token(), more))).toBe(error);
  });

  test('a Deny for the subject, whatever else allows it', async () => {
    const Statement = [TRUST, trust({ [claim('sub')]: CLAIMS.sub }, 'Deny')];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await callIam(root, 'UpdateAssumeRolePolicy', { RoleName: 'lab-apply', PolicyDocument });
    expect(await outcome(assume(github.token(CLAIMS, NOON)))).toBe('AccessDenied');
  });

  test('a provider that is gone, or cannot be asked', async () => {
    const alone = await openAccount({ clock: () => NOON });
    const iam = iamOf(alone);
    const input = { RoleArn: ROLE, RoleSessionName: 'run-7', WebIdentityToken: github.token(CLAIMS, NOON) };
    const ask = () => outcome(stsOf(alone).send(new AssumeRoleWithWebIdentityCommand(input)));
    expect(await ask()).toBe('InvalidIdentityTokenException');
    await callIam(iam, 'CreateOpenIDConnectProvider', { Url: GITHUB_ISSUER, ClientIDList: ['sts.amazonaws.com'] });
    expect(await ask()).toBe('IDPCommunicationErrorException');
    iam.destroy();
    await alone.close();
  });
});
