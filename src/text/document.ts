import { strongText, type Text, t } from './text.ts';

export interface Item {
  readonly text: Text;
  readonly blocks?: readonly Block[];
}

/** Rows that a byte budget may cut if they have a rank: lower ranks are filled first. */
interface Cuttable {
  /** Of a list or table: how many of the first rows GitHub never folds, because they are the worst. */
  readonly open?: number;
  readonly rank?: number;
  /** Says how many of the rows from this index on are left out: `… and 12 more` by default. */
  readonly omitted?: (from: number) => Text;
}

/**
 * A block of a text for people. Commands and JSON builders return blocks; `terminal.ts` and `github.ts` print them, the
 * only places that know how a terminal or GitHub shows a table. A list or table without rows is not shown.
 */
export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3 | 4; readonly text: Text }
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'alert'; readonly level: 'caution' | 'warning' | 'note'; readonly lines: readonly Text[] }
  | ({ readonly kind: 'list'; readonly items: readonly Item[]; readonly ordered?: boolean } & Cuttable)
  | ({
      readonly kind: 'table';
      readonly head: readonly Text[];
      readonly rows: readonly (readonly Text[])[];
      /** On a terminal instead of the rows, if they are too wide for one. */
      readonly short?: readonly (readonly Text[])[];
    } & Cuttable)
  /** Sections that a byte budget may leave out, each as a whole. */
  | ({ readonly kind: 'sections'; readonly sections: readonly (readonly Block[])[] } & Cuttable)
  | { readonly kind: 'details'; readonly summary: Text; readonly blocks: readonly Block[] }
  /** Shown as it is; `language` is GitHub's name of it, `''` for none. */
  | { readonly kind: 'code'; readonly language: 'sh' | 'yaml' | 'text' | ''; readonly lines: readonly string[] }
  /** One line of small print; its parts are separated by dots. */
  | { readonly kind: 'footer'; readonly parts: readonly Text[] };

export function heading(level: 2 | 3 | 4, text: Text): Block {
  return { kind: 'heading', level, text };
}

export function paragraph(text: Text): Block {
  return { kind: 'paragraph', text };
}

/** A box; null is no line. */
export function alert(level: 'caution' | 'warning' | 'note', ...lines: readonly (Text | null)[]) {
  return { kind: 'alert', level, lines: lines.filter((line) => line !== null) } as const;
}

/** Blocks that are there only if something is so. */
export function onlyIf(isSo: boolean, ...blocks: readonly Block[]): readonly Block[] {
  return isSo ? blocks : [];
}

/** Lines to be pasted or shown as they are. */
export function codeBlock(language: 'sh' | 'yaml' | 'text' | '', lines: readonly string[]): Block {
  return { kind: 'code', language, lines };
}

export function footer(...parts: readonly Text[]): Block {
  return { kind: 'footer', parts };
}

export function details(summary: Text, ...blocks: readonly Block[]): Block {
  return { kind: 'details', summary, blocks };
}

export function list(items: readonly (Text | Item)[], options: { readonly ordered?: boolean } & Cuttable = {}): Block {
  return { kind: 'list', items: items.map((item) => ('pieces' in item ? { text: item } : item)), ...options };
}

/** A table of two columns without heads, for a terminal. */
export function rowsOf(rows: readonly (readonly Text[])[]): Block {
  return { kind: 'table', head: [t``, t``], rows };
}

/** A part of the footer of what is not about an account of AWS. */
export const ON_EMULATOR = strongText(t`on a local AWS emulator: nothing in AWS was read or changed`);
