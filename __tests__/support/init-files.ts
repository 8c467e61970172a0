import { join } from 'node:path';
import type { RepositoryFacts } from '../../src/aws/setup/record.ts';
import { firstTeamFile, labFiles, releaseFiles } from '../../src/setup/init/lab-files.ts';
import { repositoryFacts } from '../../src/setup/repository.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import type { Team } from '../../src/team/team.ts';
import { LAB_RELEASE } from '../workflows/workflow-file.ts';
import { scratch } from './command.ts';

/** The team.yaml that `init` writes. */
export const FIRST_TEAM = firstTeamFile({
  ...{ lab: 'perception-lab', account: '123456789012', selfApproval: false },
  owners: [{ key: 'ada', login: 'adaoneill' }],
});

export function labTeam(text = FIRST_TEAM): Team {
  const { team, findings } = readTeam(text, { file: 'team.yaml', today: '2026-11-25' });
  if (team === null) throw new Error(JSON.stringify(findings));
  return team;
}

/** What `init` writes, by path; where a team.yaml is, the rest follows from it. */
export function initFiles(team = FIRST_TEAM): Readonly<Record<string, string>> {
  return { 'team.yaml': team, ...labFiles(labTeam(team)), ...releaseFiles(labTeam(team), LAB_RELEASE) };
}

/** A lab repository as `init` writes it, and what an attacker adds. */
export function scratchLab(team?: string, files: Readonly<Record<string, string>> = {}) {
  return scratch({ ...initFiles(team), ...files });
}

/** What `bootstrap` and `doctor` know of such a repository, which pins a release. */
export async function labFacts(subject: RepositoryFacts['subject']): Promise<RepositoryFacts> {
  const place = scratchLab();
  const given = { repository: 'lab/access', ownerId: '11', repositoryId: '22', subject };
  const facts = await repositoryFacts(given, null, { file: join(place.directory, 'team.yaml'), emulator: null }, {});
  place.remove();
  if (!facts.ok) throw new Error(facts.failure.code);
  return facts.value;
}
