import { SCENARIOS, type ScenarioStep } from '../../conformance/scenarios.ts';
import { IAM_OPERATIONS } from '../../src/emulator/account/operations.ts';
import { callIam, iamOf, openAccount, outcome } from './clients.ts';

function at(answer: unknown, path: string): string {
  return String(path.split('.').reduce<unknown>((value, key) => Reflect.get(Object(value), key), answer));
}

describe('scripted IAM scenarios', () => {
  test.each(SCENARIOS)('$name', async ({ steps }) => {
    const emulator = await openAccount();
    const iam = iamOf(emulator);
    const saved: Record<string, string> = {};
    try {
      for (const [index, step] of steps.entries()) {
        const input = typeof step.input === 'function' ? step.input(saved) : step.input;
        const answer = callIam(iam, step.call, input);
        const said = `${index + 1} ${step.call} ${await outcome(answer)}`;
        expect(said).toBe(`${index + 1} ${step.call} ${step.expectError ?? 'answered'}`);
        for (const [name, path] of Object.entries(step.saves ?? {})) saved[name] = at(await answer, path);
      }
    } finally {
      iam.destroy();
      await emulator.close();
    }
  });

  const steps: ScenarioStep[] = SCENARIOS.flatMap((scenario) => scenario.steps);

  test('they make every call that the account answers', () => {
    const made = new Set(steps.map((step) => step.call));
    expect([...IAM_OPERATIONS.keys()].filter((call) => !made.has(call))).toEqual([
      'GetSSHPublicKey',
      'UpdateServiceSpecificCredential',
    ]);
  });

  test('there are enough of them', () => {
    expect(steps.length).toBeGreaterThan(150);
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  });
});
