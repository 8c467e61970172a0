import { type SetupPart, setting } from '../../src/aws/setup/setup-part.ts';
import { succeed } from '../../src/diagnostics/failure.ts';
import { openSettings, type SettingsPort } from '../../src/github/settings.ts';
import type { AccountFacts, Facts } from '../../src/setup/doctor/check.ts';
import { diagnose } from '../../src/setup/doctor/doctor.ts';
import { wantedRuleset } from '../../src/setup/doctor/github-checks.ts';
import { codeownersBlock, withCodeowners } from '../../src/team/codeowners.ts';
import { DEFAULT_SETTINGS, type Team } from '../../src/team/team.ts';
import type { GitHubRepository } from './github-repository.ts';
import type { GitHubServer } from './github-server.ts';
import { labTeam as firstTeam } from './init-files.ts';

/** A token of a repository administrator. */
export const ADMIN = 'admin-token';

const part = (kind: SetupPart['kind']): SetupPart => ({ kind, name: kind, settings: [setting('exists', true)] });

export const RIGHT_ACCOUNT: AccountFacts = {
  boundary: succeed(part('boundary')),
  workflows: {
    ...{ bucket: succeed(part('bucket')), provider: succeed(part('provider')) },
    roles: succeed([part('role')]),
  },
  home: succeed({ usersWithoutBoundary: [], hasRootKeys: false }),
  lockAge: succeed(null),
};

export function callersOf(...calls: readonly string[]): Facts['callers'] {
  return ['plan.yml', 'apply.yml', 'drift.yml'].map((file) => ({ file, calls }));
}

/** What is read of a lab, with the parts that a test is not about as they should be. */
export async function readFacts(port: SettingsPort, team: Team, given: Partial<Facts> = {}): Promise<Facts> {
  const block = codeownersBlock(team);
  return {
    ...{ team, file: 'team.yaml', emulator: null, isPublic: false },
    ...{ account: succeed(RIGHT_ACCOUNT), clockAhead: succeed(0) },
    codeowners: block === null ? null : withCodeowners('', block),
    callers: callersOf('mturk-tools/mturk-team@0123456'),
    github: await port.read(),
    isSelfApprovalMerged: succeed((given.team ?? team).settings.selfApproval),
    ...given,
  };
}

export function portOf(server: GitHubServer, token = ADMIN): SettingsPort {
  const { owner, name } = server.repository;
  return openSettings({ baseUrl: server.url, token, totalTime: 10_000, second: 5 }, { owner, name });
}

/** Gives the owners write access, and their administrator a token. */
export function admit(repository: GitHubRepository, team: Team): void {
  const grants = { administration: 'write', variables: 'read', contents: 'write' } as const;
  repository.tokens.set(ADMIN, { login: repository.owner, kind: 'user', grants });
  repository.permissions.clear();
  for (const { key, github } of team.members) {
    if (github !== null && team.owners.includes(key)) repository.permissions.set(github, 'write');
  }
}

/** A repository with every setting that a lab needs: `--fix`, and by hand what it does not offer. */
export async function prepareRepository(server: GitHubServer, team: Team): Promise<void> {
  const { repository } = server;
  const { settings } = repository;
  admit(repository, team);
  settings.outsiders = 'all_external_contributors';
  settings.workflowToken.default_workflow_permissions = 'read';
  const port = portOf(server);
  const done = await port.writeRuleset(wantedRuleset(team));
  if (!done.ok) throw new Error(JSON.stringify(done.failure));
}

export function wrongIds(facts: Facts): readonly string[] {
  return diagnose(facts).flatMap(({ check, outcome }) => (outcome.state === 'wrong' ? [check.id] : []));
}

/** The team that `init` writes, with other settings. */
export function labTeam(given: Partial<Team['settings']> = {}): Team {
  return { ...firstTeam(), settings: { ...DEFAULT_SETTINGS, ...given } };
}
