import { comparablePlan } from '../support/comparable-plan.ts';
import { allInTurn, sampleOf } from '../support/exhaustive.ts';
import { type Laboratory, openLaboratory } from '../support/provider-laboratory.ts';
import { configurationOf, leftByAKilledApply, STORY, STORY_ACCOUNT } from '../support/provider-story.ts';
import { enginesAtHand } from '../support/raw-engine.ts';
import { recordedJson, recordedText } from '../support/recorded-plan.ts';

const test = allInTurn();

/** What the real provider called and was answered, from the recordings. */
interface RecordedRun {
  readonly exit: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly 'errors answered'?: Readonly<Record<string, number>>;
}

const CALLS: Readonly<Record<string, { readonly plan: RecordedRun; readonly apply?: RecordedRun }>> = JSON.parse(
  recordedText('calls.json'),
);

const engines = sampleOf(await enginesAtHand(), 1);

describe.each(engines)('the story of the recordings with %s', (name, binary) => {
  const comparable = comparer(name);
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory(binary, STORY_ACCOUNT);
  });
  afterAll(() => lab.close());

  test.each(STORY.map((step) => [step.name, step] as const))('%s', async (stepName, step) => {
    await lab.configure(configurationOf(stepName));
    if (step === STORY[0]) expect(await lab.run('init')).toMatchObject({ code: 0 });
    await step.before?.(lab.iam);
    const recorded = CALLS[stepName]!;

    const planned = await observe(lab, ['plan', '-detailed-exitcode', '-out=plan', '-lock=false']);
    const shown = await lab.run('show', '-json', 'plan');
    expect(comparable(JSON.parse(shown.stdout))).toEqual(comparable(recordedJson(stepName)));
    expect(planned).toEqual(runOf(recorded.plan));

    if (step.planOnly) return;
    expect(await observe(lab, ['apply', 'plan'])).toEqual(runOf(recorded.apply!));
  });
});

function comparer(engine: string) {
  return (plan: unknown) => comparablePlan(plan, { staleDeletes: engine.startsWith('Terraform v1.11') });
}

/** Runs the engine and tells how it ended, what it called, and which errors it was answered. */
async function observe(lab: Laboratory, args: readonly string[]): Promise<RecordedRun> {
  const from = lab.emulator.calls.length;
  const { code, stderr } = await lab.run(...args);
  if (code === 1) throw new Error(stderr);
  const calls = lab.emulator.calls.slice(from);
  return runOf({
    exit: code ?? -1,
    calls: count(calls.map((call) => call.action)),
    'errors answered': count(calls.flatMap(({ action, error }) => (error === null ? [] : [`${action}:${error}`]))),
  });
}

function runOf(run: RecordedRun): RecordedRun {
  return { exit: run.exit, calls: run.calls, 'errors answered': run['errors answered'] ?? {} };
}

function count(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

describe.each(engines)('import blocks with %s', (name, binary) => {
  const comparable = comparer(name);
  let lab: Laboratory;
  afterAll(() => lab.close());

  test('what a killed apply left is taken over as the recording shows', async () => {
    lab = await openLaboratory(binary, STORY_ACCOUNT);
    await leftByAKilledApply(lab.iam);
    await lab.configure(configurationOf('18-adopt-after-kill'));
    await lab.run('init');
    expect(await lab.run('plan', '-out=plan')).toMatchObject({ code: 0, stderr: '' });
    const shown = await lab.run('show', '-json', 'plan');
    expect(comparable(JSON.parse(shown.stdout))).toEqual(comparable(recordedJson('18-adopt-after-kill')));
    expect(await lab.run('apply', 'plan')).toMatchObject({ code: 0, stderr: '' });
    expect(await lab.run('plan', '-detailed-exitcode')).toMatchObject({ code: 0 });
  });
});
