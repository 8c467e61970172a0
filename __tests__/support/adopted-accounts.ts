import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { ACCOUNT, callIam, iamOf, type Key, keyOf, type openAccount } from '../emulator/clients.ts';

/** Name of an inline policy -> its document. */
type Inline = Readonly<Record<string, object>>;

interface MadeUser {
  readonly name: string;
  readonly path?: string;
  readonly groups?: readonly string[];
  /** Names of AWS's policies, or of the account's own. */
  readonly attached?: readonly string[];
  readonly inline?: Inline;
  /** Name of one of the account's own policies. */
  readonly boundary?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** How many access keys: 1 by default. */
  readonly keys?: number;
  readonly password?: true;
}

/** An account as administrators made it by hand: data, created through the SDK. */
export interface AdoptedAccount {
  readonly title: string;
  readonly policies?: Readonly<Record<string, object>>;
  readonly groups?: readonly {
    readonly name: string;
    readonly attached?: readonly string[];
    readonly inline?: Inline;
  }[];
  readonly users: readonly MadeUser[];
  readonly buckets?: Readonly<Record<string, object>>;
  /** Keys of members who must be accepted before anything is applied, sorted. */
  readonly toAccept: readonly string[];
  /** Member key -> name of the IAM user before; the others are left alone. */
  readonly adopted: Readonly<Record<string, string>>;
}

const FULL = 'AmazonMechanicalTurkFullAccess';
const READ = 'AmazonMechanicalTurkReadOnly';

function statement(Effect: 'Allow' | 'Deny', actions: readonly string[], more: object = {}) {
  const Action = actions.map((action) =>
    action.includes(':') || action === '*' ? action : `mechanicalturk:${action}`,
  );
  return { Effect, Action, Resource: '*', ...more };
}

function document(...statements: readonly object[]) {
  return { Version: '2012-10-17', Statement: statements };
}

const allow = (...actions: readonly string[]) => document(statement('Allow', actions));

/** The tutorial's two custom policies of 2017, word for word in their operations. */
const TUTORIAL_RESULTS = allow('SearchHITs', 'GetReviewableHITs', 'GetHIT', 'GetAssignmentsForHIT', 'GetAssignment');
const allTurk = statement('Allow', ['mechanicalturk:*']);
const TUTORIAL_NO_BONUS = document(allTurk, statement('Deny', ['GrantBonus']));
const RESULTS = allow('GetHIT', 'ListHITs', 'ListReviewableHITs', 'ListAssignmentsForHIT', 'GetAssignment');
const PUBLISH = allow(
  ...['CreateHIT', 'CreateHITType', 'CreateHITWithHITType', 'CreateAdditionalAssignmentsForHIT', 'UpdateHITTypeOfHIT'],
  ...['UpdateExpirationForHIT', 'UpdateHITReviewStatus', 'UpdateNotificationSettings', 'SendTestEventNotification'],
);
const PAY = allow('ApproveAssignment', 'RejectAssignment', 'SendBonus');
const userArn = (path: string) => `arn:aws:iam::${ACCOUNT}:user/${path}`;

/** What self-service policies of AWS's documentation let users do with their own keys. */
const OWN_KEYS = document({
  Effect: 'Allow',
  Action: ['iam:ListAccessKeys', 'iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:UpdateAccessKey'],
  Resource: [`arn:aws:iam::*:user/${'${aws:username}'}`],
});

function many(count: number): readonly MadeUser[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `student-${String(index + 1).padStart(3, '0')}`;
    if (index % 4 === 0) return { name, attached: [FULL] };
    if (index % 4 === 1) return { name, groups: ['MTurk-Readers'] };
    return index % 4 === 2
      ? { name, groups: ['MTurk-Readers', 'MTurk-Publishers'], keys: index % 3 }
      : { name, inline: { Results: RESULTS } };
  });
}

