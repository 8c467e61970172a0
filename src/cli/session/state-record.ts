import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { readStateObject, writeStateObject } from '../../aws/state-object.ts';
import type { Team } from '../../team/team.ts';

/** Where a lab's records are kept: beside its state, writable by the roles that write the state. */
export type RecordPlace =
  | { readonly kind: 'bucket'; readonly bucket: string; readonly region: string }
  | { readonly kind: 'directory'; readonly directory: string };

/** One small JSON document that is replaced as a whole. */
export interface StateRecord<Value> {
  /** Null where there is none yet. Throws where it cannot be read or is none. */
  read(): Promise<Value | null>;
  /** Throws where it cannot be written. */
  write(value: Value): Promise<void>;
}

/** The place of the local AWS emulator is its directory, else the state's bucket, else the directory of the local state. */
export function recordPlace(
  { settings }: Pick<Team, 'settings'>,
  emulator: string | null,
  localDirectory: string,
): RecordPlace {
  const { state } = settings;
  if (emulator === null && state !== null) return { kind: 'bucket', ...state };
  return { kind: 'directory', directory: emulator ?? localDirectory };
}

/** The record of that file name, read by its schema. */
export function stateRecord<Schema extends z.ZodType>(
  place: RecordPlace,
  name: string,
  schema: Schema,
): StateRecord<z.output<Schema>> {
  const texts = place.kind === 'bucket' ? inBucket(place, name) : inFile(join(place.directory, name), place.directory);
  return {
    async read() {
      const text = await texts.read();
      return text === null ? null : schema.parse(JSON.parse(text));
    },
    write: (value) => texts.write(`${JSON.stringify(value, null, 2)}\n`),
  };
}

interface Texts {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

function inBucket({ bucket, region }: Extract<RecordPlace, { kind: 'bucket' }>, name: string): Texts {
  const object = { bucket, region, key: `mturk-team/${name}` };
  return {
    read: () => readStateObject(object),
    write: (text) => writeStateObject(object, text),
  };
}

function inFile(file: string, directory: string): Texts {
  return {
    async read() {
      try {
        return await readFile(file, 'utf8');
      } catch (error) {
        if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    async write(text) {
      await mkdir(directory, { recursive: true });
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    },
  };
}
