import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buildBundles } from '../scripts/bundles.ts';
import { runCommand } from './python-parts.ts';
import type { Row } from './report.ts';

/** The floor of `engines`, and the versions with long-term support: the packages of `conformance/npm`. */
const NODES = ['node-20', 'node-22', 'node-24'];

/** Run in order, in one directory with the sample; the demo plans, applies and checks for drift. */
const COMMANDS = [
  ['--help'],
  ['check'],
  ['explain', 'bo'],
  ['synth', '--out', 'synthesized'],
  ['eject', '--out', 'ejected'],
  ['wind-down'],
  ['keys', 'request', 'zoe'],
  ['demo'],
] as const;

/** They print a key, or how long they took. */
const DIFFERENT: readonly string[] = ['keys', 'demo'];

const X25519 = /ExperimentalWarning: The X25519 Web Crypto API algorithm/;

/** The built command on every supported version of Node: the same exit codes, and the same files but for the demo's. */
export async function nodeVersionsRow(options: {
  /** Of the installed npm packages. */
  readonly modules: string;
  readonly root: string;
  readonly directory: string;
  /** The engine's binary. */
  readonly engine: string;
}): Promise<Row> {
  const program = await built(options.directory);
  const runs = await Promise.all(NODES.map((name) => runOn(name, program, options)));
  const problems = runs.flatMap((run) => run.problems);
  if (new Set(runs.map(({ shown }) => shown)).size > 1) problems.push('not every version prints the same');
  return {
    ...{ account: 'ours', provider: 'ours', engine: `Node ${runs.map(({ version }) => version).join(', ')}` },
    compared: `the built command: ${COMMANDS.map(([command]) => `\`${command}\``).join(', ')}; the same text from each version, and compiled once from Node 22 on`,
    result: problems.length === 0 ? 'holds' : `${problems.length} unexpected`,
    onPurpose: runs.some(({ isExperimental }) => isExperimental)
      ? ['Node 20 warns that X25519, with which access keys are encrypted, is experimental there.']
      : [],
    problems,
    checks: NODES.length * (COMMANDS.length + 1) + 1,
  };
}

/** Runs every command on one version, in a directory of its own, which is its home, too. */
async function runOn(name: string, program: string, options: Parameters<typeof nodeVersionsRow>[0]) {
  const { modules, root, directory, engine } = options;
  const node = join(modules, name, 'bin', 'node');
  const version = (await runCommand(node, ['--version'])).stdout.trim().slice(1);
  const cwd = join(directory, name);
  await mkdir(cwd, { recursive: true });
  await cp(join(root, 'team.yaml'), join(cwd, 'team.yaml'));
  const env = { PATH: process.env.PATH, HOME: cwd, TERRAFORM_BINARY_NAME: engine, NO_COLOR: '1', LANG: 'C.UTF-8' };
  const problems: string[] = [];
  let [shown, isExperimental] = ['', false];
  for (const [command, ...args] of COMMANDS) {
    const { code, stdout, stderr } = await runCommand(node, [program, command, ...args], { cwd, env });
    if (code !== 0) problems.push(`${name}, ${command}: exit code ${code}\n${stderr}`);
    if (!DIFFERENT.includes(command)) shown += stdout.replaceAll(cwd, 'LAB');
    if (name === 'node-20' && X25519.test(stderr)) isExperimental = true;
    else if (/warning/i.test(stderr)) problems.push(`${name}, ${command}: ${stderr.trim()}`);
  }
  const isKept = (await readdir(cwd, { recursive: true })).some((path) => path.includes(`v${version}-`));
  if (isKept === (name === 'node-20')) problems.push(`${name}: whether the program is kept compiled: ${isKept}`);
  return { version, problems, shown, isExperimental };
}

/** The command, the emulator beside it and the file that starts it, as a release has them. */
async function built(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (const { outputFiles = [] } of Object.values(await buildBundles({ write: false }))) {
    for (const { path, contents } of outputFiles) await writeFile(join(directory, basename(path)), contents);
  }
  return join(directory, 'start.cjs');
}
