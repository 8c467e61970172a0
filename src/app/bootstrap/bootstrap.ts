import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askAwsFor } from '../../aws/client.ts';
import type { WantedRole } from '../../aws/setup/account-roles.ts';
import type { FactsOf } from '../../aws/setup/record.ts';
import { partAction, type SetupPart } from '../../aws/setup/setup-part.ts';
import { withS3 } from '../../aws/state-object.ts';
import { fail, failureOfBootstrap, type Result, succeed } from '../../diagnostics/failure.ts';
import { stableJson } from '../../iam/canonical.ts';
import { inspectSetup, type Setup, type SetupAccount, setUpAccount } from '../../setup/bootstrap/bootstrap.ts';
import { findRemoval, type Removal, removeSetup, type TeamStack } from '../../setup/bootstrap/destroy.ts';
import { calledRelease, releaseOf } from '../../setup/release.ts';
import { type GivenFacts, repositoryFacts } from '../../setup/repository.ts';
import type { Team } from '../../team/team.ts';
import type { ResourceChange } from '../../terraform/plan.ts';
import { lockProviders } from '../../terraform/run/commands.ts';
import { lockFileOf, pinsProvider, readLockFile } from '../../terraform/run/lock-file.ts';
import { keyOfBootstrap, withProgress } from '../../terraform/run/progress.ts';
import { prepareWorkspace } from '../../terraform/run/workspace.ts';
import { applyStack, blocked } from '../apply/carry-out.ts';
import { written } from '../files.ts';
import { noChanges, planStack, type StackPlan } from '../plan/plan.ts';
import {
  type AccountSession,
  type AccountSessionOptions,
  openAccountSession,
  withSession,
} from '../session/account-session.ts';
import { type LabSession, type LabSessionOptions, openLabSession, programOf } from '../session/lab-session.ts';
import { confirmed, type Terminal } from '../terminal.ts';

export interface BootstrapOptions extends Omit<LabSessionOptions, 'stack'> {
  readonly yes: boolean;
  readonly given: GivenFacts;
}

/** A question can stay open for hours, in which someone else moves the lab, or applies to it. */
const stale = fail('plan-stale', { reason: 'the account is not as it was shown' });

type OnSetup = (session: LabSession, setup: Setup) => void;

/**
 * Sets up what a lab needs besides its team stack: bucket and identity provider through the SDK, boundary and roles through
 * Terraform, whose state is in the bucket. `onSetup` is called before the question. Gives the setup as it was before, and how many
 * steps Terraform took.
 */
export async function bootstrapLab(
  options: BootstrapOptions,
  terminal: Terminal,
  onSetup: OnSetup,
): Promise<Result<{ readonly team: Team; readonly setup: Setup; readonly steps: number }>> {
  let wanted: readonly WantedRole[] = [];
  const opened = await openLabSession({ ...options, stack: 'bootstrap', roles: () => wanted }, terminal);
  return withAccount(opened, async (account, session) => {
    const release = await releaseOf(process.argv[1] ?? '');
    const factsOf: FactsOf = async (recorded) => {
      const facts = await repositoryFacts(options.given, recorded, options, process.env);
      return facts.ok ? calledRelease(facts.value, release) : facts;
    };
    const inspect = () => inspectSetup(account, session.team, factsOf, options.given.repository !== null);
    const found = await inspect();
    if (!found.ok) return found;
    wanted = found.value.workflows?.roles ?? [];
    const lock = session.kind === 'real' ? await inspectLock(session, options) : null;
    if (lock?.ok === false) return lock;
    const setup = { ...found.value, parts: [...found.value.parts, ...(lock === null ? [] : [lock.value])] };
    onSetup(session, setup);
    const isDone = setup.parts.every((part) => partAction(part) === 'as-wanted');
    const may = await confirmed(terminal, `Set this up in account ${session.team.account}?`, options.yes || isDone);
    if (!may.ok) return may;
    // First, because it may fail for want of a network, and changes nothing in AWS.
    const locked =
      lock === null || partAction(lock.value) === 'as-wanted'
        ? succeed(null)
        : await writeLock(session, options, terminal);
    if (!locked.ok) return locked;
    const now = await inspect();
    if (!now.ok) return now;
    if (stableJson({ ...now.value, home: null }) !== stableJson({ ...found.value, home: null })) return stale;
    const steps = await begun('bootstrap', async () => {
      const made = await setUpAccount(account, session.team, setup);
      return made.ok ? applyRoles(session, setup.parts, options, terminal) : made;
    });
    return steps.ok ? succeed({ team: session.team, setup, steps: steps.value }) : steps;
  });
}

/** What changes the account: from here on, a failure says so. */
async function begun<Value>(
  command: Parameters<typeof failureOfBootstrap>[1],
  work: () => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const done = await askAwsFor(work);
  return done.ok ? done : { ok: false, failure: failureOfBootstrap(done.failure, command) };
}

