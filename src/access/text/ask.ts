import type { WhomToAsk } from '../../team/sponsors.ts';
import { dateWords } from '../../text/dates.ts';
import { type Block, paragraph } from '../../text/document.ts';
import { sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';

/** `the sponsor: Ada O'Neill (ada)` */
export function whomText({ as, members }: WhomToAsk, nameOf: (key: string) => Text): Text {
  const who = trusted(as === 'sponsor' ? 'the sponsor' : 'an owner');
  return members.length === 0 ? who : t`${who}: ${someTexts(members.map(nameOf))}`;
}

/** `To change that, ask the sponsor: Ada O'Neill (ada). Access last reviewed 25 Nov 2026.` The day is `YYYY-MM-DD`. */
export function reviewBlocks(
  { reviewed, ask }: { readonly reviewed: string | null; readonly ask: WhomToAsk | null },
  nameOf: (key: string) => Text,
): readonly Block[] {
  const review = reviewed === null ? null : t`Access last reviewed ${trusted(dateWords(reviewed))}.`;
  const whom = ask === null ? null : t`To change that, ask ${whomText(ask, nameOf)}.`;
  return review === null && whom === null ? [] : [paragraph(sentences(whom, review))];
}
