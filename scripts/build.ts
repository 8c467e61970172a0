import { chmod, rm } from 'node:fs/promises';
import { buildBundles } from './bundles.ts';

await rm('dist', { recursive: true, force: true });
await buildBundles({ write: true });
await chmod('dist/mturk-team.cjs', 0o755);
