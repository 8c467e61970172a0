import fc from 'fast-check';
import { alert, codeBlock, details, footer, heading, list, paragraph, rowsOf } from '../../src/text/document.ts';
import { html, printHtml } from '../../src/text/html.ts';
import { codeText, lineBreak, linkText, proseText, riskText, signText, strongText, t } from '../../src/text/text.ts';
import { hostileText } from '../support/hostile-text.ts';

const printed = (...blocks: Parameters<typeof printHtml>[0]) => printHtml(blocks).markup;

test.each([
  ['a heading, at the level of the page', printHtml([heading(3, t`Bo`)], 3).markup, '<h4>Bo</h4>'],
  ['a paragraph, and nothing for an empty one', printed(paragraph(t`Hi`), paragraph(t``)), '<p>Hi</p>'],
  ['a box', printed(alert('warning', t`One`, null, t`Two`)), '<div class="alert warning"><p>One</p><p>Two</p></div>'],
  ['a list', printed(list([t`a`, { text: t`b`, blocks: [paragraph(t`c`)] }])), '<ul><li>a</li><li>b<p>c</p></li></ul>'],
  ['an ordered list', printed(list([t`a`], { ordered: true })), '<ol><li>a</li></ol>'],
  [
    'rows without heads, of which one continues another',
    printed(
      rowsOf([
        [t`reads`, t`a`],
        [t``, t`b`],
      ]),
    ),
    '<dl><dt>reads</dt><dd>a</dd><dd>b</dd></dl>',
  ],
  ['no rows', printed(rowsOf([])), ''],
  [
    'a table, whose first column names its rows',
    printed({ kind: 'table', head: [t`Member`, t`Role`, t`Day`], rows: [[t`Bo`, t`payer`, t`today`]] }),
    '<table><thead><tr><th scope="col">Member</th><th scope="col">Role</th><th scope="col">Day</th></tr></thead>' +
      '<tbody><tr><th scope="row">Bo</th><td>payer</td><td>today</td></tr></tbody></table>',
  ],
  ['sections', printed({ kind: 'sections', sections: [[paragraph(t`a`)], [paragraph(t`b`)]] }), '<p>a</p><p>b</p>'],
  ['folded blocks', printed(details(t`More`, paragraph(t`a`))), '<details><summary>More</summary><p>a</p></details>'],
  ['code', printed(codeBlock('sh', ['a < b', 'c'])), '<pre><code>a &lt; b\nc\n</code></pre>'],
  ['a footer', printed(footer(t`a`, t`b`)), '<p class="small">a · b</p>'],
  [
    'every kind of text',
    html`${t`${signText('+')}${'Bo'} ${codeText('bo')} ${strongText(t`can`)} ${riskText('spend')}${lineBreak}${proseText('as said')} ${linkText(t`there`, 'https://example.org/')}`}`
      .markup,
    '<bdi>Bo</bdi> <code>bo</code> <strong>can</strong> <b class="risk">spend</b><br>as said there',
  ],
])('%s', (_what, markup, expected) => expect(markup).toBe(expected));

test('no text becomes markup or leaves its attribute, and none keeps an account id', () => {
  const TAGS =
    /<\/?(?:h2|p|dl|dt|dd|ul|li|div|bdi|code|pre|strong|table|thead|tbody|tr|th|td|details|summary)(?: (?:class|scope|title)="[^"<>]*")*>/g;
  fc.assert(
    fc.property(hostileText(), (text) => {
      const every = t`${text} ${codeText(text)} ${strongText(t`${text}`)} ${proseText(text)}`;
      const head = [t`${text}`, every, t`${text}`];
      const blocks = [heading(2, every), list([every]), rowsOf([[every, every]]), codeBlock('', [text])];
      const table = { kind: 'table', head, rows: [head] } as const;
      const all = printed(...blocks, table, details(every, paragraph(every)));
      const markup = `${all}${html`<p title="${text}">${`123456789012 ${text}`}</p>`.markup}`;
      expect(markup.replace(TAGS, '')).not.toMatch(/[<>]/);
      expect(markup).not.toContain('123456789012');
    }),
  );
});
