import { chmod, rm } from 'node:fs/promises';
import { buildBundles } from './bundles.ts';

await rm('dist', { recursive: true, force: true });
await buildBundles({ write: true });
for (const name of ['mturk-team', 'start']) await chmod(`dist/${name}.cjs`, 0o755);
