import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IAMClient } from '@aws-sdk/client-iam';
import { listOperations, NO_OPERATIONS } from '../../src/access/operation-set.ts';
import { actionOf, OPERATIONS } from '../../src/catalog/mturk.ts';
import { boundaryPolicy } from '../../src/team/documents.ts';
import { iamName } from '../../src/team/names.ts';
import { callIam, iamOf, openAccount, policy } from '../emulator/clients.ts';
import { ADOPTED_ACCOUNTS, type AdoptedAccount, createAccount } from '../support/adopted-accounts.ts';
import { accessById, adoptionOf, applyIn, finishIn, NOON, undoIn } from '../support/adoption-in-test.ts';
import { runHere, scratch } from '../support/command.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { FIRST_FILE } from '../support/first-team-file.ts';
import { orThrow, withLab } from '../support/lab-in-test.ts';

const test = testInTurn(3);

const DAY = '2026-11-25';
const LAB_PATH = '/mturk/perception-lab/';
const STOP = 'arn:aws:iam::123456789012:policy/stop';
const roleArn = (name: string) => `arn:aws:iam::123456789012:policy${LAB_PATH}${name}`;
let place: ReturnType<typeof scratch>;
afterEach(() => place.remove());

/** Works in the account of the lab, as someone with an administrator's key. */
async function byHand<Value>(work: (iam: IAMClient) => Promise<Value>): Promise<Value> {
  const clock = () => new Date(`${DAY}T12:00:00Z`);
  const account = await openAccount({ dir: join(place.directory, '.mturk-team', 'emulator'), clock });
  const iam = iamOf(account);
  try {
    return await work(iam);
  } finally {
    iam.destroy();
    await account.close();
  }
}

/** A lab repository, and an account that was made by hand. */
async function labWith(title: string): Promise<void> {
  place = scratch({ 'team.yaml': FIRST_FILE });
  const clock = () => new Date(`${DAY}T12:00:00Z`);
  const account = await openAccount({ dir: join(place.directory, '.mturk-team', 'emulator'), clock });
  await createAccount(account, ADOPTED_ACCOUNTS.find((each) => each.title === title)!);
  await account.close();
}

const adopt = (...args: readonly string[]) =>
  runHere(['adopt', ...args, '--emulator', '--today', DAY], { cwd: place.directory });
const file = (name: string) => join(place.directory, name);

async function undecided(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await adopt(...args, '--json');
  const people: readonly { readonly member: string; readonly accepted: boolean }[] = JSON.parse(stdout).people;
  return people.filter(({ accepted }) => !accepted).map(({ member }) => member);
}

describe('what was accepted', () => {
  beforeEach(() => labWith('a user in a foreign admin group'));

  test('it is not accepted for a policy of that name that says more since', async () => {
    expect(await undecided('--accept', 'otto')).toEqual([]);
    await byHand((iam) =>
      callIam(iam, 'PutGroupPolicy', {
        ...{ GroupName: 'IT', PolicyName: 'keys' },
        PolicyDocument: policy('Allow', ['iam:CreateAccessKey', 's3:*']),
      }),
    );
    expect(await undecided()).toEqual(['otto']);
  });

  test('it is not accepted for another user under that key, nor for one created again', async () => {
    expect(await undecided('--accept', 'otto')).toEqual([]);
    await byHand(async (iam) => {
      await callIam(iam, 'AddUserToGroup', { GroupName: 'IT', UserName: 'pia' });
      await callIam(iam, 'UpdateUser', { UserName: 'otto', NewUserName: 'zed' });
      await callIam(iam, 'CreateUser', { UserName: 'otto' });
      await callIam(iam, 'AddUserToGroup', { GroupName: 'IT', UserName: 'otto' });
      const PolicyArn = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly';
      await callIam(iam, 'AttachUserPolicy', { UserName: 'otto', PolicyArn });
    });
    expect(await undecided('--without', 'zed', '--as', 'otto=otto')).toContain('otto');
  });

  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: place.directory });
  test.each([
    ['which others may read', () => chmodSync(file('adopt.json'), 0o644), 'as if it came from Git'],
    [
      'with umask 077',
      () => {
        git('init', '--quiet');
        git('add', '--force', 'adopt.json');
      },
      'Git tracks it',
    ],
    [
      'with capitals, which some file systems take for the same',
      () => {
        git('init', '--quiet');
        const blob = git('hash-object', '-w', 'adopt.json').toString().trim();
        git('update-index', '--add', '--cacheinfo', `100644,${blob},ADOPT.JSON`);
      },
      'Git tracks it',
    ],
  ])('a file that Git brings, %s, accepts nothing', async (_how, bring, reason) => {
    expect(await undecided('--accept', 'otto')).toEqual([]);
    bring();
    const before = readFileSync(file('adopt.json'), 'utf8');
    for (const step of [[], ['--apply', '--yes'], ['--finish', '--yes'], ['--undo', '--yes']]) {
      const { code, stderr } = await adopt(...step);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(reason) });
    }
    expect(readFileSync(file('adopt.json'), 'utf8')).toBe(before);
  });
});

