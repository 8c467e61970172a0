import { parse } from 'yaml';
import { readTeam } from '../src/team/parse/read-team.ts';
import { teamFileWith } from './team-file.ts';

/** How many times the parser's own time a check may take. */
const LIMIT = 1.5;

export interface CheckTimes {
  readonly size: number;
  readonly checkMs: number;
  readonly yamlParseMs: number;
  readonly ratio: number;
  readonly limit: 1.5;
}

/**
 * Medians of reading and checking a team file against `yaml`'s own `parse` of the same text, in milliseconds, for
 * numbers of members. The two take turns, so that a busy machine slows both.
 */
export async function benchCheck(sizes: readonly number[]): Promise<CheckTimes[]> {
  return sizes.map((size) => {
    const text = teamFileWith(size);
    const rounds = Math.max(7, Math.min(500, Math.round(10_000 / size)));
    const check: number[] = [];
    const bare: number[] = [];
    // The first rounds warm up the compiler for both.
    for (let round = -Math.ceil(rounds / 2); round < rounds; round += 1) {
      const checked = timed(() => {
        const { team } = readTeam(text, { file: 'team.yaml', today: '2026-11-25' });
        if (team?.members.length !== size) throw new Error(`the team file of ${size} members is not valid`);
      });
      const parsed = timed(() => parse(text));
      if (round < 0) continue;
      check.push(checked);
      bare.push(parsed);
    }
    const checkMs = median(check);
    const yamlParseMs = median(bare);
    return { size, checkMs, yamlParseMs, ratio: checkMs / yamlParseMs, limit: LIMIT };
  });
}

export function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, two) => one - two);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
