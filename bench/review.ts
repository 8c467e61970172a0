import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { reviewOf } from '../src/review/changes/review.ts';
import { renderComment } from '../src/review/comment/comment.ts';
import { readTeam } from '../src/team/parse/read-team.ts';
import type { Team } from '../src/team/team.ts';
import { teamFileWith } from './team-file.ts';

/** The command beside `check` on both files, in milliseconds. */
export interface ReviewCommandTimes {
  readonly reviewMs: number;
  readonly checksMs: number;
  /** Both checks, plus 100 ms. */
  readonly limitMs: number;
}

/** The review and its comment in this process, in milliseconds and bytes. */
export interface ReviewTimes {
  readonly size: number;
  readonly reviewMs: number;
  readonly readMs: number;
  readonly ratio: number;
  /** No more than reading the two files, which comes before. */
  readonly limit: 1;
  readonly renderMs: number;
  readonly commentBytes: number;
}

const run = promisify(execFile);
const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const ROUNDS = 9;

/** Everybody who reads results pays bonuses, too: hardly anybody's access stays as it is, and no comment is longer. */
function changed(text: string): string {
  return text.replace('    allow: [results:read]', '    allow: [results:read, pay:bonus]');
}

/** Times the installed command for a lab, and `check` on both files in turn with it; medians. */
export async function benchReviewCommand(size: number): Promise<ReviewCommandTimes> {
  const directory = await mkdtemp(join(tmpdir(), 'mturk-team-bench-'));
  try {
    const text = teamFileWith(size);
    const [base, head] = [join(directory, 'base.yaml'), join(directory, 'head.yaml')];
    await writeFile(base, text);
    await writeFile(head, changed(text));
    const review: number[] = [];
    const checks: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      checks.push((await timed(['check', base])) + (await timed(['check', head])));
      review.push(await timed(['preview', '--base', base, '--head', head]));
    }
    const checksMs = median(checks);
    return { reviewMs: median(review), checksMs, limitMs: checksMs + 100 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function timed(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await run(process.execPath, ['dist/mturk-team.cjs', ...args, '--today', TODAY]).catch((error: unknown) => {
    // Changes are exit code 2.
    if (!(error instanceof Error && 'code' in error && error.code === 2)) throw error;
  });
  return performance.now() - start;
}

/** Reads two files of so many members, reviews the change and renders it as a comment; medians. */
export function benchReview(sizes: readonly number[]): readonly ReviewTimes[] {
  return sizes.map((size) => {
    const text = teamFileWith(size);
    const other = changed(text);
    const read: number[] = [];
    const review: number[] = [];
    const render: number[] = [];
    let commentBytes = 0;
    for (let round = -2; round < Math.max(ROUNDS, Math.round(2_000 / size)); round += 1) {
      const started = performance.now();
      const [before, after] = [teamOf(text), teamOf(other)];
      const known = performance.now();
      const reviewed = reviewOf({ before, after, today: TODAY, at: AT });
      const decided = performance.now();
      const comment = renderComment({
        review: reviewed,
        state: 'preview',
        failure: null,
        footer: { commit: null, tools: null, runUrl: null, at: reviewed.at },
        reveal: false,
      });
      const rendered = performance.now();
      if (reviewed.people.length < size / 4)
        throw new Error(`only ${reviewed.people.length} of ${size} members change`);
      commentBytes = Buffer.byteLength(comment);
      // The first rounds warm up the compiler.
      if (round < 0) continue;
      read.push(known - started);
      review.push(decided - known);
      render.push(rendered - decided);
    }
    const [reviewMs, readMs] = [median(review), median(read)];
    return { size, reviewMs, readMs, ratio: reviewMs / readMs, limit: 1, renderMs: median(render), commentBytes };
  });
}

function teamOf(text: string): Team {
  const { team } = readTeam(text, { file: 'team.yaml', today: TODAY });
  if (team === null) throw new Error('the team file is not valid');
  return team;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