const SHARED = ADOPTED_ACCOUNTS.find(({ title }) => title === 'one shared user')!;
const reads = OPERATIONS.filter((each) => /^(?:Get|List)/.test(each)).map(actionOf);
/** Beside its policies, IAM has room for a short cover alone. */
const LONG: AdoptedAccount = {
  ...{ title: 'long policies', toAccept: [], adopted: { bo: 'bo' } },
  users: [
    {
      ...{ name: 'bo', attached: ['AmazonMechanicalTurkReadOnly'], keys: 1 },
      inline: {
        a: JSON.parse(policy('Allow', ['mechanicalturk:GetHIT'])),
        b: JSON.parse(policy('Allow', [...reads, ...reads, 'mechanicalturk:SendBonus', ...reads.slice(0, 6)])),
      },
    },
  ],
};

test.each<[string, AdoptedAccount, string, object]>(
  sampleOf<[string, AdoptedAccount, string, object]>(
    [
      ['beside the cover', SHARED, 'stop', { Action: '*' }],
      ['in the cover', SHARED, 'mturk-team-adopting', { NotAction: ['mechanicalturk:GetAccountBalance'] }],
      ['in a cover that was short first', LONG, 'a', { Action: '*' }],
      ['in limits, as a suspension', SHARED, 'limits', { Sid: 'Suspended', Action: '*' }],
      ['in limits, as what is withheld', SHARED, 'limits', { Sid: 'Withheld', Action: 'mechanicalturk:*' }],
    ],
    1,
  ),
)(
  'a Deny that someone adds %s while --finish is interrupted stays, and it goes on once that is gone',
  async (_where, account, PolicyName, scope) => {
    place = scratch();
    const adopted = await adoptionOf(account);
    await withLab(adopted.memory, async (lab) => {
      lab.setClock(NOON.toISOString());
      orThrow(await applyIn(lab, adopted));
      let isCut = false;
      lab.listen(({ action, phase }) => {
        isCut ||= action === 'DetachUserPolicy' && phase === 'after';
        return !isCut;
      });
      expect(await finishIn(lab, adopted)).toMatchObject({ ok: false });
      lab.listen(null);
      const { iam } = lab.lab(adopted.team);
      const stops = { UserName: iamName(adopted.team.lab, adopted.adoption.users[0]!.key), PolicyName };
      const PolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', ...scope, Resource: '*' }],
      });
      await callIam(iam, 'PutUserPolicy', { ...stops, PolicyDocument });
      expect(await finishIn(lab, adopted)).toMatchObject({ ok: false, failure: { code: 'adoption-changed' } });
      const { PolicyDocument: kept } = (await callIam(iam, 'GetUserPolicy', stops)) as { PolicyDocument: string };
      expect(decodeURIComponent(kept)).toBe(PolicyDocument);
      await callIam(iam, 'DeleteUserPolicy', stops);
      orThrow(await finishIn(lab, adopted));
    });
  },
);

