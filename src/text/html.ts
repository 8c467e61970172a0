import type { Block } from './document.ts';
import { redact, visible } from './escape.ts';
import { cut } from './markdown.ts';
import { isEmptyText, joinTexts, type Text } from './text.ts';

/** Markup of this repository. Foreign text is in it only escaped, redacted and with invisible characters spelled out. */
export interface Html {
  readonly markup: string;
}

type HtmlValue = string | number | Text | Html | readonly Html[];

/** A template whose literal parts are markup. An interpolated string becomes text, also inside a quoted attribute. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { markup: literals.map((markup, index) => `${markup}${markupOf(values[index] ?? '')}`).join('') };
}

/** Markup that was not written by `html`, such as a style sheet. Never foreign text. */
export function rawHtml(markup: string): Html {
  return { markup };
}

export const NO_HTML = rawHtml('');

function markupOf(value: HtmlValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeHtml(value);
  if ('markup' in value) return value.markup;
  return 'pieces' in value ? textMarkup(value) : value.map(({ markup }) => markup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as pages show it: redacted, and with invisible characters spelled out. */
export function safeText(text: string): string {
  return visible(redact(text, false));
}

function escapeHtml(text: string): string {
  return safeText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A name, a key or a sentence is cut after so many characters; it ends within its own element, whatever its direction. */
const LONGEST = { name: 80, code: 300, prose: 1200 };

function textMarkup({ pieces }: Text): string {
  return pieces.map(pieceMarkup).join('');
}

function pieceMarkup(piece: Text['pieces'][number]): string {
  switch (piece.kind) {
    case 'trusted':
    case 'prose':
      return escapeHtml(cut(piece.text, LONGEST.prose));
    case 'risk':
      return `<b class="risk">${escapeHtml(piece.text)}</b>`;
    case 'name':
    case 'person':
      return `<bdi>${escapeHtml(cut(piece.text, LONGEST.name))}</bdi>`;
    case 'code':
      return `<code>${escapeHtml(cut(piece.text, LONGEST.code))}</code>`;
    case 'strong':
      return `<strong>${textMarkup(piece.content)}</strong>`;
    case 'link':
      return textMarkup(piece.content);
    case 'sign':
      return '';
    case 'break':
      return '<br>';
  }
}

/** Blocks as HTML; a heading of level 2 becomes one of level `top`. Rows of two columns without heads become a list of terms. */
export function printHtml(blocks: readonly Block[], top = 2): Html {
  return rawHtml(blocks.map((block) => blockHtml(block, top).markup).join(''));
}

function blockHtml(block: Block, top: number): Html {
  switch (block.kind) {
    case 'heading':
      return html`<h${block.level - 2 + top}>${block.text}</h${block.level - 2 + top}>`;
    case 'paragraph':
      return isEmptyText(block.text) ? NO_HTML : html`<p>${block.text}</p>`;
    case 'alert':
      return html`<div class="alert ${block.level}">${block.lines.map((line) => html`<p>${line}</p>`)}</div>`;
    case 'list': {
      if (block.items.length === 0) return NO_HTML;
      const items = block.items.map(({ text, blocks = [] }) => html`<li>${text}${printHtml(blocks, top)}</li>`);
      return block.ordered === true ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case 'table':
      return tableHtml(block.head, block.rows);
    case 'sections':
      return html`${block.sections.map((section) => printHtml(section, top))}`;
    case 'details':
      return html`<details><summary>${block.summary}</summary>${printHtml(block.blocks, top)}</details>`;
    case 'code':
      return html`<pre><code>${block.lines.map((line) => html`${line}\n`)}</code></pre>`;
    case 'footer':
      return html`<p class="small">${joinTexts(block.parts, ' · ')}</p>`;
  }
}

function tableHtml(head: readonly Text[], rows: readonly (readonly Text[])[]): Html {
  if (rows.length === 0) return NO_HTML;
  if (head.every(isEmptyText) && head.length <= 2) {
    // A row without a term continues the row before it.
    const terms = rows.map(([term, text]) => [
      term === undefined || isEmptyText(term) ? NO_HTML : html`<dt>${term}</dt>`,
      text === undefined ? NO_HTML : html`<dd>${text}</dd>`,
    ]);
    return html`<dl>${terms.flat()}</dl>`;
  }
  const cells = ([first, ...rest]: readonly Text[]) =>
    html`<tr><th scope="row">${first ?? ''}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  const heads = head.map((cell) => html`<th scope="col">${cell}</th>`);
  return html`<table><thead><tr>${heads}</tr></thead><tbody>${rows.map(cells)}</tbody></table>`;
}
