import { readFile, stat } from 'node:fs/promises';
import { fileIsDirectory, fileMissing, fileNotUtf8, fileTooLarge, fileUnreadable } from '../rules/file.ts';
import type { Rule } from '../rules/rule.ts';
import { readTeam, type TeamReading } from './read-team.ts';

/** 5,000 members, which is all that an account can hold, take about a quarter of this. */
const MAX_FILE_BYTES = 2 * 1024 * 1024;

/**
 * Reads a team file from disk. What is wrong with the file itself is a finding without a position, and `source` is
 * then null. `today` is `YYYY-MM-DD`, UTC.
 */
export async function readTeamFile(file: string, options: { readonly today: string }): Promise<TeamReading> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES) return unread(file, fileTooLarge, { bytes: size, limit: MAX_FILE_BYTES });
    bytes = await readFile(file);
  } catch (error) {
    return failed(file, error);
  }
  // A pipe or a device has no size to ask for beforehand.
  if (bytes.length > MAX_FILE_BYTES) {
    return unread(file, fileTooLarge, { bytes: bytes.length, limit: MAX_FILE_BYTES });
  }

  const text = decoded(bytes);
  return text === null ? unread(file, fileNotUtf8, {}) : readTeam(text, { file, today: options.today });
}

function decoded(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function failed(file: string, error: unknown): TeamReading {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT' || code === 'ENOTDIR') return unread(file, fileMissing, {});
  if (code === 'EISDIR') return unread(file, fileIsDirectory, {});
  return unread(file, fileUnreadable, { reason: code });
}

function unread<Args extends Readonly<Record<string, unknown>>>(
  file: string,
  { code }: Rule<Args>,
  args: Args,
): TeamReading {
  return {
    team: null,
    findings: [{ code, severity: 'error', file, path: [], position: null, args }],
    source: null,
    size: null,
  };
}
