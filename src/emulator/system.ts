import { closeSync, existsSync, fsyncSync, lstatSync, openSync, readdirSync, renameSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';

/** The system's code of an error, `EEXIST`; by its shape, because errors of another realm are no instances of ours. */
export function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** The values of a file with one JSON value a line. A torn line is left out: what it was for was never answered. */
export function jsonLines(text: string): unknown[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/** Writes a file so that a reader finds the old one or the new one, whole, and the disk has it when this returns. */
export function writeWhole(file: string, content: string): void {
  const beside = `${file}.new`;
  const descriptor = openSync(beside, 'w', 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, file);
}

/** The names in a directory; none of a link, which a commit can bring. */
export function listOf(directory: string): string[] {
  return existsSync(directory) && !isLink(directory) ? readdirSync(directory) : [];
}

export function isLink(path: string): boolean {
  return lstatSync(resolve(path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
