import { writeFile } from 'node:fs/promises';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { parseData } from '../../diagnostics/parse-data.ts';
import { SAVED_FACTS, type SavedFacts } from '../../offboard/facts.ts';
import { iamName } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { readText, written } from '../files.ts';

/** Writes a new file that only its owner can read. One that exists may be all that is left of a deleted user. */
export function saveFacts(file: string, facts: SavedFacts): Promise<Result<void>> {
  return written(() => writeFile(file, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600, flag: 'wx' }));
}

/** The facts of a file, if they are about this member. */
export async function readSavedFacts(
  file: string,
  { lab, account }: Pick<Team, 'lab' | 'account'>,
  member: string,
): Promise<Result<SavedFacts>> {
  const text = await readText(file);
  if (!text.ok) return text;
  const read = parseData(text.value, SAVED_FACTS);
  if (!read.ok) return fail('facts-unusable', { file, because: 'damaged', reason: read.reason });
  const facts = read.value;
  const isTheirs = facts.member === member && facts.user.name === iamName(lab, member);
  if (facts.lab === lab && facts.account === account && isTheirs) return succeed(facts);
  const reason = `it is about ${facts.member} of lab ${facts.lab} in account ${facts.account}`;
  return fail('facts-unusable', { file, because: 'other', reason });
}
