import type { Emulator } from '../../../src/emulator/emulator.ts';
import type { ObservedCall } from '../../../src/emulator/server/aws-endpoint.ts';
import { countByAction } from '../../../src/emulator/server/aws-endpoint.ts';
import { notedWaits } from '../../support/noted-waits.ts';
import { callIam, iamOf, openAccount, outcome } from '../clients.ts';

describe('faults', () => {
  let emulator: Emulator;
  afterEach(() => emulator.close());

  async function outcomes(count: number, call = 'ListUsers'): Promise<string[]> {
    const iam = iamOf(emulator);
    const all: string[] = [];
    for (let index = 0; index < count; index += 1) all.push(await outcome(callIam(iam, call)));
    iam.destroy();
    return all;
  }

  test('the first attempts of each call are throttled, and each call counts for itself', async () => {
    emulator = await openAccount({ faults: { throttleFirst: 2 } });
    expect(await outcomes(3)).toEqual(['Throttling', 'Throttling', 'answered']);
    expect(await outcomes(3, 'ListGroups')).toEqual(['Throttling', 'Throttling', 'answered']);
    expect(await outcomes(3)).toEqual(['Throttling', 'Throttling', 'answered']);
  });

  test('a share is throttled, the same calls each time', async () => {
    emulator = await openAccount({ faults: { throttleShare: 0.3, seed: 7 } });
    const first = await outcomes(100);
    emulator.faults = { throttleShare: 0.3, seed: 7 };
    expect(await outcomes(100)).toEqual(first);
    const throttled = first.filter((said) => said === 'Throttling').length;
    expect(throttled).toBeGreaterThan(15);
    expect(throttled).toBeLessThan(45);
    emulator.faults = { throttleShare: 0.3, seed: 8 };
    expect(await outcomes(100)).not.toEqual(first);
  });

  test('a share ends in a 500 and is not carried out', async () => {
    emulator = await openAccount({ faults: { errorShare: 1 } });
    const iam = iamOf(emulator);
    const error = await callIam(iam, 'CreateUser', { UserName: 'ada' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ServiceFailureException', $metadata: { httpStatusCode: 500 } });
    emulator.faults = {};
    expect(await outcome(callIam(iam, 'GetUser', { UserName: 'ada' }))).toBe('NoSuchEntityException');
  });

  test('a share ends in a 500 and was carried out', async () => {
    emulator = await openAccount({ faults: { errorAfterShare: 1 } });
    const iam = iamOf(emulator);
    expect(await outcome(callIam(iam, 'CreateUser', { UserName: 'ada' }))).toBe('ServiceFailureException');
    emulator.faults = {};
    expect(await outcome(callIam(iam, 'GetUser', { UserName: 'ada' }))).toBe('answered');
  });

  test('one call by its number', async () => {
    emulator = await openAccount({ faults: { failCall: 3 } });
    expect(await outcomes(4)).toEqual(['answered', 'answered', 'InvalidInputException', 'answered']);
  });

  test('a delay', async () => {
    emulator = await openAccount({ faults: { delayMs: 61 } });
    const waits = await notedWaits(() => outcomes(3));
    expect(waits.filter((milliseconds) => milliseconds === 61)).toHaveLength(3);
  });

  test('the SDK’s own retries get through throttling and 500s', async () => {
    emulator = await openAccount({ faults: { throttleShare: 0.2, errorShare: 0.2, seed: 3 } });
    const iam = iamOf(emulator, emulator.rootCredentials, 12);
    for (let index = 0; index < 10; index += 1) await callIam(iam, 'CreateUser', { UserName: `u${index}` });
    emulator.faults = {};
    expect((await callIam(iam, 'ListUsers')).Users).toHaveLength(10);
    expect(emulator.calls.some(({ error }) => error === 'Throttling')).toBe(true);
  });
});

describe('the hook', () => {
  test('sees every call before and after it is carried out', async () => {
    const seen: ObservedCall[] = [];
    const emulator = await openAccount({
      onCall: async (call) => {
        seen.push(call);
        return 'continue';
      },
    });
    await callIam(iamOf(emulator), 'CreateUser', { UserName: 'ada' });
    expect(seen).toMatchObject([
      { index: 1, service: 'iam', action: 'CreateUser', params: { UserName: 'ada' }, phase: 'before' },
      { index: 1, service: 'iam', action: 'CreateUser', params: { UserName: 'ada' }, phase: 'after' },
    ]);
    await emulator.close();
  });

  test.each(['before', 'after'] as const)('dropped %s: no answer, and the call has happened or not', async (phase) => {
    let dropping = true;
    const emulator = await openAccount({
      onCall: async (call) => (dropping && call.phase === phase ? 'drop' : 'continue'),
    });
    const iam = iamOf(emulator);
    expect(await outcome(callIam(iam, 'CreateUser', { UserName: 'ada' }))).not.toBe('answered');
    dropping = false;
    const expected = phase === 'after' ? 'answered' : 'NoSuchEntityException';
    expect(await outcome(callIam(iam, 'GetUser', { UserName: 'ada' }))).toBe(expected);
    await emulator.close();
  });

  test('the log counts by action, refused calls included', async () => {
    const emulator = await openAccount();
    const iam = iamOf(emulator);
    await callIam(iam, 'CreateUser', { UserName: 'ada' });
    await outcome(callIam(iam, 'CreateUser', { UserName: 'ada' }));
    await callIam(iam, 'ListUsers');
    expect(countByAction(emulator.calls)).toEqual({ CreateUser: 2, ListUsers: 1 });
    expect(emulator.calls.map(({ error }) => error)).toEqual([null, 'EntityAlreadyExists', null]);
    await emulator.close();
  });
});
