import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreatePolicyCommand, DeleteUserPolicyCommand, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { ADOPTED_ACCOUNTS, type AdoptedAccount, createAccount } from '../__tests__/support/adopted-accounts.ts';
import { drafted } from '../__tests__/support/adoption-in-test.ts';
import { applyAdoption } from '../src/app/adopt/apply.ts';
import { finishAdoption } from '../src/app/adopt/finish.ts';
import { undoAdoption } from '../src/app/adopt/undo.ts';
import { noChanges, planStack } from '../src/app/plan/plan.ts';
import { emulatorSession, type LabSession } from '../src/app/session/lab-session.ts';
import type { Terminal } from '../src/app/terminal.ts';
import { succeed } from '../src/diagnostics/failure.ts';
import { boundaryPolicy } from '../src/team/documents.ts';
import { BOUNDARY_PATH } from '../src/team/names.ts';
import type { Team } from '../src/team/team.ts';
import { initialize } from '../src/terraform/run/commands.ts';
import { type Engine, engineTitle } from '../src/terraform/run/engine.ts';
import { writeImports } from '../src/terraform/run/workspace.ts';
import { synthesize } from '../src/terraform/synth/synth.ts';
import { type Difference, judge, type ListedDifference } from './compare-steps.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { ACCOUNT, LAB, TODAY } from './lifecycle-team.ts';
import { accessTable, accountFacts, readAccount } from './read-account.ts';
import { outcomeOf, type Row } from './report.ts';
import { type ProviderChoice, type RunningAccount, startOurs, withRig } from './rigs.ts';
import { need, prepareRigWorkspace, type Rig } from './run-lifecycle.ts';

/** Without tags: moto's UpdateUser drops them. */
const TITLES = ['inline policies only', 'groups'];

/** What moto 5.2.5 answers otherwise than AWS. */
const LISTED: readonly ListedDifference[] = [
  {
    reason:
      'AWS names each policy in GetAccountAuthorizationDetails (ManagedPolicyDetail.PolicyName); moto leaves the name out.',
    matches: ({ subject }) => /^policy .* name$/.test(subject),
  },
];

/** What a step left, in facts that must be the same on every account. */
interface AdoptionRecord {
  readonly step: string;
  readonly facts: Readonly<Record<string, string>>;
}

interface AdoptionParts {
  readonly moto: RunningAccount;
  readonly released: ProviderChoice;
  readonly engine: Engine;
  readonly directory: string;
}

/** Two accounts made by hand, adopted, undone and adopted for good: ours with our provider, moto with the released one. */
export async function adoptionRow({ moto, released, engine, directory }: AdoptionParts): Promise<Row> {
  const records: AdoptionRecord[] = [];
  const problems: string[] = [];
  const differences: Difference[] = [];
  for (const account of ADOPTED_ACCOUNTS.filter(({ title }) => TITLES.includes(title))) {
    const at = join(directory, account.title.replaceAll(' ', '-'));
    const reference = await withRig(
      { account: () => startOurs(), provider: { kind: 'ours' }, engine, directory: join(at, 'ours') },
      (rig) => play(rig, account),
    );
    await fetch(`${moto.endpoint}/moto-api/reset`, { method: 'POST' });
    const kept = { ...moto, stop: async () => {} };
    const other = await withRig(
      { account: async () => kept, provider: released, engine, directory: join(at, 'moto') },
      (rig) => play(rig, account),
    );
    records.push(...reference.records);
    problems.push(...reference.problems, ...other.problems);
    differences.push(...differencesOf(reference.records, other.records));
  }
  const outcome = outcomeOf(judge(differences, LISTED));
  const all = [...outcome.problems, ...problems];
  return {
    account: 'ours and moto 5.2.5',
    provider: 'ours, and HashiCorp aws 3.39.0 on moto',
    engine: engineTitle(engine),
    compared:
      'two accounts made by hand: `adopt --apply`, `--undo`, `--apply`, `--finish`; our own calls, the account, access and access keys after each; the second plan is empty',
    result: all.length === 0 ? outcome.result : `${all.length} unexpected`,
    onPurpose: outcome.onPurpose,
    problems: all,
    checks: records.reduce((sum, { facts }) => sum + Object.keys(facts).length, 0),
  };
}

function differencesOf(reference: readonly AdoptionRecord[], other: readonly AdoptionRecord[]): readonly Difference[] {
  return reference.flatMap(({ step, facts }, index) => {
    const found = other[index]?.facts ?? {};
    const subjects = [...new Set([...Object.keys(facts), ...Object.keys(found)])];
    return subjects.flatMap((subject): Difference[] => {
      const [one, two] = [facts[subject] ?? null, found[subject] ?? null];
      return one === two ? [] : [{ step, aspect: 'account', subject, reference: one, other: two }];
    });
  });
}

