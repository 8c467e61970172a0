import { code, joined, type Markdown, nameMarkdown, ours, prose } from './markdown.ts';
import { redact } from './redact.ts';
import { visible } from './visible.ts';

/** `ours` are words of this tool; `name` and `code` come from a file or an account; `prose` is a sentence that holds such. */
interface Piece {
  readonly kind: 'ours' | 'name' | 'code' | 'prose';
  readonly text: string;
}

/** A text for people that is written once, for a terminal and for GitHub: what comes from elsewhere is known in it. */
export interface Said {
  readonly pieces: readonly Piece[];
}

/** A template whose words are ours. Strings that are put in become names: that is what happens when nobody thinks of it. */
export function said(words: TemplateStringsArray, ...values: readonly (string | number | Said)[]): Said {
  return {
    pieces: words.flatMap((text, index): readonly Piece[] => {
      const value = values[index];
      const after: readonly Piece[] =
        value === undefined
          ? []
          : typeof value === 'string'
            ? [{ kind: 'name', text: value }]
            : typeof value === 'number'
              ? [{ kind: 'ours', text: String(value) }]
              : value.pieces;
      return text === '' ? after : [{ kind: 'ours', text }, ...after];
    }),
  };
}

/** Words of ours that are no template, such as those of a table. */
export function sayOurs(text: string): Said {
  return { pieces: [{ kind: 'ours', text }] };
}

/** A key, a name of IAM, a command: in code where there is such a thing. */
export function sayCode(text: string): Said {
  return { pieces: [{ kind: 'code', text }] };
}

/** A sentence that was written for a terminal and holds texts from elsewhere. */
export function sayProse(text: string): Said {
  return { pieces: [{ kind: 'prose', text }] };
}

export function sayJoined(items: readonly Said[], separator: string): Said {
  return {
    pieces: items.flatMap(({ pieces }, index) =>
      index === 0 ? pieces : [{ kind: 'ours', text: separator }, ...pieces],
    ),
  };
}

/** `a`, `a and b`, `a, b and c` */
export function sayListed(items: readonly Said[]): Said {
  const last = items.at(-1);
  if (last === undefined || items.length === 1) return last ?? sayOurs('');
  return said`${sayJoined(items.slice(0, -1), ', ')} and ${last}`;
}

/** All of a few, and of many how many more there are. */
export function saySome(items: readonly Said[]): Said {
  if (items.length <= 4) return sayListed(items);
  return said`${sayJoined(items.slice(0, 3), ', ')} and ${items.length - 3} others`;
}

/** Sentences, those left out that say nothing. */
export function saySentences(...items: readonly (Said | null)[]): Said {
  return sayJoined(
    items.flatMap((item) => (item === null || isSilent(item) ? [] : [item])),
    ' ',
  );
}

export function isSilent({ pieces }: Said): boolean {
  return pieces.every(({ text }) => text === '');
}

/** As a line of a terminal. */
export function plainOf({ pieces }: Said): string {
  return pieces.map(({ kind, text }) => (kind === 'ours' ? text : visible(text))).join('');
}

/** As GitHub-flavoured Markdown on one line; account ids and ARNs are shortened unless `reveal`. */
export function markdownOf({ pieces }: Said, reveal: boolean): Markdown {
  return joined(
    pieces.map(({ kind, text }) => {
      const shown = redact(text, reveal);
      if (kind === 'ours') return ours(shown);
      return kind === 'name' ? nameMarkdown(shown) : kind === 'code' ? code(shown, LONGEST_CODE) : prose(shown);
    }),
    '',
  );
}

/** The longest name of IAM has 128 characters; the id of a finding may hold two of them. */
const LONGEST_CODE = 300;
