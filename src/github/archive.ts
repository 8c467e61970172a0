import { type UnzipFileInfo, unzipSync } from 'fflate';

/** Far above what a manifest of 5,000 members takes, far below what hurts. */
const MOST_ENTRIES = 16;
const LARGEST_ENTRY = 64 * 1024 * 1024;

/**
 * One file out of a zip archive that somebody else made: nothing is written to disk, other entries are not unpacked,
 * and what would be larger than its limit is refused before it is. The reason is for a message.
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
    return { ok: false, reason: 'it is no zip archive' };
  }
  if (seen.length > MOST_ENTRIES) return { ok: false, reason: `it has more than ${MOST_ENTRIES} entries` };
  const entries = seen.filter((entry) => entry.name === name);
  if (entries.length !== 1) return { ok: false, reason: `it has ${entries.length} files named ${name}` };
  const content = unpacked[name];
  if (content === undefined) return { ok: false, reason: `${name} is larger than ${LARGEST_ENTRY} bytes` };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    return { ok: false, reason: `${name} is no UTF-8` };
  }
}
