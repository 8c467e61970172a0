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

/** What `bin` starts shows help by itself; a command is in the file beside it. */
const commandsApart: Plugin = {
  name: 'commands-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/commands\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './mturk-team.cjs', external: true } : null,
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

/** CDKTF, a quarter of the command, is a text in it, which only a command that synthesizes compiles. */
function cdktfAsText(built: Built[]): Plugin {
  return {
    name: 'cdktf-as-text',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/stacks\.ts$/ }, ({ kind, resolveDir }) =>
        kind === 'dynamic-import' ? { path: resolve(resolveDir, 'stacks.ts'), namespace: 'text' } : null,
      );
      onLoad({ filter: /./, namespace: 'text' }, async ({ path }) => {
        const apart = await build({ ...COMMON, entryPoints: [path], metafile: true, write: false });
        built.push(apart);
        const text = JSON.stringify(apart.outputFiles[0]?.text);
        const contents = `new Function('module', 'exports', 'require', '__dirname', ${text})(module, exports, require, __dirname);`;
        return { contents, loader: 'js' };
      });
    },
  };
}

/** A program of its own, bundled as the command is. */
export async function buildProgram(entry: string, outfile: string): Promise<void> {
  await build({ ...COMMON, entryPoints: [entry], plugins: [cdktfAsText([])], outfile });
}

/** The command with CDKTF and all other dependencies in it, the local AWS emulator, and the file that `bin` starts. */
export async function buildBundles({
  write,
}: {
  readonly write: boolean;
}): Promise<{ main: Built; emulator: Built; start: Built }> {
  const apart: Built[] = [];
  const [main, emulator, start] = await Promise.all([
    build({
      ...COMMON,
      entryPoints: ['src/cli/bundle.ts'],
      footer: { js: 'if(require.main===module)module.exports.start();' },
      banner: { js: '#!/usr/bin/env node' },
      plugins: [emulatorApart, cdktfAsText(apart)],
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
    build({
      ...COMMON,
      entryPoints: ['src/cli/start.ts'],
      plugins: [commandsApart],
      banner: { js: '#!/usr/bin/env node' },
      outfile: 'dist/start.cjs',
      metafile: true,
      write,
    }),
  ]);
  for (const { metafile } of apart) {
    Object.assign(main.metafile.inputs, metafile.inputs);
    Object.assign(main.metafile.outputs, metafile.outputs);
  }
  return { main, emulator, start };
}
