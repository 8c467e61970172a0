import * as nodeModule from 'node:module';
import { privateDirectory } from '../terraform/run/private-directory.ts';
import { start } from './main.ts';

// The file of `bin`: from Node 22 on, the program is compiled once, and kept where only the user can write. Node trusts what is
// there. https://nodejs.org/api/module.html#moduleenablecompilecachecachedir
const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: (directory: string) => unknown };
try {
  enableCompileCache?.(privateDirectory(process.env, ['compile-cache']));
} catch {
  // Without a directory it starts slower.
}
start();
