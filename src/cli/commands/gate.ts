import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GateProblem, gateProblems, type Json } from '../../guardrails/gate/gate.ts';
import { gateLines } from '../../guardrails/gate/gate-text.ts';
import type { Stack } from '../../guardrails/managed.ts';
import type { Team } from '../../team/team.ts';
import type { Terminal } from '../io.ts';
import { readTeamOrReport } from '../session/read-team-or-report.ts';

export interface GateOptions {
  /** What `synth` wrote, taken as data: it may come from anybody. */
  readonly directory: string;
  /** The team file whose account, lab and state the configuration must be about. */
  readonly file: string;
  readonly today: string;
  readonly json: boolean;
}

const STACKS: readonly Stack[] = ['team', 'bootstrap'];
const CONFIGURATION = 'cdk.tf.json';
/** More than 5,000 members come to; nobody is to fill a machine's memory with one. */
const LARGEST = 64 * 1024 * 1024;

/** `gate`: 0 where the configuration is nothing but what this project writes, 1 where it is not, 2 where it is not there. */
export async function gate({ directory, file, today, json }: GateOptions, terminal: Terminal): Promise<number> {
  const team = await readTeamOrReport(file, today, terminal);
  if (typeof team === 'number') return team;
  const problems = await gateDirectory(directory, team);
  if (problems === null) {
    terminal.stderr(`${directory} holds no configuration: write one with "mturk-team synth --out ${directory}".\n`);
    return 2;
  }
  if (json) terminal.stdout(`${JSON.stringify({ version: 1, problems }, null, 2)}\n`);
  else (problems.length === 0 ? terminal.stdout : terminal.stderr)(`${gateLines(problems, directory).join('\n')}\n`);
  return problems.length === 0 ? 0 : 1;
}

/** What is in the directory that must not be; null where there is no configuration of the team's stack. */
async function gateDirectory(
  directory: string,
  team: Pick<Team, 'account' | 'lab' | 'settings'>,
): Promise<readonly GateProblem[] | null> {
  const found = await entriesOf(directory);
  if (!found.some(({ path }) => path === `stacks/team/${CONFIGURATION}`)) return null;
  const problems: GateProblem[] = [];
  for (const { path, odd } of found) {
    const stack = STACKS.find((each) => path === `stacks/${each}/${CONFIGURATION}`);
    if (odd !== null || (stack === undefined && path !== 'manifest.json')) {
      problems.push({ rule: 'only-known-files', stack: stack ?? 'team', at: path, what: odd ?? 'unknown' });
    } else if (stack !== undefined) {
      problems.push(...(await gateFile(join(directory, path), stack, team)));
    }
  }
  return problems;
}

async function gateFile(
  path: string,
  stack: Stack,
  team: Pick<Team, 'account' | 'lab' | 'settings'>,
): Promise<readonly GateProblem[]> {
  const text = await readFile(path, 'utf8');
  let configuration: Json;
  try {
    configuration = JSON.parse(text) as Json;
  } catch {
    return [{ rule: 'only-known-files', stack, at: CONFIGURATION, what: 'no JSON' }];
  }
  // Of a key that stands there twice we would see the last one, and Terraform both.
  if (withoutSpace(text) !== JSON.stringify(configuration)) {
    return [{ rule: 'only-known-files', stack, at: CONFIGURATION, what: 'not written by CDKTF' }];
  }
  return gateProblems({ stack, configuration, team });
}

function withoutSpace(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

/** Every file below a directory, with what is odd about it: a link could lead anywhere. */
async function entriesOf(
  directory: string,
  below = '',
): Promise<readonly { readonly path: string; readonly odd: string | null }[]> {
  const names = await readdir(join(directory, below)).catch(() => []);
  const found: { path: string; odd: string | null }[] = [];
  for (const name of names.sort()) {
    const path = below === '' ? name : `${below}/${name}`;
    const entry = await lstat(join(directory, path));
    if (entry.isDirectory()) found.push(...(await entriesOf(directory, path)));
    else found.push({ path, odd: !entry.isFile() ? 'not a file' : entry.size > LARGEST ? 'too large' : null });
  }
  return found;
}
