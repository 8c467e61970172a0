import type { Terminal } from '../io.ts';
import { chapterHeading, checkLines, storyLines } from './demo-text.ts';

/** Ends the demo: a chapter did not hold. */
export class ChapterFailed extends Error {
  override readonly name = 'ChapterFailed';
}

/** Tells the demo, and ends it at the first check that does not hold. */
export interface Story {
  chapter(title: string, aside?: string): void;
  /** `texts` stand under each other beside the label. */
  tell(label: string, texts: readonly string[]): void;
  /** `detail` is told where it does not hold. */
  check(text: string, holds: boolean, detail?: string): void;
  readonly checks: number;
  /** Cells of a line, with what stands before a text. */
  readonly width: number;
}

export function tellTo(terminal: Terminal): Story {
  let chapters = 0;
  let checks = 0;
  const { width } = terminal;
  const print = (lines: readonly string[]) => terminal.stdout(`${lines.join('\n')}\n`);
  return {
    chapter(title, aside = '') {
      chapters += 1;
      print([...(chapters === 1 ? [] : ['']), chapterHeading(chapters, title, aside, width)]);
    },
    tell: (label, texts) => print(storyLines(label, texts, width)),
    check(text, holds, detail = '') {
      checks += 1;
      print(checkLines(text, holds, width));
      if (holds) return;
      if (detail !== '') print(storyLines('', detail.split('\n'), width));
      throw new ChapterFailed(text);
    },
    width,
    get checks() {
      return checks;
    },
  };
}
