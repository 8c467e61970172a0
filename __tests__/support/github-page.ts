import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** GitHub-flavoured Markdown as HTML, by an independent implementation. HTML in it is kept, as on GitHub. */
export function htmlOf(markdown: string): string {
  return micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
}

/** A page that shows them about as GitHub does, and says in `data-` attributes of its body how large it is. */
export function pageOf(...comments: readonly string[]): string {
  const articles = comments.map((markdown) => `<article>${withAlerts(htmlOf(markdown))}</article>`).join('\n');
  return `<!doctype html><meta charset="utf-8"><title>comment</title><style>${STYLE}</style><body>${articles}${MEASURE}</body>`;
}

/** https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts */
function withAlerts(html: string): string {
  return html.replace(
    /<blockquote>\n<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\n/g,
    (_, kind: string) =>
      `<blockquote class="${kind.toLowerCase()}"><p><strong>${kind[0]}${kind.slice(1).toLowerCase()}</strong></p><p>`,
  );
}

const MEASURE = `<script>
const wide = [...document.querySelectorAll('article')].filter((one) => one.scrollWidth > one.clientWidth + 1);
Object.assign(document.body.dataset, {
  height: Math.ceil(document.body.getBoundingClientRect().height + 32),
  overflow: document.documentElement.scrollWidth > innerWidth ? 'page' : wide.length > 0 ? 'comment' : 'none',
});
</script>`;

const STYLE = `
body { margin: 16px; background: #fff; color: #1f2328; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
article { max-width: 860px; border: 1px solid #d1d9e0; border-radius: 6px; padding: 16px; overflow-wrap: break-word; }
h3 { font-size: 1.25em; margin: 0 0 16px; line-height: 1.25; }
p, ul, ol, table, pre, details { margin: 0 0 16px; }
ul, ol { padding-left: 2em; } li + li { margin-top: .25em; } li > p { margin: 0 0 8px; }
table { border-collapse: collapse; display: block; width: max-content; max-width: 100%; overflow: auto; }
th, td { border: 1px solid #d1d9e0; padding: 6px 13px; } tr:nth-child(2n) { background: #f6f8fa; } th { font-weight: 600; }
code, pre { font: 85%/1.45 ui-monospace, "DejaVu Sans Mono", monospace; background: #818b981f; border-radius: 6px; }
code { padding: .2em .4em; white-space: break-spaces; } pre { padding: 16px; overflow: auto; background: #f6f8fa; } pre code { padding: 0; background: none; font-size: 100%; white-space: pre; }
blockquote { margin: 0 0 16px; padding: 8px 16px; border-left: 4px solid #d1d9e0; } blockquote p { margin: 0 0 8px; } blockquote > :last-child { margin: 0; }
.warning { border-color: #9a6700; } .warning p:first-child { color: #9a6700; } .caution { border-color: #cf222e; } .caution p:first-child { color: #d1242f; }
summary { cursor: pointer; } sub { font-size: 75%; color: #59636e; } a { color: #0969da; }
`;

/** One thing of an HTML text. */
type Token = { readonly tag: string } | { readonly text: string };

/** Good enough for what the renderer writes: quoted attributes only. */
function tokensOf(html: string): readonly Token[] {
  return html
    .split(/(<!--.*?-->|<\/?[a-zA-Z][^>]*>)/s)
    .filter((part) => part !== '')
    .map((part) => (/^<[!/a-zA-Z]/.test(part) ? { tag: part } : { text: part }));
}

/** The tags alone, without code spans: what a text from elsewhere must not be able to change. */
export function skeletonOf(html: string): string {
  return tokensOf(html)
    .flatMap((token) => ('tag' in token && !/^<\/?code/.test(token.tag) ? [token.tag] : []))
    .join('')
    .replace(/ class="language-\w+"/g, '');
}

/** The text as a reader sees it, without what is in code. */
export function textOutsideCode(html: string): string {
  let depth = 0;
  let text = '';
  for (const token of tokensOf(html)) {
    if ('tag' in token) {
      if (/^<code/.test(token.tag)) depth += 1;
      if (/^<\/code/.test(token.tag)) depth -= 1;
      // A code span stands for some word: what surrounds it does not grow together.
      if (/^<code/.test(token.tag)) text += '\u{fffc}';
    } else if (depth === 0) text += decoded(token.text);
  }
  return text;
}

/** The text in code, in the order of the page. */
export function codeTexts(html: string): readonly string[] {
  return [...html.matchAll(/<code[^>]*>(.*?)<\/code>/gs)].map(([, text = '']) => decoded(text));
}

function decoded(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&lrm;', '\u200e')
    .replaceAll('&amp;', '&');
}

/**
 * What GitHub makes out of plain text after Markdown: mentions, references to issues, pull requests and commits, emoji,
 * formulas and links. https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
export const GITHUB_MAKES: Readonly<Record<string, RegExp>> = {
  mention: /@[a-z\d]/i,
  issue: /(^|[^\w&])#\d/,
  'issue of another repository': /[\w.-]+\/[\w.-]+#\d/,
  'GH issue': /\bGH-\d/i,
  'reference of a tracker': /\b[A-Z]+-\d/,
  commit: /\b[0-9a-f]{7,40}\b/i,
  emoji: /:[a-z\d_+-]+:/i,
  formula: /\$/,
  address: /https?:|www\.|\w@\w|ftp:|mailto:|xmpp:/i,
};