type AtRole = (iam: IAMClient, GroupName: string) => Promise<unknown>;
const IN_POLICY: readonly [AtRole, AtRole] = [
  (iam, GroupName) =>
    callIam(iam, 'CreatePolicyVersion', {
      ...{ PolicyArn: roleArn(GroupName), SetAsDefault: true },
      PolicyDocument: policy('Deny', ['mechanicalturk:*']),
    }),
  (iam, GroupName) => callIam(iam, 'SetDefaultPolicyVersion', { PolicyArn: roleArn(GroupName), VersionId: 'v1' }),
];

test.each<[string, boolean, AtRole, AtRole]>(
  sampleOf<[string, boolean, AtRole, AtRole]>(
    [
      [
        'in the group of a role',
        false,
        (iam, GroupName) =>
          callIam(iam, 'PutGroupPolicy', { GroupName, PolicyName: 'stop', PolicyDocument: policy('Deny', ['*']) }),
        (iam, GroupName) => callIam(iam, 'DeleteGroupPolicy', { GroupName, PolicyName: 'stop' }),
      ],
      [
        'attached to the group of a role',
        false,
        async (iam, GroupName) => {
          const PolicyDocument = policy('Deny', ['mechanicalturk:*']);
          await callIam(iam, 'CreatePolicy', { PolicyName: 'stop', PolicyDocument });
          await callIam(iam, 'AttachGroupPolicy', { GroupName, PolicyArn: STOP });
        },
        (iam, GroupName) => callIam(iam, 'DetachGroupPolicy', { GroupName, PolicyArn: STOP }),
      ],
      ['in the policy of a role', false, ...IN_POLICY],
      ['in the policy of a role, while --undo is interrupted,', true, ...IN_POLICY],
    ],
    1,
  ),
)('a Deny that someone adds %s stays, and --undo goes on once that is gone', async (_where, isCut, add, remove) => {
  place = scratch();
  const adopted = await adoptionOf(ADOPTED_ACCOUNTS.find(({ title }) => title === 'groups')!);
  await withLab(adopted.memory, async (lab) => {
    lab.setClock(NOON.toISOString());
    orThrow(await applyIn(lab, adopted));
    const { iam } = lab.lab(adopted.team);
    const { Policies } = (await callIam(iam, 'ListPolicies', { PathPrefix: LAB_PATH })) as {
      Policies: { PolicyName: string }[];
    };
    const GroupName = Policies[0]!.PolicyName;
    const { Users } = (await callIam(iam, 'GetGroup', { GroupName })) as { Users: { UserId: string }[] };
    const may = () => listOperations(accessById(lab.memory.account).get(Users[0]!.UserId) ?? NO_OPERATIONS);
    const given = may();
    if (isCut) {
      // The state forgets all of it first.
      lab.listen(({ action }) => /^(?:Get|List)/.test(action));
      expect(await undoIn(lab, adopted)).toMatchObject({ ok: false });
      lab.listen(null);
    }
    await add(iam, GroupName);
    expect([given.length > 0, may()]).toEqual([true, []]);
    expect(await undoIn(lab, adopted)).toMatchObject({ ok: false, failure: { code: 'adoption-changed' } });
    expect(may()).toEqual([]);
    await remove(iam, GroupName);
    orThrow(await undoIn(lab, adopted));
    expect(may()).toEqual(given);
  });
});

