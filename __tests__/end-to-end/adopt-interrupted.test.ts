import type { Result } from '../../src/diagnostics/failure.ts';
import type { EngineHandle } from '../../src/terraform/run/process.ts';
import { ADOPTED_ACCOUNTS } from '../support/adopted-accounts.ts';
import {
  type AdoptionInTest,
  adoptionOf,
  applyIn,
  finishIn,
  givenById,
  NOON,
  undoIn,
  watchAdoption,
} from '../support/adoption-in-test.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { copyOf, ENGINE_TITLE, type LabInTest, type LabMemory, orThrow, withLab } from '../support/lab-in-test.ts';
import { callNames, type Killing, type NamedCall, runAndKill } from '../support/lab-in-test-killed.ts';
import { differences, isWrite } from '../support/lab-in-test-recovery.ts';

const test = testInTurn(2);

type Step = (
  test: LabInTest,
  adopted: AdoptionInTest,
  onStart?: (started: EngineHandle) => void,
) => Promise<Result<unknown>>;

/** A step without an interruption. */
interface Reference {
  readonly calls: readonly NamedCall[];
  readonly after: LabMemory;
}

function undisturbed(from: LabMemory, adopted: AdoptionInTest, step: Step): Promise<Reference> {
  return withLab(from, async (test) => {
    test.setClock(NOON.toISOString());
    const calls: NamedCall[] = [];
    const nameOf = callNames();
    test.listen((call) => {
      if (call.phase === 'before') calls.push(nameOf(call));
      return true;
    });
    orThrow(await step(test, adopted));
    test.listen(null);
    return { calls: calls.filter(isWrite), after: copyOf(test.memory) };
  });
}

const mixed = ADOPTED_ACCOUNTS.find(({ title }) => title === 'twelve users mixed');
const colliding = ADOPTED_ACCOUNTS.find(({ title }) => title.startsWith('names that collide'));

/** The step that is interrupted, the one before it, the one after, and how many calls are sampled. */
const STEPS: readonly (readonly [title: string, before: readonly Step[], step: Step, next: Step])[] = [
  ['--apply', [], applyIn, applyIn],
  ['--apply, and then undone', [], applyIn, undoIn],
  ['--finish', [applyIn], finishIn, finishIn],
  ['--undo', [applyIn], undoIn, undoIn],
];

test.each(sampleOf(STEPS, 1))(
  `adopt %s converges after an interruption at any call that writes (${ENGINE_TITLE})`,
  async (title, before, step, next) => {
    const account = title.includes('undone') || title === '--finish' ? mixed : colliding;
    if (account === undefined) throw new Error('no account');
    const adopted = await adoptionOf(account);
    let from = adopted.memory;
    for (const each of before) from = (await undisturbed(from, adopted, each)).after;
    const { calls, after } = await undisturbed(from, adopted, step);
    const end = next === undoIn ? adopted.memory : after;
    const killings = sampleOf(
      calls.flatMap((call): readonly Killing[] => [
        { call, phase: 'before' },
        { call, phase: 'after' },
      ]),
      1,
    );
    const wrong: string[] = [];
    for (const killing of killings) {
      await withLab(from, async (test) => {
        test.setClock(NOON.toISOString());
        const watch = watchAdoption(adopted.memory.account, givenById(adopted));
        const look: Parameters<typeof runAndKill>[2] = (call) => watch.look(call, test.memory.account);
        const at = `${killing.phase} ${killing.call.identity}`;
        const { code } = await runAndKill(test, killing, look, (onStart) => step(test, adopted, onStart));
        if (code === 'it was never killed') wrong.push(`${at}: ${code}`);
        const again = await next(test, adopted);
        test.listen(null);
        if (!again.ok) wrong.push(`${at}: ${JSON.stringify(again.failure)}`);
        const left = differences(test.memory, end, adopted.memory);
        wrong.push(...[...watch.problems, ...left].map((problem) => `${at}: ${problem}`));
      });
    }
    expect(calls.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  },
);
