/** Milliseconds of every timer that is set while `work` runs: what is waited for, without measuring it. */
export async function notedWaits(work: () => Promise<unknown>): Promise<readonly (number | undefined)[]> {
  const { setTimeout: own } = globalThis;
  const noted: (number | undefined)[] = [];
  const noting = (handler: () => void, milliseconds?: number, ...args: []) => {
    noted.push(milliseconds);
    return own(handler, milliseconds, ...args);
  };
  globalThis.setTimeout = Object.assign(noting, own);
  try {
    await work();
  } finally {
    globalThis.setTimeout = own;
  }
  return noted;
}