describe('after --undo', () => {
  beforeEach(() => labWith('groups'));

  const everyUser = () =>
    byHand(async (iam) => {
      const { Users } = (await callIam(iam, 'ListUsers')) as { Users: { Path: string; UserName: string }[] };
      return Users.map(({ Path, UserName }) => `${Path}${UserName}`).sort();
    });

  test('no user stays in the lab whose member was removed from team.yaml in between', async () => {
    await adopt();
    const text = readFileSync(file('team.yaml'), 'utf8');
    expect(await adopt('--apply', '--yes')).toMatchObject({ code: 0 });
    writeFileSync(file('team.yaml'), text.replace(/^ {2}dora: .*\n/m, ''));
    for (const step of ['--apply', '--finish']) {
      const { code, stderr } = await adopt(step, '--yes');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('user `dora`: it is moved already'),
      });
    }
    // Reading again forgets no one who was moved.
    expect(await adopt()).toMatchObject({ code: 0 });
    expect(await adopt('--undo', '--yes')).toMatchObject({ code: 0 });
    expect(await everyUser()).toEqual(['/dora', '/emil', '/fay', '/gus']);
  });

  test('groups that were under the path of the lab before are there, with who was in them', async () => {
    const GroupName = 'perception-lab-readers';
    await byHand(async (iam) => {
      await callIam(iam, 'CreateGroup', { GroupName, Path: LAB_PATH });
      await callIam(iam, 'AddUserToGroup', { GroupName, UserName: 'dora' });
    });
    await adopt();
    const text = readFileSync(file('team.yaml'), 'utf8');
    writeFileSync(file('team.yaml'), text.replaceAll('readers-2', 'readers'));
    const applied = await adopt('--apply', '--yes');
    expect(applied).toMatchObject({ code: 1, stderr: expect.stringContaining('error[adoption-name-taken]') });
    expect(await adopt('--undo', '--yes')).toMatchObject({ code: 0 });
    const { Users } = (await byHand((iam) => callIam(iam, 'GetGroup', { GroupName }))) as {
      Users: { UserName: string }[];
    };
    expect(Users.map(({ UserName }) => UserName)).toEqual(['dora']);
    expect(existsSync(file('adopt.json'))).toBe(true);
  });
});

test('--finish --delete-unused deletes no group, policy or boundary of another lab that only an adopted user had', async () => {
  await labWith('groups');
  const PolicyArn = 'arn:aws:iam::123456789012:policy/mturk/sound/sound-reader';
  const PermissionsBoundary = 'arn:aws:iam::123456789012:policy/mturk-boundary/sound';
  const PolicyDocument = policy('Allow', ['mechanicalturk:ListHITs']);
  await byHand(async (iam) => {
    // A lab between its first apply and its first member.
    await callIam(iam, 'CreatePolicy', { Path: '/mturk-boundary/', PolicyName: 'sound', PolicyDocument });
    await callIam(iam, 'CreatePolicy', { Path: '/mturk/sound/', PolicyName: 'sound-reader', PolicyDocument });
    await callIam(iam, 'CreateGroup', { Path: '/mturk/sound/', GroupName: 'sound-reader' });
    await callIam(iam, 'AttachGroupPolicy', { GroupName: 'sound-reader', PolicyArn });
    await callIam(iam, 'AddUserToGroup', { GroupName: 'sound-reader', UserName: 'dora' });
    await callIam(iam, 'PutUserPermissionsBoundary', { UserName: 'dora', PermissionsBoundary });
    const boundary = boundaryPolicy({ lab: 'perception-lab', account: '123456789012' });
    const own = { Path: '/mturk-boundary/', PolicyName: 'perception-lab', PolicyDocument: JSON.stringify(boundary) };
    await callIam(iam, 'CreatePolicy', own).catch(() => {});
  });
  await adopt();
  await adopt(...(await undecided()).flatMap((key) => ['--accept', key]));
  expect(await adopt('--apply', '--yes')).toMatchObject({ code: 0 });
  const finished = await adopt('--finish', '--delete-unused', '--yes');
  expect(finished).toMatchObject({ code: 0, stdout: expect.stringContaining('Adopted') });
  await byHand(async (iam) => {
    const { Groups } = (await callIam(iam, 'ListGroups', {})) as { Groups: { GroupName: string }[] };
    expect(Groups.map(({ GroupName }) => GroupName)).toContain('sound-reader');
    const { Policies } = (await callIam(iam, 'ListPolicies', { Scope: 'Local' })) as { Policies: { Arn: string }[] };
    expect(Policies.map(({ Arn }) => Arn)).toEqual(expect.arrayContaining([PolicyArn, PermissionsBoundary]));
    // What no lab has is deleted all the same.
    expect(Groups.map(({ GroupName }) => GroupName).filter((name) => !/^(?:sound|perception-lab)-/.test(name))).toEqual(
      [],
    );
  });
});
