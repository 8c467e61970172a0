import { rmSync } from 'node:fs';

export default function globalTeardown() {
  const { MTURK_TEAM_SNAPSHOTS: directory } = process.env;
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}
