import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Parsed } from '../../diagnostics/parse-data.ts';
import { pullRequestOfEvent } from '../../github/event.ts';
import { gitIn } from '../../github/git.ts';
import { NO_COMMIT, type Origin, readManifest } from '../../review/manifest/manifest.ts';
import type { Manifest } from '../../review/manifest/schema.ts';
import { engineTitle } from '../../terraform/run/engine.ts';
import type { Workspace } from '../../terraform/run/workspace.ts';

/**
 * Where a plan of that team file is made: on GitHub the pull request's last commit, though what is checked out there is
 * its merge with the base, whose tree it is that is planned; elsewhere whatever is checked out.
 */
export async function originIn(file: string, env: NodeJS.ProcessEnv, now: Date): Promise<Omit<Origin, 'emulator'>> {
  const pullRequest = pullRequestOfEvent(env);
  const commit = pullRequest.ok ? pullRequest.value.head : await revision(file, 'HEAD');
  return {
    head: { commit, tree: await revision(file, 'HEAD^{tree}') },
    run: { id: numberIn(env.GITHUB_RUN_ID), attempt: Number(numberIn(env.GITHUB_RUN_ATTEMPT)) },
    mturkTeam: packageJson.version,
    createdAt: now,
  };
}

function numberIn(text = ''): string {
  return /^\d{1,20}$/.test(text) ? text : '0';
}

async function revision(file: string, name: string): Promise<string> {
  const found = (await gitIn(dirname(file), 'rev-parse', '--verify', '--quiet', name)) ?? '';
  return /^[0-9a-f]{40,64}$/.test(found) ? found : NO_COMMIT;
}

/** The manifest in a file, or why it is not one of that lab. */
export async function readManifestFile(file: string, lab: string | null): Promise<Parsed<Manifest>> {
  const read = await readFile(file, 'utf8').then(readManifest, (error: NodeJS.ErrnoException): Parsed<Manifest> => {
    const isMissing = error.code === 'ENOENT';
    return { ok: false, reason: isMissing ? 'there is no such file' : `it cannot be read: ${error.code}` };
  });
  if (!read.ok || lab === null || read.value.lab === lab) return read;
  return { ok: false, reason: `it is about the lab ${read.value.lab}` };
}

/** The engine and the provider that a workspace is initialised with: the lock file names the provider's version. */
export async function toolsOf({ engine, directory }: Workspace): Promise<{ engine: string; provider: string }> {
  return { engine: engineTitle(engine), provider: await providerOf(directory) };
}

async function providerOf(directory: string): Promise<string> {
  const lock = await readFile(join(directory, '.terraform.lock.hcl'), 'utf8').catch(() => '');
  // Each engine has a registry of its own, and the same provider in it.
  const version = /provider "[^"]*\/hashicorp\/aws" \{\s*version\s*=\s*"([^"]+)"/.exec(lock)?.[1];
  return version === undefined ? `mturk-team ${packageJson.version} in a process` : `hashicorp/aws ${version}`;
}
