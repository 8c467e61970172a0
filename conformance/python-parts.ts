import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is installed beside the project for the conformance run alone. */
export interface PythonParts {
  readonly python: string;
  /** The command `terraform`: HashiCorp's Terraform 1.15.5. */
  readonly terraform: string;
  /** The zip of HashiCorp's released provider, not looked at yet. */
  readonly providerZip: string;
}

type Installed = { readonly parts: PythonParts } | { readonly problem: string };

const PROVIDER_ZIP = 'terraform-provider-aws_3.39.0_linux_amd64.zip';

/**
 * Installs the pinned Python packages into `<home>/venv`, once: a second run only compares a fingerprint. `sources`
 * is the folder of requirements.txt and of the Python files. A machine that lacks something gets a `problem` with
 * its remedy.
 */
export async function installPythonParts(home: string, sources: string, python3 = 'python3'): Promise<Installed> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      problem: `the parts to compare with exist for Linux on x64 only, this is ${process.platform} ${process.arch}`,
    };
  }
  const version = await runCommand(python3, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  if (version.code !== 0) {
    return { problem: 'python3 was not found: install Python 3.11 or newer (Debian: apt-get install python3-venv)' };
  }
  const [major = 0, minor = 0] = version.stdout.trim().split('.').map(Number);
  if (major !== 3 || minor < 11) {
    return { problem: `Python 3.11 or newer is needed, python3 is ${version.stdout.trim()}` };
  }

  const requirements = join(sources, 'requirements.txt');
  const venv = join(home, 'venv');
  const stamp = join(home, 'venv.installed');
  const wanted = fingerprint(version.stdout.trim(), venv, await readFile(requirements, 'utf8'));
  if ((await readOrNull(stamp)) !== wanted) {
    await rm(stamp, { force: true });
    await rm(venv, { recursive: true, force: true });
    await mkdir(home, { recursive: true });
    const created = await runCommand(python3, ['-m', 'venv', venv]);
    if (created.code !== 0) {
      return {
        problem: `python3 -m venv failed (Debian: apt-get install python3-venv):\n${created.stdout}${created.stderr}`,
      };
    }
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'];
    const filled = await runCommand(join(venv, 'bin', 'python'), [...pip, '-r', requirements]);
    if (filled.code !== 0) return { problem: `pip could not install the pinned packages:\n${filled.stderr.trim()}` };
    await writeFile(stamp, wanted);
  }

  const packages = await sitePackages(venv);
  const terraform = join(home, 'bin', 'terraform');
  await mkdir(join(home, 'bin'), { recursive: true });
  await writeFile(
    terraform,
    `#!/bin/sh\nexec '${join(venv, 'bin', 'python')}' -I '${join(sources, 'terraform_wrapper.py')}' "$@"\n`,
  );
  await chmod(terraform, 0o755);
  return {
    parts: {
      python: join(venv, 'bin', 'python'),
      terraform,
      providerZip: join(packages, 'cloudrail', 'terraform_plugins', PROVIDER_ZIP),
    },
  };
}

export function fingerprint(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex');
}

export async function readOrNull(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

async function sitePackages(venv: string): Promise<string> {
  const versions = await readdir(join(venv, 'lib'));
  const python = versions.find((name) => name.startsWith('python3')) ?? 'python3';
  return join(venv, 'lib', python, 'site-packages');
}

interface CommandResult {
  /** Null where the command could not be started or was ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a command to its end and keeps what it printed. A command that cannot be started has code null and says why on stderr. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => resolve({ code: null, stdout, stderr: `${stderr}${error.message}` }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
