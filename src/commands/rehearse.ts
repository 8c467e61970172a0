import type { Terminal } from './io.ts';
export async function rehearse(_options: { readonly file: string }, _terminal: Terminal): Promise<number> {
  return 1;
}
