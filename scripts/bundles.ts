import { resolve } from 'node:path';
import { type BuildOptions, type BuildResult, build, type Plugin } from 'esbuild';

/** The emulator is a file of its own beside the command's, so that nothing of it is in what workflows run. */
const emulatorApart: Plugin = {
  name: 'emulator-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/emulator\/index\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './emulator.cjs', external: true } : null,
    );
  },
};

/** CommonJS, because only there a module that a command never reaches is neither loaded nor evaluated. */
const COMMON = {
  absWorkingDir: resolve(import.meta.dirname, '..'),
  bundle: true,
  loader: { '.yml': 'text', '.css': 'text', '.page.js': 'text' },
  platform: 'node',
  // In place of any tsconfig.json, whose `paths` and `extends` could put other files into the bundle.
  tsconfigRaw: { compilerOptions: { strict: true, target: 'es2023', verbatimModuleSyntax: true } },
  target: 'node20.19',
  format: 'cjs',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

type Built = BuildResult<{ metafile: true }>;

/** The command with CDKTF and all other dependencies in it, and the local AWS emulator. */
export async function buildBundles({ write }: { readonly write: boolean }): Promise<{ main: Built; emulator: Built }> {
  const [main, emulator] = await Promise.all([
    build({
      ...COMMON,
      entryPoints: ['src/cli/main.ts'],
      banner: { js: '#!/usr/bin/env node' },
      plugins: [emulatorApart],
      outfile: 'dist/mturk-team.cjs',
      metafile: true,
      write,
    }),
    build({
      ...COMMON,
      entryPoints: ['src/emulator/index.ts'],
      outfile: 'dist/emulator.cjs',
      metafile: true,
      write,
    }),
  ]);
  return { main, emulator };
}
