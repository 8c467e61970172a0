import { dayWords } from '../../text/dates.ts';
import { code, joined, type Markdown, md, ours } from '../../text/markdown.ts';
import type { Review } from '../changes/review.ts';
import type { CommentView } from './view.ts';

/** What it is about, and which commit, plan and versions it was made from. */
export function footerText(
  review: Review | null,
  { commit, digest, engine, runUrl, at }: CommentView['footer'],
): string {
  const plan = review?.plan ?? null;
  const planned = digest ?? plan?.digest ?? null;
  const runs = [engine ?? plan?.engine ?? null, plan === null ? null : providerWords(plan.provider)];
  const items = [
    ...(review === null ? [] : [md`${code(review.lab)} in account ${code(review.account)}`]),
    ...(commit === null ? [] : [md`commit ${code(commit.slice(0, 7))}`]),
    ...(planned === null ? [] : [md`plan ${code(planned.slice(0, 12))}`]),
    ...runs.flatMap((each) => (each === null ? [] : [code(each)])),
    ours(timeWords(at)),
    ...runLink(runUrl),
  ];
  return `<sub>${joined(items, ' · ').markdown}</sub>`;
}

function providerWords(provider: string): string {
  return /^\d/.test(provider) ? `AWS provider ${provider}` : provider;
}

/** A link to the run, where its address is known and plain. */
export function runLink(runUrl: string | null): readonly Markdown[] {
  return runUrl !== null && isPlainUrl(runUrl) ? [ours(`[run](${runUrl})`)] : [];
}

/** An address that can end neither the link nor the line that it stands in. */
function isPlainUrl(url: string): boolean {
  return url.length <= 200 && /^https?:\/\/[\w.-]+(:\d+)?(\/[\w.-]+)*\/?$/.test(url);
}

/** `25 Nov 2026 11:04 UTC` */
export function timeWords(at: string): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return '';
  return `${dayWords(moment)} ${moment.toISOString().slice(11, 16)} UTC`;
}
