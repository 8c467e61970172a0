import type { Terminal } from '../../src/app/terminal.ts';

/** Prints nothing, and answers no question with yes. */
export const SILENT: Terminal = {
  stdout: () => {},
  stderr: () => {},
  isTerminal: false,
  color: false,
  width: 100,
  confirm: async () => false,
};