/** Account shapes that `mturk-team adopt` must take over, each in another way that labs have made them since 2017. */
export const ADOPTED_ACCOUNTS: readonly AdoptedAccount[] = [
  {
    title: 'the tutorial of 2017 to the letter',
    policies: {
      MTurkResultsOnly: TUTORIAL_RESULTS,
      MTurkNoBonus: TUTORIAL_NO_BONUS,
    },
    users: [
      { name: 'mturk-requester', attached: [FULL] },
      { name: 'research-assistant', attached: ['MTurkResultsOnly'] },
      { name: 'lab-manager', attached: ['MTurkNoBonus'], keys: 2 },
    ],
    toAccept: [],
    adopted: {
      'lab-manager': 'lab-manager',
      'mturk-requester': 'mturk-requester',
      'research-assistant': 'research-assistant',
    },
  },
  {
    title: 'inline policies only',
    users: [
      { name: 'ana', inline: { mturk: RESULTS } },
      { name: 'ben', inline: { mturk: PUBLISH, more: RESULTS } },
      {
        name: 'caro',
        inline: { mturk: allow('mechanicalturk:*'), 'no-pay': document(statement('Deny', ['SendBonus'])) },
      },
    ],
    toAccept: [],
    adopted: { ana: 'ana', ben: 'ben', caro: 'caro' },
  },
  {
    title: 'groups',
    policies: { MTurkPay: PAY },
    groups: [
      { name: 'Readers', attached: [READ] },
      { name: 'Publishers', inline: { publish: PUBLISH } },
      { name: 'Paymasters', attached: ['MTurkPay'] },
    ],
    users: [
      { name: 'dora', groups: ['Readers'] },
      { name: 'emil', groups: ['Readers', 'Publishers'] },
      { name: 'fay', groups: ['Readers', 'Paymasters', 'Publishers'], keys: 2, password: true },
      { name: 'gus', groups: ['Readers'], keys: 0 },
    ],
    toAccept: [],
    adopted: { dora: 'dora', emil: 'emil', fay: 'fay', gus: 'gus' },
  },
  {
    title: 'one shared user',
    users: [{ name: 'mturk', attached: [FULL], keys: 2 }],
    toAccept: [],
    adopted: { mturk: 'mturk' },
  },
  {
    title: 'two hundred users',
    groups: [
      { name: 'MTurk-Readers', attached: [READ] },
      { name: 'MTurk-Publishers', inline: { publish: PUBLISH } },
    ],
    users: many(200),
    toAccept: [],
    adopted: Object.fromEntries(many(200).map(({ name }) => [name, name])),
  },
  {
    title: 'retired names, wildcards and NotAction',
    users: [
      { name: 'hal', inline: { old: allow('Search*', 'Get*', 'ApproveRejectedAssignment', 'ExtendHIT') } },
      { name: 'ida', inline: { wild: allow('*HIT*', 'mechanicalturk:?etAccountBalance') } },
      {
        name: 'jan',
        inline: {
          not: document({ Effect: 'Allow', NotAction: ['iam:*', 'mechanicalturk:SendBonus', 's3:*'], Resource: '*' }),
        },
      },
      { name: 'kim', inline: { only: allow('SearchHITs', 'GrantBonus') } },
      {
        name: 'lea',
        inline: { read: allow('List*'), deny: document(statement('Deny', ['GrantBonus', 'BlockWorker'])) },
      },
      {
        name: 'max',
        inline: {
          office: document(
            statement('Allow', ['SendBonus'], { Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }),
            statement('Allow', ['GetHIT', 'ListHITs']),
          ),
        },
      },
    ],
    toAccept: ['jan', 'max'],
    adopted: { hal: 'hal', ida: 'ida', jan: 'jan', lea: 'lea', max: 'max' },
  },
  {
    title: 'a user in a foreign admin group',
    policies: { S3Results: allow('s3:GetObject', 's3:PutObject') },
    groups: [
      { name: 'Admins', attached: ['AdministratorAccess'] },
      { name: 'IT', inline: { keys: OWN_KEYS } },
    ],
    users: [
      { name: 'nora', groups: ['Admins'], attached: [FULL], password: true },
      { name: 'otto', groups: ['IT'], attached: [READ, 'S3Results'] },
      { name: 'pia', attached: [READ] },
      { name: 'backup', inline: { s3: allow('s3:*') } },
      { name: 'ci', attached: ['AdministratorAccess'] },
    ],
    buckets: {
      'lab-results': {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:GetObject',
            Resource: `arn:aws:s3:::lab-results/home/${'${aws:username}'}/*`,
            Condition: { ArnEquals: { 'aws:PrincipalArn': userArn('pia') } },
          },
        ],
      },
    },
    toAccept: ['otto'],
    adopted: { otto: 'otto', pia: 'pia' },
  },
  {
    title: 'two labs in one account',
    groups: [
      { name: 'vision-lab', attached: [FULL] },
      { name: 'perception', attached: [READ] },
    ],
    users: [
      { name: 'vision-lab-quin', path: '/mturk/vision-lab/', groups: ['vision-lab'] },
      { name: 'rosa', groups: ['perception'] },
      { name: 'sven', groups: ['perception'], inline: { pay: PAY }, tags: { project: 'faces' } },
    ],
    toAccept: [],
    adopted: { rosa: 'rosa', sven: 'sven' },
  },
  {
    title: 'names that collide with ours, with capitals and @',
    policies: { 'perception-lab-readers': RESULTS },
    groups: [{ name: 'perception-lab-Publishers', attached: [READ], inline: { publish: PUBLISH } }],
    users: [
      { name: 'Tess.Park@lab.edu', attached: [FULL] },
      { name: 'tess.park@other.edu', attached: [READ] },
      { name: 'perception-lab-uma', attached: [READ] },
      { name: 'UMA', groups: ['perception-lab-Publishers'] },
      { name: 'perception-lab-vic', attached: ['AdministratorAccess'] },
      { name: 'vic', attached: ['perception-lab-readers'] },
      { name: '_w', attached: [READ] },
    ],
    toAccept: [],
    adopted: {
      'tess.park': 'Tess.Park@lab.edu',
      'tess.park@other.edu': 'tess.park@other.edu',
      uma: 'perception-lab-uma',
      'uma-2': 'UMA',
      'vic-2': 'vic',
      w: '_w',
    },
  },
  {
    title: 'twelve users mixed',
    policies: {
      MTurkResultsOnly: TUTORIAL_RESULTS,
      MTurkNoBonus: document(allTurk, statement('Deny', ['SendBonus'])),
      StudentsLimit: allow('mechanicalturk:*', 's3:*'),
    },
    groups: [
      { name: 'Requesters', attached: [FULL] },
      { name: 'Students', attached: [READ], inline: { keys: OWN_KEYS } },
      { name: 'Admins', attached: ['AdministratorAccess'] },
    ],
    users: [
      { name: 'Prof.Ada@lab.edu', groups: ['Admins', 'Requesters'], password: true },
      { name: 'bo.chen', groups: ['Requesters'], keys: 2 },
      { name: 'cy', groups: ['Students'], boundary: 'StudentsLimit' },
      { name: 'dee', groups: ['Students'], inline: { publish: PUBLISH } },
      { name: 'eve', attached: ['MTurkNoBonus'] },
      { name: 'finn', attached: ['MTurkResultsOnly'], keys: 0 },
      { name: 'gia', attached: [FULL], boundary: 'StudentsLimit' },
      { name: 'hiro', groups: ['Requesters'], inline: { stop: document(statement('Deny', ['*'])) } },
      { name: 'psiturk-server', attached: [FULL], tags: { purpose: 'psiTurk' } },
      { name: 'ses-smtp-user', inline: { ses: allow('ses:SendRawEmail') } },
      { name: 'old-student', keys: 1 },
      { name: 'it-admin', groups: ['Admins'] },
    ],
    toAccept: ['cy', 'dee'],
    adopted: {
      'bo.chen': 'bo.chen',
      cy: 'cy',
      dee: 'dee',
      eve: 'eve',
      finn: 'finn',
      gia: 'gia',
      hiro: 'hiro',
      'psiturk-server': 'psiturk-server',
    },
  },
];

