import { chmod, mkdir } from 'node:fs/promises';
import { type BuildOptions, build } from 'esbuild';

const COMMON: BuildOptions = {
  entryPoints: ['src/cli/main.ts'],
  bundle: true,
  platform: 'node',
  target: 'node20.9',
  format: 'cjs',
  minify: true,
  legalComments: 'none',
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
};

/**
 * Bundles the command into one file, so that it starts like Node itself. CommonJS, because only there are modules that
 * a command never reaches neither loaded nor evaluated; CDKTF stays outside and is loaded when `synth` runs.
 */
await mkdir('dist', { recursive: true });
await build({
  ...COMMON,
  outfile: 'dist/mturk-team.cjs',
  external: ['cdktf', 'constructs', '@cdktf/provider-aws'],
});
await chmod('dist/mturk-team.cjs', 0o755);

/** With CDKTF in it: the workflows hand this one file to jobs that install nothing. */
await build({ ...COMMON, outfile: 'dist/workflow/mturk-team.cjs' });
