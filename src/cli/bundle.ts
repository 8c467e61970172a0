// The one file that workflows run: it starts if it is run, and gives its commands to `start.cjs` beside it.
export { LOAD } from './commands.ts';
export { start } from './main.ts';