/** Access keys by user name. */
export type KeysOfUsers = ReadonlyMap<string, readonly Key[]>;

/** Makes an account by the calls that a person in the console makes. */
export async function createAccount(
  account: Pick<Awaited<ReturnType<typeof openAccount>>, 'endpoint' | 'rootCredentials'>,
  { policies = {}, groups = [], users, buckets = {} }: AdoptedAccount,
): Promise<KeysOfUsers> {
  const iam = iamOf(account);
  const arnOf = (name: string) =>
    Object.hasOwn(policies, name) ? `arn:aws:iam::${ACCOUNT}:policy/${name}` : `arn:aws:iam::aws:policy/${name}`;
  const text = (policy: object) => JSON.stringify(policy);
  for (const [PolicyName, policy] of Object.entries(policies)) {
    await callIam(iam, 'CreatePolicy', { PolicyName, PolicyDocument: text(policy) });
  }
  for (const { name: GroupName, attached = [], inline = {} } of groups) {
    await callIam(iam, 'CreateGroup', { GroupName });
    for (const name of attached) await callIam(iam, 'AttachGroupPolicy', { GroupName, PolicyArn: arnOf(name) });
    for (const [PolicyName, policy] of Object.entries(inline)) {
      await callIam(iam, 'PutGroupPolicy', { GroupName, PolicyName, PolicyDocument: text(policy) });
    }
  }
  const keys = new Map<string, readonly Key[]>();
  for (const user of users) keys.set(user.name, await createUser(iam, user, arnOf));
  iam.destroy();
  const s3 = new S3Client({
    ...{ endpoint: account.endpoint, credentials: account.rootCredentials, region: 'us-east-1', forcePathStyle: true },
  });
  for (const [Bucket, policy] of Object.entries(buckets)) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: text(policy) }));
  }
  s3.destroy();
  return keys;
}

async function createUser(
  iam: ReturnType<typeof iamOf>,
  { name: UserName, path = '/', groups = [], attached = [], inline = {}, keys = 1, ...user }: MadeUser,
  arnOf: (name: string) => string,
): Promise<readonly Key[]> {
  const Tags = Object.entries(user.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  const boundary = user.boundary === undefined ? {} : { PermissionsBoundary: arnOf(user.boundary) };
  await callIam(iam, 'CreateUser', { UserName, Path: path, ...(Tags.length === 0 ? {} : { Tags }), ...boundary });
  for (const GroupName of groups) await callIam(iam, 'AddUserToGroup', { UserName, GroupName });
  for (const name of attached) await callIam(iam, 'AttachUserPolicy', { UserName, PolicyArn: arnOf(name) });
  for (const [PolicyName, policy] of Object.entries(inline)) {
    await callIam(iam, 'PutUserPolicy', { UserName, PolicyName, PolicyDocument: JSON.stringify(policy) });
  }
  if (user.password === true) {
    await callIam(iam, 'CreateLoginProfile', { UserName, Password: 'Correct-Horse-1', PasswordResetRequired: false });
  }
  const made: Key[] = [];
  for (let index = 0; index < keys; index += 1) made.push(await keyOf(iam, UserName));
  return made;
}
