import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChanges } from '../src/app/history/past.ts';
import { teamFileWith } from './team-file.ts';

interface HistoryFigures {
  readonly commits: number;
  readonly historyMs: number;
  readonly logMs: number;
  readonly ratio: number;
  readonly limit: number;
}

const MEMBERS = 40;
/** Parsing each version whole takes 260 times as long as `git log -p`. */
const LIMIT = 30;
const ROUNDS = 5;

/** Every change of access in so many commits, each of which gives a member another last day, beside `git log -p`. */
export async function benchHistory(commits: number): Promise<HistoryFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'mturk-team-bench-'));
  try {
    const git = (args: readonly string[], input = '') =>
      execFileSync('git', ['-C', directory, ...args], { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
    git(['init', '--quiet', '--initial-branch=main', '--template=', '.']);
    git(['fast-import', '--quiet'], streamOf(commits));
    git(['gc', '--quiet']);
    const [log, history]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      log.push(await timeOf(async () => git(['log', '-p', 'main', '--', 'team.yaml'])));
      history.push(await timeOf(() => readAll(join(directory, 'team.yaml'), commits)));
    }
    const [logMs, historyMs] = [Math.min(...log), Math.min(...history)];
    return { commits, historyMs, logMs, ratio: historyMs / logMs, limit: LIMIT };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function readAll(file: string, commits: number): Promise<void> {
  const read = await readChanges(file, null, '2026-11-25');
  if (!read.ok || read.value.changes.length < commits / 2) throw new Error('the history was not read');
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function streamOf(commits: number): string {
  const lines = teamFileWith(MEMBERS).split('\n');
  const dated = lines.flatMap((line, index) => (/until: "/.test(line) ? [index] : []));
  const data = (content: string) => `data ${Buffer.byteLength(content)}\n${content}\n`;
  return Array.from({ length: commits }, (_, index) => {
    const place = dated[index % dated.length] ?? 0;
    const day = new Date(Date.UTC(2027, 0, 1 + (index % 700))).toISOString().slice(0, 10);
    lines[place] = (lines[place] ?? '').replace(/until: "[\d-]+"/, `until: "${day}"`);
    const who = `Ada Byron <ada@lab.edu> ${1_500_000_000 + index * 20_000} +0000`;
    const change = `M 100644 inline team.yaml\n${data(lines.join('\n'))}`;
    return `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\n${data(`Change ${index} (#${index})`)}${change}\n`;
  }).join('');
}