const QUIET: Terminal = {
  ...{ stdout: () => {}, stderr: () => {}, isTerminal: false, color: false, width: 100 },
  confirm: async () => false,
};

async function play(rig: Rig, account: AdoptedAccount) {
  const { endpoint, credentials } = rig.account;
  const own = await startCountingProxy(endpoint);
  try {
    const keys = await createAccount({ endpoint, rootCredentials: credentials }, account);
    const lab = { lab: LAB, account: ACCOUNT };
    const document = JSON.stringify(boundaryPolicy(lab));
    await rig.iam.send(new CreatePolicyCommand({ PolicyName: LAB, Path: BOUNDARY_PATH, PolicyDocument: document }));
    const { team, adoption } = await drafted(rig, keys, account.toAccept);
    const sessionOf = () => sessionOn(rig, own.endpoint, team);
    const records: AdoptionRecord[] = [];
    const before = accountText(await readAccount(rig.iam));
    const problems: string[] = [];
    const yes = async () => succeed(null);
    const record = async (step: string, work: (session: LabSession) => Promise<unknown>) => {
      const session = sessionOf();
      own.takeSequence();
      await work(session);
      records.push({ step: `${account.title}, ${step}`, facts: await factsOf(rig, own.takeSequence(), keys) });
      await session.close();
    };
    const apply = async (session: LabSession) => need(await applyAdoption(session, adoption, QUIET, yes));
    await record('applied', apply);
    await record('undone', async (session) => need(await undoAdoption(session, adoption, yes)));
    if (accountText(await readAccount(rig.iam)) !== before)
      problems.push(`${account.title}: undone, it is another account`);
    await record('applied again', apply);
    await record('finished', async (session) => {
      const options = { commit: null, deleteUnused: false };
      need(await finishAdoption(session, adoption, options, QUIET, yes));
      if (!rig.hasExclusives) await deleteCovers(rig);
      if (!noChanges(need(await planStack(session)))) problems.push(`${account.title}: the plan is not empty`);
    });
    return { records, problems };
  } finally {
    await own.stop();
  }
}

/** What the exclusive-policy resources of newer providers do. */
async function deleteCovers({ iam }: Rig): Promise<void> {
  for (const { name: UserName, path, inline } of (await readAccount(iam)).users) {
    if (!path.startsWith('/mturk/')) continue;
    for (const { name: PolicyName } of inline) await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
  }
}

type Account = Awaited<ReturnType<typeof readAccount>>;

function accountText(model: Account): string {
  return JSON.stringify([accountFacts(model), accessTable(model)]);
}

type Calls = ReturnType<Awaited<ReturnType<typeof startCountingProxy>>['takeSequence']>;

async function factsOf({ iam }: Rig, calls: Calls, keys: Awaited<ReturnType<typeof createAccount>>) {
  const model = await readAccount(iam);
  const access = Object.entries(accessTable(model)).map(([user, may]) => [`access of ${user}`, may.join(' ')]);
  const counted = await Promise.all(
    model.users.map(async ({ name: UserName }) => {
      const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
      return [`keys of ${UserName}`, AccessKeyMetadata.map(({ Status }) => Status).join(' ')];
    }),
  );
  const writes = calls.filter(({ action }) => !/^(Get|List|\(other\))/.test(action));
  return Object.fromEntries([
    ...Object.entries(accountFacts(model)),
    ...access,
    ...counted,
    ['keys in all', String([...keys.values()].flat().length)],
    [
      'our own calls',
      writes.map(({ action, parameters }) => `${action} ${parameters.get('UserName') ?? ''}`).join(', '),
    ],
  ]) as Readonly<Record<string, string>>;
}

/** A session of the lab whose own calls go through a proxy of theirs, and whose Terraform is the rig's. */
function sessionOn(rig: Rig, endpoint: string, team: Team): LabSession {
  const emulator = {
    ...{ endpoint, accountId: ACCOUNT, rootCredentials: rig.account.credentials, calls: [] },
    clock: () => new Date(`${TODAY}T12:00:00Z`),
    engineEnv: () => ({}),
    close: async () => {},
  };
  const options = { today: TODAY, stack: 'team', parallelism: null, directory: rig.directory } as const;
  const session = emulatorSession(team, options, rig.engine, emulator);
  return {
    ...session,
    async workspace(stack, wanted, imports = [], adopting = false) {
      const written = await synthesize(wanted, { today: TODAY, outDir: join(rig.directory, 'synth'), adopting });
      const text = rig.configure(await readFile(join(written.stacks[stack], 'cdk.tf.json'), 'utf8'));
      const workspace = await prepareRigWorkspace(rig, stack, text);
      await writeImports(workspace, imports);
      const ready = await initialize(workspace);
      return ready.ok ? succeed(workspace) : ready;
    },
  };
}