/** Terraform has the last word about boundary and roles: what it changes besides is asked about. */
async function applyRoles(
  session: LabSession,
  shown: readonly SetupPart[],
  { yes }: BootstrapOptions,
  terminal: Terminal,
): Promise<Result<number>> {
  const planned = await planStack(session);
  if (!planned.ok) return planned;
  if (planned.value.blocks.length > 0) return blocked(planned.value);
  if (noChanges(planned.value)) return succeed(0);
  const others = notShown(planned.value, shown);
  if (others.length > 0) {
    terminal.stderr(`Terraform changes ${others.join(', ')}, too.\n`);
    const may = await confirmed(terminal, 'Apply this as well?', yes);
    if (!may.ok) return may;
  }
  const applied = await withProgress(
    terminal,
    (onEvent) => applyStack(session, planned.value, { onEvent }),
    keyOfBootstrap(session.team.lab),
  );
  return applied.ok ? succeed(applied.value.done) : applied;
}

/** Addresses that Terraform changes or deletes although the parts say that they are as wanted, or do not name them. */
function notShown({ saved }: StackPlan, shown: readonly SetupPart[]): readonly string[] {
  const changing = shown.filter((part) => partAction(part) !== 'as-wanted').map(({ name }) => name);
  const isShown = ({ change: { before } }: ResourceChange) =>
    changing.some((name) => [before?.name, before?.arn, before?.role, before?.role_name].includes(name));
  return saved.plan.changes
    .filter(({ change: { actions } }) => actions.includes('update') || actions.includes('delete'))
    .filter((change) => !isShown(change))
    .map(({ address }) => address);
}

/** Gives the clients of the account of a session for as long as `work` takes, and closes it. */
export function withAccount<Session extends AccountSession, Value>(
  opened: Result<Session>,
  work: (account: SetupAccount, session: Session) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  return withSession(opened, (session) => {
    const { iam, now, connection, team } = session;
    const region = team.settings.state?.region ?? 'us-east-1';
    return withS3({ region, ...connection }, (s3) => askAwsFor(() => work({ iam, s3, now }, session)));
  });
}

/** Removes what `bootstrapLab` made, once the team stack is empty. `onRemoval` is called before the question. */
export async function removeBootstrap(
  options: BootstrapOptions,
  terminal: Terminal,
  onRemoval: (session: AccountSession, removal: Removal) => void,
): Promise<Result<{ readonly team: Team; readonly removal: Removal }>> {
  return withAccount(await openAccountSession(options, terminal), async (account, session) => {
    const { team } = session;
    const { given } = options;
    const factsOf: FactsOf = (recorded) => repositoryFacts(given, recorded, options, process.env);
    const stack = await teamStack(options, team);
    const find = () => findRemoval(account, team, stack, given.repository === null ? factsOf : null);
    const removal = await find();
    if (!removal.ok) return removal;
    onRemoval(session, removal.value);
    const isNothing = Object.values(removal.value)
      .flat()
      .every((each) => each === null);
    const may = await confirmed(terminal, `Delete this from account ${team.account}?`, options.yes || isNothing);
    if (!may.ok) return may;
    const now = await find();
    if (!now.ok) return now;
    if (stableJson(now.value) !== stableJson(removal.value)) return stale;
    return begun('bootstrap --destroy', async () => {
      await removeSetup(account, team, removal.value);
      return succeed({ team, removal: removal.value });
    });
  });
}

async function teamStack({ emulator }: AccountSessionOptions, team: Team): Promise<TeamStack> {
  return emulator !== null ? { emulator } : { emulator, ...(await programOf(team)) };
}

/** Compares the lock file beside the team file with the provider of this version. */
async function inspectLock(
  { engine, configuration }: LabSession,
  { file }: BootstrapOptions,
): Promise<Result<SetupPart>> {
  const lock = await readLockFile(file, engine, process.env);
  if (!lock.ok) return lock;
  const wanted = await configuration('bootstrap');
  if (!wanted.ok) return wanted;
  const { terraform }: { terraform: { required_providers: { aws: { version: string } } } } = JSON.parse(wanted.value);
  const isWhole = lock.value !== null && pinsProvider(lock.value, terraform.required_providers.aws.version);
  const name = lockFileOf(file, engine);
  const state = lock.value === null ? 'missing' : isWhole ? 'as-wanted' : 'different';
  return succeed({ kind: 'lock-file', name, settings: [{ id: 'exists', state }] });
}

/** Replaces the lock file by one that pins the provider of this version for every platform. */
async function writeLock(
  session: LabSession,
  { file, providerMirror = null }: BootstrapOptions,
  terminal: Terminal,
): Promise<Result<null>> {
  terminal.stderr(
    'Making the lock file: this downloads the AWS provider for each platform, which takes some minutes.\n',
  );
  const { engine, kind: account, work } = session;
  const configuration = await session.configuration('bootstrap');
  if (!configuration.ok) return configuration;
  const directory = join(work, 'lock');
  const workspace = await written(async () => {
    // A lock file that is there would be kept if it fits, and refused if it does not.
    await rm(directory, { recursive: true, force: true });
    const place = { engine, directory, configuration: configuration.value, providerMirror };
    return prepareWorkspace({ ...place, account, env: process.env });
  });
  if (!workspace.ok) return workspace;
  const made = await lockProviders(workspace.value, providerMirror);
  if (!made.ok) return made;
  const saved = await written(() => writeFile(lockFileOf(file, engine), made.value));
  return saved.ok ? succeed(null) : saved;
}
