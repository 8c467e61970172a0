import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './account/write-whole.ts';

export const STATE_DIRECTORY = 'state';

/** Where the states of stacks are kept, by the stack's name. */
export interface StateStore {
  read(name: string): string | null;
  write(name: string, state: string): void;
  remove(name: string): void;
}

export function memoryStateStore(states = new Map<string, string>()): StateStore {
  return {
    read: (name) => states.get(name) ?? null,
    write: (name, state) => void states.set(name, state),
    remove: (name) => void states.delete(name),
  };
}

/** States as files of a directory; the one before is kept beside each as `.backup`. */
export function directoryStateStore(dir: string): StateStore {
  const directory = join(dir, STATE_DIRECTORY);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const fileOf = (name: string): string => join(directory, `${name}.tfstate`);
  const keep = (name: string): void => {
    if (existsSync(fileOf(name))) copyFileSync(fileOf(name), `${fileOf(name)}.backup`);
  };
  return {
    read: (name) => (existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : null),
    write(name, state) {
      keep(name);
      writeWhole(fileOf(name), state);
    },
    remove(name) {
      keep(name);
      rmSync(fileOf(name), { force: true });
    },
  };
}
