import { basename, dirname } from 'node:path';
import type { DisplayNames } from '../../access/text/names.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { convertedIn } from '../../github/git.ts';
import { stableJson } from '../../iam/canonical.ts';
import { iamName } from '../../team/names.ts';
import { convertedFinding, readTeamFile, type TeamReading } from '../../team/parse/read-team.ts';
import { printFindings } from '../../team/print-findings.ts';
import type { Team } from '../../team/team.ts';
import { LOCK_FILES } from '../../terraform/run/lock-file.ts';
import { say } from '../../text/escape.ts';
import { counted } from '../../text/text.ts';
import { CODEOWNERS } from '../codeowners.ts';
import type { Terminal } from '../terminal.ts';

/** A team file, with an error if a checkout makes another text of it, or of a file that decides with it. */
export async function readCheckedOut(file: string, today: string): Promise<TeamReading> {
  const reading = await readTeamFile(file, { today });
  if (reading.source === null) return reading;
  const files = [basename(file), ...Object.values(LOCK_FILES), CODEOWNERS];
  const converted = await convertedIn(dirname(file), files);
  const findings = (converted ?? [basename(file)]).map((path) => convertedFinding(file, path, converted !== null));
  return findings.length === 0 ? reading : { ...reading, team: null, findings: [...findings, ...reading.findings] };
}

/** The team of a valid file. `today` is `YYYY-MM-DD`, UTC. Without a terminal to print them on, warnings are left to `check`. */
export async function readTeam(
  file: string,
  today: string,
  terminal?: Pick<Terminal, 'stderr' | 'color'>,
): Promise<Result<Team>> {
  const { team, findings, source } = await readCheckedOut(file, today);
  if (team === null) return fail('team-file-invalid', { file, findings, source });
  if (findings.length > 0) terminal?.stderr(printFindings({ findings, source }, { color: terminal.color }));
  return succeed(team);
}

/** Fails if the file is invalid or says something else by now: while a question is open, a change can be merged and pulled. */
export async function checkSameFile(
  team: Team,
  { file, today }: { file: string; today: string },
): Promise<Result<null>> {
  const now = await readTeam(file, today);
  if (!now.ok) return now;
  return stableJson(now.value) === stableJson(team) ? succeed(null) : fail('file-changed', { file });
}

/** The team that a change starts from; null if its file is empty (there was none) or has errors. */
export async function readBaseTeam(file: string, today: string, terminal: Terminal): Promise<Result<Team | null>> {
  return baseTeamOf(await readCheckedOut(file, today), file, terminal);
}

export function baseTeamOf(
  reading: TeamReading,
  file: string,
  terminal: Pick<Terminal, 'stderr'>,
): Result<Team | null> {
  const { team, findings, source } = reading;
  if (team !== null || findings.some(({ code }) => code === 'file-empty')) return succeed(team);
  if (source === null) return fail('team-file-invalid', { file, findings, source });
  // A change that fixes a file merged with errors must be possible: everything in it counts as new.
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const found = counted(errors, 'error');
  terminal.stderr(`${say`${file} has ${found}, so it counts as no team: everything in the later file is new.`}\n`);
  return succeed(null);
}

/** The moment to decide at: now, or noon (UTC) of another day (`YYYY-MM-DD`). */
export function momentOf(today: string): Date {
  const now = new Date();
  return now.toISOString().slice(0, 10) === today ? now : new Date(`${today}T12:00:00Z`);
}

/** Display names by IAM user name. Departed members have their key only: the file keeps no name of theirs. */
export function namingOf(team: Team): DisplayNames {
  const person = (key: string, given: { name: string; until?: string | null; roles?: readonly string[] }) =>
    [iamName(team.lab, key), { key, ...given }] as const;
  const people = new Map([
    ...team.departed.map(({ key }) => person(key, { name: key })),
    ...team.members.map(({ key, name, until, roles }) => person(key, { name, until, roles })),
  ]);
  return { lab: team.lab, people };
}
