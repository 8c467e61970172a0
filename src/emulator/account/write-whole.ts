import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

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
