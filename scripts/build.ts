import { chmod, mkdir } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Bundles the command into one file, so that it starts like Node itself. CommonJS, because only there are modules that
 * a command never reaches neither loaded nor evaluated; CDKTF stays outside and is loaded when `synth` runs.
 */
await mkdir('dist', { recursive: true });
await build({
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/mturk-team.cjs',
  bundle: true,
  platform: 'node',
  target: 'node20.9',
  format: 'cjs',
  minify: true,
  legalComments: 'none',
  external: ['cdktf', 'constructs', '@cdktf/provider-aws'],
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
await chmod('dist/mturk-team.cjs', 0o755);
