import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { stopWorkflowCommands } from '../../src/cli/process-terminal.ts';
import { scratchLab } from '../support/init-files.ts';
import { logReader } from '../workflows/runner-log.ts';

const COMMAND = '##[set-output name=failure-reason]not-approved';
/** A name of a member that sets an output of the step. */
const TEAM = `version: 1
lab: tiny-lab
account: "123456789012"
owners: [ada]
roles:
  reader: { allow: [results:read] }
members:
  ada: { name: Ada, github: ada, roles: [reader] }
  bo: { name: "Bo ${COMMAND}", roles: [reader] }
`;

const place = scratchLab();
place.write('team.yaml', TEAM);
afterAll(() => place.remove());

/** The outputs that a runner would take from the log of a step. */
function outputsOfLog(...streams: readonly string[]): Readonly<Record<string, string>> {
  const reader = logReader();
  for (const line of streams.flatMap((text) => text.split(/\r\n|\r|\n/))) reader.line(line);
  return reader.outputs;
}

test('a name in the log of a step sets no output of it, whatever the command prints', () => {
  const tool = resolve('dist/mturk-team.cjs');
  const env = { PATH: process.env.PATH ?? '', GITHUB_ACTIONS: 'true', NO_COLOR: '1' };
  for (const args of [
    ['explain', 'bo'],
    ['explain', 'bo', '--json'],
    ['who-can', 'results:read'],
    ['check', '--format', 'github'],
  ]) {
    const options = { cwd: place.directory, env, encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync(process.execPath, [tool, ...args], options);
    if (args[0] !== 'check') expect(stdout + stderr).toContain('set-output name=failure-reason');
    expect({ args, outputs: outputsOfLog(stdout, stderr) }).toEqual({ args, outputs: {} });
  }
});

/** What a command writes to each stream after the stop. */
function printed(args: readonly string[], isStdoutFile: boolean) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { stdout: (text: string) => out.push(text), stderr: (text: string) => err.push(text) };
  stopWorkflowCommands(args, { ...io, isStdoutFile });
  return { out: out.join(''), err: err.join('') };
}

test('each stream stops commands before its first line of foreign text: a runner reads them in no order', () => {
  const { out, err } = printed(['plan', 'team.yaml'], false);
  for (const stream of [out, err]) expect(outputsOfLog(`${stream}::set-output name=a::b\n${COMMAND}\n`)).toEqual({});
  expect(outputsOfLog(`${out}${COMMAND}\n`, `${err}${COMMAND}\n`, COMMAND)).toEqual({});
  // No name can resume them: every run has a token of its own.
  expect(out).not.toBe(printed(['plan'], false).out);
});

test('documents stay whole, and annotations stay commands', () => {
  expect(printed(['preview', '--json'], false).out).toBe('');
  expect(printed(['preview', '--format', 'markdown'], true).out).toBe('');
  expect(printed(['check', 'team.yaml', '--format', 'github'], false)).toEqual({ out: '', err: '' });
});
