import { CreateUserCommand, GetUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { type Emulator, openEmulator } from '../../../src/emulator/emulator.ts';
import { applyChange } from '../../../src/emulator/provider/change.ts';
import { RESOURCE_TYPES } from '../../../src/emulator/provider/resource-types.ts';
import { type Caller, poolSessions, type Session } from '../../../src/emulator/provider/session.ts';
import { type Attributes, UNKNOWN } from '../../../src/emulator/provider/value.ts';

let emulator: Emulator;
let session: Session;
let caller: Caller;
const pool = poolSessions();

beforeEach(async () => {
  emulator = await openEmulator({ dir: null, accountId: '123456789012' });
  const { endpoint, rootCredentials: credentials } = emulator;
  session = pool.open({
    endpoint,
    stsEndpoint: endpoint,
    credentials,
    region: 'us-east-1',
    maxAttempts: 3,
    defaultTags: {},
  });
  caller = session.caller(new AbortController().signal);
});
afterEach(() => emulator.close());
afterAll(() => pool.closeAll());

const typeOf = (name: string) => RESOURCE_TYPES.get(name)!;
const user = (name: string): Attributes => ({ name, path: '/', force_destroy: true, tags: null, tags_all: UNKNOWN });

test('a creation tells everything that the plan left open', async () => {
  const { state, diagnostics } = await applyChange(typeOf('aws_iam_user'), caller, null, user('ada'));
  expect(diagnostics).toEqual([]);
  expect(state).toMatchObject({ arn: 'arn:aws:iam::123456789012:user/ada', id: 'ada', tags: null, tags_all: {} });
});

test('a name that is taken is an error in the words of the real provider, and nothing is recorded', async () => {
  await caller.send(new CreateUserCommand({ UserName: 'ada' }));
  const { state, diagnostics } = await applyChange(typeOf('aws_iam_user'), caller, null, user('ada'));
  expect(state).toBeNull();
  expect(diagnostics.map(({ summary }) => summary)).toEqual([
    expect.stringMatching(
      /^creating IAM User \(ada\): operation error IAM: CreateUser, https response error StatusCode: 409, RequestID: [0-9a-f-]*, EntityAlreadyExists: User with name ada already exists\.$/,
    ),
  ]);
});

test('what was created before a failure is recorded, with nothing unknown in it', async () => {
  emulator.faults = { failCall: 2 };
  const { state, diagnostics } = await applyChange(typeOf('aws_iam_user'), caller, null, user('ada'));
  expect(diagnostics.map(({ summary }) => summary.split(':')[0])).toEqual(['reading IAM User (ada)']);
  expect(state).toMatchObject({ id: 'ada', arn: 'arn:aws:iam::123456789012:user/ada' });
  expect(Object.values(state ?? {})).not.toContain(UNKNOWN);
});

test('a change that fails leaves the record as it was', async () => {
  const { state: prior } = await applyChange(typeOf('aws_iam_user'), caller, null, user('ada'));
  const boundary = 'arn:aws:iam::123456789012:policy/none';
  const planned = { ...prior, permissions_boundary: boundary };
  const { state, diagnostics } = await applyChange(typeOf('aws_iam_user'), caller, prior, planned);
  expect(state).toEqual(prior);
  expect(diagnostics.map(({ summary }) => summary.split(':')[0])).toEqual([
    'setting IAM User (ada) permissions boundary',
  ]);
});

test('a deletion that AWS refuses leaves the record', async () => {
  const planned = { ...user('ada'), force_destroy: false };
  const { state: prior } = await applyChange(typeOf('aws_iam_user'), caller, null, planned);
  const document = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';
  await caller.send(new PutUserPolicyCommand({ UserName: 'ada', PolicyName: 'p', PolicyDocument: document }));
  const refused = await applyChange(typeOf('aws_iam_user'), caller, prior, null);
  expect(refused.state).toEqual(prior);
  expect(refused.diagnostics.map(({ summary }) => summary)).toEqual([expect.stringContaining('DeleteConflict')]);
  const forced = await applyChange(typeOf('aws_iam_user'), caller, { ...prior, force_destroy: true }, null);
  expect(forced).toEqual({ state: null, diagnostics: [] });
  await expect(caller.send(new GetUserCommand({ UserName: 'ada' }))).rejects.toThrow('NoSuchEntity');
});

test.each(['aws_iam_user', 'aws_iam_group', 'aws_iam_policy', 'aws_iam_user_policy', 'aws_iam_group_membership'])(
  '%s that is gone already: the read says so, the deletion is content',
  async (name) => {
    const gone = { id: 'gone:p', name: 'gone', group: 'gone', user: 'gone', users: ['gone'], force_destroy: true };
    const state = name === 'aws_iam_policy' ? { id: 'arn:aws:iam::123456789012:policy/gone' } : gone;
    expect(await typeOf(name).read(caller, state)).toBeNull();
    expect(await applyChange(typeOf(name), caller, state, null)).toEqual({ state: null, diagnostics: [] });
  },
);

test('a policy keeps five versions: the oldest that is not in force makes room', async () => {
  const type = typeOf('aws_iam_policy');
  const document = (n: number) =>
    `{"Statement":[{"Action":"a:B${n}","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}`;
  const planned = { name: 'p', path: '/', policy: document(0), description: null, tags: null, tags_all: UNKNOWN };
  let { state } = await applyChange(type, caller, null, planned);
  for (let n = 1; n <= 7; n += 1) {
    const changed = await applyChange(type, caller, state, { ...state, policy: document(n) });
    expect(changed.diagnostics).toEqual([]);
    state = changed.state;
  }
  expect(await type.read(caller, state ?? {})).toMatchObject({ policy: document(7) });
  expect(await applyChange(type, caller, state, null)).toEqual({ state: null, diagnostics: [] });
});

test('nothing is called for an engine that is gone', async () => {
  const gone = new AbortController();
  gone.abort();
  const calls = emulator.calls.length;
  const { diagnostics } = await applyChange(typeOf('aws_iam_user'), session.caller(gone.signal), null, user('ada'));
  expect(diagnostics).toHaveLength(1);
  expect(emulator.calls).toHaveLength(calls);
});
