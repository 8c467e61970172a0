import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { GitHubRepository } from '../support/github-repository.ts';
import type { RunningJob, StandIn } from './run-workflow.ts';

export interface Surroundings {
  /** Directories with the objects of repositories, by `OWNER/NAME`. */
  readonly origins: Readonly<Record<string, string>>;
  readonly repository: GitHubRepository;
  readonly run: number;
  /** AWS_* of a role for a job that may take it; null as AWS refuses. */
  readonly become: (role: string, job: RunningJob) => Promise<Readonly<Record<string, string>> | null>;
  /** Where `tofu` is, whatever the version asked for. */
  readonly tofu: string;
}

/** What the actions of our workflows do, as far as the workflows use it. An input that is not understood is an error. */
export function standIns(surroundings: Surroundings): Readonly<Record<string, StandIn>> {
  return {
    'actions/checkout': checkout(surroundings),
    'actions/setup-node': (inputs) => {
      expectInputs(inputs, ['node-version', 'package-manager-cache']);
      return {};
    },
    'actions/upload-artifact': upload(surroundings),
    'actions/download-artifact': download(surroundings),
    'aws-actions/configure-aws-credentials': credentials(surroundings),
    'opentofu/setup-opentofu': (inputs, job) => {
      expectInputs(inputs, ['tofu_version', 'tofu_wrapper', 'checksums']);
      job.path.unshift(surroundings.tofu);
      return {};
    },
  };
}

function checkout({ origins, repository }: Surroundings): StandIn {
  return (inputs, job) => {
    expectInputs(inputs, [
      'repository',
      'ref',
      'path',
      'fetch-depth',
      'sparse-checkout',
      'sparse-checkout-cone-mode',
      'persist-credentials',
    ]);
    // As the action has it: an empty name is the repository of the run.
    const origin = origins[inputs.repository || repository.fullName];
    if (origin === undefined) throw new Error(`there is no repository ${inputs.repository}`);
    const { ref = '', path = '.', 'fetch-depth': depth = '1', 'sparse-checkout': sparse } = inputs;
    if (inputs['persist-credentials'] !== 'false') throw new Error('the checkout would leave its token behind');
    if (depth === '0') throw new Error('the checkout would fetch every branch');
    // `main` is read when it is asked for; any other branch belongs to a contributor.
    const isMain = ref === 'main' || ref === 'refs/heads/main';
    if (!isMain && !/^[0-9a-f]{40}$/.test(ref)) throw new Error(`the checkout of "${ref}" names no commit`);
    const target = join(job.workspace, path);
    mkdirSync(target, { recursive: true });
    const git = (...args: string[]) => execFileSync('git', ['-C', target, ...args], { stdio: 'pipe' });
    git('init', '--quiet');
    git('remote', 'add', 'origin', `file://${origin}`);
    git(
      'fetch',
      '--quiet',
      `--depth=${depth}`,
      'origin',
      ref === 'refs/heads/main' ? `+${ref}:refs/remotes/origin/main` : ref,
    );
    const commit = isMain ? 'FETCH_HEAD' : ref;
    if (sparse !== undefined) {
      if (inputs['sparse-checkout-cone-mode'] !== 'false') throw new Error('a cone holds every file of the root');
      git('sparse-checkout', 'set', '--no-cone', ...sparse.trim().split('\n'));
    }
    git('-c', 'advice.detachedHead=false', 'checkout', '--quiet', '--detach', commit);
    return {};
  };
}

function upload({ repository, run }: Surroundings): StandIn {
  return (inputs, job): Record<string, string> => {
    expectInputs(inputs, ['name', 'overwrite', 'path', 'if-no-files-found', 'retention-days']);
    const { name = '', path = '', 'if-no-files-found': without = 'warn' } = inputs;
    const source = join(job.workspace, path);
    if (!existsSync(source)) {
      if (without === 'error') throw new Error(`nothing to upload at ${path}`);
      return {};
    }
    if (repository.artifacts.some((artifact) => artifact.run === run && artifact.name === name))
      throw new Error(`an artifact named ${name} is there already, and none is ever replaced`);
    const files = statSync(source).isDirectory()
      ? filesBelow(source)
      : { [path.split('/').pop() ?? path]: readFileSync(source) };
    const { id, digest } = repository.addArtifact(run, name, files);
    return { 'artifact-id': String(id), 'artifact-digest': digest ?? '' };
  };
}

function download({ repository, run }: Surroundings): StandIn {
  return (inputs, job) => {
    expectInputs(inputs, ['artifact-ids', 'name', 'path']);
    const { name, 'artifact-ids': wanted = name } = inputs;
    // The action itself would download every artifact of the run.
    if (wanted === '' || wanted === undefined) throw new Error('an empty id stands for every artifact of the run');
    const artifact = repository.artifacts.find(
      ({ id, name: its, run: of }) => (name === undefined ? String(id) : its) === wanted && of === run,
    );
    if (artifact === undefined) throw new Error(`this run has no artifact ${wanted}`);
    const digest = `sha256:${createHash('sha256').update(artifact.content).digest('hex')}`;
    if (digest !== artifact.digest) throw new Error('the digest of the artifact is another one');
    for (const [entry, content] of Object.entries(unzipSync(artifact.content))) {
      const file = join(job.workspace, inputs.path ?? '.', entry);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return {};
  };
}

function credentials({ become }: Surroundings): StandIn {
  return async (inputs, job) => {
    expectInputs(inputs, [
      'role-to-assume',
      'aws-region',
      'allowed-account-ids',
      'output-credentials',
      'output-env-credentials',
      'role-duration-seconds',
    ]);
    if (job.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN === undefined)
      throw new Error('the job may not ask for an identity: permissions lack id-token');
    const credentials = await become(inputs['role-to-assume'] ?? '', job);
    if (credentials === null) throw new Error('Not authorized to perform sts:AssumeRoleWithWebIdentity');
    if (inputs['output-env-credentials'] !== 'false' || inputs['output-credentials'] !== 'true')
      throw new Error('the credentials would be in the environment of every later step');
    return Object.fromEntries(
      Object.entries(credentials).map(([name, value]) => [name.toLowerCase().replaceAll('_', '-'), value]),
    );
  };
}

function filesBelow(directory: string, below = ''): Record<string, Uint8Array> {
  return Object.fromEntries(
    readdirSync(join(directory, below), { withFileTypes: true }).flatMap((entry): [string, Uint8Array][] => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      // As the action does it: what begins with a dot stays behind.
      if (entry.name.startsWith('.')) return [];
      return entry.isDirectory()
        ? Object.entries(filesBelow(directory, path))
        : [[path, readFileSync(join(directory, path))]];
    }),
  );
}

function expectInputs(inputs: Readonly<Record<string, string>>, known: readonly string[]): void {
  const other = Object.keys(inputs).filter((input) => !known.includes(input));
  if (other.length > 0) throw new Error(`the stand-in does not know ${other.join(', ')}`);
}
