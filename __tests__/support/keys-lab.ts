import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appliedDirectory, TODAY } from './applied-directory.ts';
import { type CommandResult, runHere, type scratch } from './command.ts';
import { githubInTest } from './github-client.ts';
import { IDENTITIES } from './recipients.ts';

export const STORE = join('.mturk-team', 'emulator');

export interface StoredKey {
  readonly id: string;
  readonly secret: string;
  readonly status: string;
  lastUsed: unknown;
}

/** The line of Zoë, who has a recipient. */
export function zoe(more = '', { recipient }: { recipient: string } = IDENTITIES[1]): string {
  return `  zoe: { name: Zoë Quist, github: zoeq, roles: [results-reader], recipient: ${recipient}${more} }\n`;
}

/** The file of a small lab in which `ada` is added to the line of Ada. */
export function keysTeam({ ada = '', rest = zoe() }: { ada?: string; rest?: string } = {}): string {
  return `version: 1
lab: perception-lab
account: "123456789012"
owners: [ada]
roles:
  results-reader: { allow: [results:read] }
members:
  ada: { name: Ada O'Neill, github: adaoneill, roles: [results-reader]${ada} }
${rest}`;
}

/** For each test a directory in which that file was applied to a local AWS emulator, and a stand-in for GitHub. */
export function keysLab(file: string) {
  const github = githubInTest();
  let place: ReturnType<typeof scratch>;
  beforeEach(async () => {
    place = await appliedDirectory(file);
  });
  afterEach(() => place.remove());
  /** Changes a JSON document of the emulator's directory, or only reads it. */
  const stored = <Content, Value>(
    name: string,
    work: (content: Content) => Value,
    directory = place.directory,
  ): Value => {
    const path = join(directory, STORE, name);
    const content: Content = JSON.parse(readFileSync(path, 'utf8'));
    const value = work(content);
    writeFileSync(path, JSON.stringify(content));
    return value;
  };
  return {
    ...github,
    place: () => place,
    stored,
    /** What works with the stored keys of a member. */
    keysOf: <Value>(key: string, work: (keys: StoredKey[]) => Value, directory = place.directory): Value =>
      stored(
        'account.json',
        ({ users }: { users: Record<string, { name: string; keys: StoredKey[] }> }) =>
          work(Object.values(users).find(({ name }) => name === `perception-lab-${key}`)?.keys ?? []),
        directory,
      ),
    /** The environment of a step of a workflow. */
    workflow: (): Record<string, string> => ({
      ...github.server().environment(),
      GITHUB_OUTPUT: join(place.directory, 'output'),
      GITHUB_STEP_SUMMARY: join(place.directory, 'summary'),
    }),
    command: (
      args: string,
      env: Record<string, string> = {},
      today = TODAY,
      cwd = place.directory,
    ): Promise<CommandResult> => runHere([...args.split(' '), '--emulator', '--today', today], { cwd, env }),
  };
}
