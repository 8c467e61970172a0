import { steadyRetries } from '../../../src/emulator/provider/session.ts';

const failed = (errorType: string) => ({ errorType, error: new Error('answered') });

test('pauses grow, are longer when throttled, and are bounded', async () => {
  const pausesOf = async (errorType: string) => {
    const retries = steadyRetries(12, () => 1);
    const pauses: number[] = [];
    let attempt = await retries.acquireInitialRetryToken();
    for (let n = 1; n < 12; n += 1) {
      attempt = await retries.refreshRetryTokenForRetry(attempt, failed(errorType));
      pauses.push(attempt.getRetryDelay());
    }
    return pauses;
  };
  expect(await pausesOf('SERVER_ERROR')).toEqual([40, 80, 160, 320, 640, 1280, 2560, 4000, 4000, 4000, 4000]);
  expect((await pausesOf('THROTTLING')).slice(0, 3)).toEqual([150, 300, 600]);
});

test('the last attempt fails with what AWS answered', async () => {
  const retries = steadyRetries(2);
  const first = await retries.acquireInitialRetryToken();
  const second = await retries.refreshRetryTokenForRetry(first, failed('THROTTLING'));
  await expect(retries.refreshRetryTokenForRetry(second, failed('THROTTLING'))).rejects.toThrow('answered');
});

test('a refusal is not repeated', async () => {
  const retries = steadyRetries(9);
  const first = await retries.acquireInitialRetryToken();
  await expect(retries.refreshRetryTokenForRetry(first, failed('CLIENT_ERROR'))).rejects.toThrow('answered');
});
