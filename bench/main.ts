import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ApplyFigures, benchApply, expectedCalls } from './apply.ts';
import { benchCheck } from './check.ts';
import { benchDecide } from './decide.ts';
import { benchEdit } from './edit.ts';
import { benchFirstComment } from './first-comment.ts';
import { benchHistory } from './history.ts';
import { benchInventory } from './inventory.ts';
import { benchPage } from './page.ts';
import { benchReach } from './reach.ts';
import { benchReview, benchReviewCommand } from './review.ts';
import { benchRule } from './rule.ts';
import { benchStart } from './start.ts';
import { benchSynth } from './synth.ts';
import { synthTeam } from './synth-team.ts';
import { holds, type Row, table } from './table.ts';

const SIZES = [10, 100, 1000, 5000];
const APPLIED_SIZES = [100, 500, 1000, 3000];
const STATE_BYTES_PER_MEMBER = 4_000;
const APPLY_RATIO = 1.3;
const VERDICT_SIZE = 5000;
const VERDICT_CALLS = 20;
const VERDICT_CPU_MS = 5_000;
const MEMORY_LIMIT_MB = 400;

const run = promisify(execFile);
const rows: Row[] = [];
const ms = (value: number) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;

function say(what: string): void {
  process.stderr.write(`${what} ...\n`);
}

/** The most memory that a step holds at 5,000 members, in a process of its own, in MB. */
async function peakOf(step: 'check' | 'decide'): Promise<number> {
  const child = fileURLToPath(new URL('./peak-child.ts', import.meta.url));
  const { stdout } = await run(process.execPath, ['--import', 'tsx', child, step, '5000']);
  return Number(stdout);
}

function applyRows({ size, ours, terraform, ratio, ...figures }: ApplyFigures): Row[] {
  const seconds = ({ plan, apply, again }: ApplyFigures['ours']) =>
    `${[plan, apply, again].map((value) => (value / 1000).toFixed(1)).join(' + ')} s`;
  return [
    {
      what: 'plan, apply and plan of new members',
      size: String(size),
      ours: seconds(ours),
      baseline: `Terraform alone: ${seconds(terraform)}`,
      measured: ratio,
      target: APPLY_RATIO,
      unit: 'x',
    },
    {
      what: 'state of each member',
      size: String(size),
      ours: `${(figures.stateBytes / 1e6).toFixed(2)} MB in all`,
      baseline: '-',
      measured: figures.stateBytes / size,
      target: STATE_BYTES_PER_MEMBER,
      unit: 'bytes',
    },
    {
      what: 'memory of plan and apply',
      size: String(size),
      ours: `${figures.peakMb.toFixed(0)} MB`,
      baseline: '-',
      measured: figures.peakMb,
      target: MEMORY_LIMIT_MB,
      unit: 'MB',
    },
    {
      what: `API calls of a plan (${ms(ours.again)})`,
      size: String(size),
      ours: String(figures.calls),
      baseline: `real provider: ${figures.expectedCalls}`,
      measured: figures.calls,
      target: figures.expectedCalls,
      unit: 'calls',
    },
  ];
}

say('start');
const start = await benchStart();
rows.push({
  what: 'mturk-team --help',
  size: '-',
  ours: ms(start.helpMs),
  baseline: `node -e 0: ${ms(start.nodeMs)}`,
  measured: start.helpMs,
  target: start.limitMs,
  unit: 'ms',
});

say('check');
for (const { size, checkMs, yamlParseMs, ratio, limit } of await benchCheck(SIZES)) {
  rows.push({
    what: 'check',
    size: String(size),
    ours: ms(checkMs),
    baseline: `yaml parse: ${ms(yamlParseMs)}`,
    measured: ratio,
    target: limit,
    unit: 'x',
  });
}

say('edit');
const edit = benchEdit(500);
rows.push({
  what: 'splices of a departure',
  size: '500',
  ours: ms(edit.editMs),
  baseline: `check: ${ms(edit.checkMs)}`,
  measured: edit.ratio,
  target: edit.limit,
  unit: 'x',
});

say('history');
const past = await benchHistory(5000);
rows.push({
  what: 'changes of access in all commits of 40 members',
  size: String(past.commits),
  ours: ms(past.historyMs),
  baseline: `git log -p: ${ms(past.logMs)}`,
  measured: past.ratio,
  target: past.limit,
  unit: 'x',
});

say('page');
const page = await benchPage(500);
if (page === null) say('no Chromium, so no first paint is measured');
else {
  rows.push({
    what: 'first paint of the access page',
    size: '500',
    ours: ms(page.paintMs),
    baseline: `written in ${ms(page.writeMs)}, ${(page.bytes / 1e6).toFixed(1)} MB`,
    measured: page.paintMs,
    target: 1_000,
    unit: 'ms',
  });
}

