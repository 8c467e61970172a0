import { say } from './visible.ts';

/** Whether a text begins with a typographic quote, as word processors put it where " was typed. */
export function isCurly(text: string): boolean {
  return /^[“”„«»‘’]/.test(text);
}

/** Why a value in typographic quotes is not what it looks like. */
export function curlyText(text: string): string {
  return say`${text} stands in typographic quotes, which are a part of the text for YAML; only straight ones (") enclose it.`;
}
