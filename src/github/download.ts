import { fail, type Result, succeed } from '../diagnostics/failure.ts';

const REQUEST = 'GET the archive of the artifact';
const ATTEMPTS = 3;

/**
 * The bytes at an address that GitHub redirected to: the store of artifacts, which is not GitHub's API. It gets no
 * token, and no failure repeats the address, whose query is a key to the archive.
 */
export async function downloadFrom(address: string, limit: number, signal: AbortSignal): Promise<Result<Uint8Array>> {
  let reason = 'no answer';
  for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
    try {
      const response = await fetch(address, { signal, redirect: 'error' });
      if (response.status === 200) return await within(response, limit);
      await response.body?.cancel();
      reason = `the store answered ${response.status}`;
      if (response.status < 500) return fail('github-refused', { request: REQUEST, status: response.status, reason });
    } catch {
      reason = signal.aborted ? 'it took too long' : 'the connection was lost';
    }
  }
  return fail('github-unavailable', { request: REQUEST, reason });
}

async function within(response: Response, limit: number): Promise<Result<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > limit)
      return fail('github-unreadable', { request: REQUEST, reason: `it is larger than ${limit} bytes` });
    chunks.push(chunk);
  }
  return succeed(Buffer.concat(chunks));
}