say('decide');
for (const { size, decideMs, jsonParseMs, ratio, limit } of await benchDecide(SIZES)) {
  rows.push({
    what: 'decide, 39 operations for all',
    size: String(size),
    ours: ms(decideMs),
    baseline: `JSON.parse: ${ms(jsonParseMs)}`,
    measured: ratio,
    target: limit,
    unit: 'x',
  });
}

say('reach');
const reach = benchReach(400);
rows.push({
  what: 'ways of users who may make keys of each other',
  size: String(reach.users),
  ours: ms(reach.allMs),
  baseline: `a quarter of them: ${ms(reach.quarterMs)}`,
  measured: reach.ratio,
  target: reach.limit,
  unit: 'x',
});

say('rule');
const rule = benchRule(1000);
rows.push({
  what: 'the rule, every member in another role',
  size: String(rule.members),
  ours: ms(rule.allMs),
  baseline: `a quarter of them: ${ms(rule.quarterMs)}`,
  measured: rule.ratio,
  target: rule.limit,
  unit: 'x',
});

say('review');
const command = await benchReviewCommand(50);
rows.push({
  what: 'mturk-team preview',
  size: '50',
  ours: ms(command.reviewMs),
  baseline: `check on both: ${ms(command.checksMs)}`,
  measured: command.reviewMs,
  target: command.limitMs,
  unit: 'ms',
});
for (const { size, reviewMs, readMs, ratio, limit, renderMs, commentBytes } of benchReview([50, 5000])) {
  rows.push(
    {
      what: 'review of two files',
      size: String(size),
      ours: ms(reviewMs),
      baseline: `reading them: ${ms(readMs)}`,
      measured: ratio,
      target: limit,
      unit: 'x',
    },
    {
      what: 'rendering as a comment',
      size: String(size),
      ours: ms(renderMs),
      baseline: '-',
      measured: renderMs,
      target: 1_000,
      unit: 'ms',
    },
    {
      what: 'size of the comment',
      size: String(size),
      ours: String(commentBytes),
      baseline: '-',
      measured: commentBytes,
      target: 60_000,
      unit: 'bytes',
    },
  );
}

say('first comment');
const firstComment = await benchFirstComment(50);
rows.push({
  what: 'from pull request to first comment, our own part of one job',
  size: '50',
  ours: `${(firstComment / 1000).toFixed(1)} s`,
  baseline: '-',
  measured: firstComment,
  target: 5_000,
  unit: 'ms',
});

say('synth');
const synth = await benchSynth(SIZES);
for (const { size, synthMs, bareMs, ratio, limit } of synth) {
  rows.push({
    what: 'synth',
    size: String(size),
    ours: ms(synthMs),
    baseline: `bare CDKTF: ${ms(bareMs)}`,
    measured: ratio,
    target: limit,
    unit: 'x',
  });
}

say('memory');
const peaks = [
  { what: 'check', peak: await peakOf('check') },
  { what: 'decide', peak: await peakOf('decide') },
  { what: 'synth', peak: synth.at(-1)?.peakMb ?? 0 },
];
for (const { what, peak } of peaks) {
  rows.push({
    what: `memory of ${what}`,
    size: '5000',
    ours: `${peak.toFixed(0)} MB`,
    baseline: '-',
    measured: peak,
    target: MEMORY_LIMIT_MB,
    unit: 'MB',
  });
}

const applied: ApplyFigures[] = [];
for (const size of APPLIED_SIZES) {
  say(`plan and apply, ${size} members`);
  const figures = await benchApply(size);
  applied.push(figures);
  rows.push(...applyRows(figures));
}

say('verdict without an engine');
const verdict = await benchInventory(VERDICT_SIZE);
const largest = applied.at(-1);
const planOfAll = expectedCalls(synthTeam(VERDICT_SIZE), '2026-11-25');
rows.push(
  {
    what: 'API calls of a verdict without an engine',
    size: String(verdict.size),
    ours: String(verdict.calls),
    baseline: `a plan, by its formula: ${planOfAll}`,
    measured: verdict.calls,
    target: VERDICT_CALLS,
    unit: 'calls',
  },
  {
    what: `own CPU of it (${ms(verdict.wallMs)} to wait)`,
    size: String(verdict.size),
    ours: ms(verdict.cpuMs),
    baseline: `a plan of ${largest?.size}: ${ms(largest?.ours.again ?? 0)} to wait`,
    measured: verdict.cpuMs,
    target: VERDICT_CPU_MS,
    unit: 'ms',
  },
);

process.stdout.write(`${table(rows)}\n`);
const missed = rows.filter((row) => !holds(row)).length;
process.stdout.write(`\n${rows.length - missed} of ${rows.length} targets hold.\n`);
