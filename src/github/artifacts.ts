import { type UnzipFileInfo, unzipSync } from 'fflate';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';

const REQUEST = 'GET the archive of the artifact';
const ATTEMPTS = 3;

/**
 * The bytes at an address that GitHub redirected to: the artifact store, which is not GitHub's API. It gets no token. No
 * failure repeats the address, because its query grants access to the archive.
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

/** Far above the manifest of 5,000 members, far below the memory of a runner. */
const MOST_ENTRIES = 16;
const LARGEST_ENTRY = 64 * 1024 * 1024;

/**
 * One file of an untrusted zip archive. Nothing is written to disk, other entries are not unpacked, and an entry above the
 * limit is refused before it is unpacked. `reason` is for a message.
 */
export function fileOfArchive(
  archive: Uint8Array,
  name: string,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string } {
  const seen: UnzipFileInfo[] = [];
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(archive, {
      filter(entry) {
        seen.push(entry);
        return entry.name === name && seen.length <= MOST_ENTRIES && entry.originalSize <= LARGEST_ENTRY;
      },
    });
  } catch {
    return { ok: false, reason: 'it is not a zip archive' };
  }
  if (seen.length > MOST_ENTRIES) return { ok: false, reason: `it has more than ${MOST_ENTRIES} entries` };
  const entries = seen.filter((entry) => entry.name === name);
  if (entries.length !== 1) return { ok: false, reason: `it has ${entries.length} files named ${name}` };
  const content = unpacked[name];
  if (content === undefined) return { ok: false, reason: `${name} is larger than ${LARGEST_ENTRY} bytes` };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    return { ok: false, reason: `${name} is not UTF-8` };
  }
}
