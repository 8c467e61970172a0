/** An expression of Terraform's language. A `template` is a string as in its JSON syntax: `${` and `%{` are escaped already. */
export type Expression =
  | { readonly kind: 'reference'; readonly text: string }
  | { readonly kind: 'template'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly Entry[] }
  | { readonly kind: 'jsonencode'; readonly value: Expression };

/** A name, which may be a template, and its value. */
export type Entry = readonly [name: string, value: Expression];

export interface HclBlock {
  /** Lines above it, without anything that could end a line. */
  readonly comment?: readonly string[];
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: readonly Entry[];
  readonly blocks: readonly HclBlock[];
}

/** Columns of a line that holds a whole list. */
const WIDTH = 100;

/** Blocks as `terraform fmt` leaves them, with a line break at the end. https://developer.hashicorp.com/terraform/language/syntax/configuration */
export function printHcl(blocks: readonly HclBlock[]): string {
  return `${blocks.map((block) => blockLines(block).join('\n')).join('\n\n')}\n`;
}

function blockLines({ comment = [], type, labels, attributes, blocks }: HclBlock): readonly string[] {
  const head = [type, ...labels.map(quoted)].join(' ');
  const nested = blocks.map(blockLines);
  const parts = [...(attributes.length === 0 ? [] : [entryLines(attributes)]), ...nested];
  const body = parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])).map(indented);
  return [...comment.map((line) => `# ${line}`), ...(body.length === 0 ? [`${head} {}`] : [`${head} {`, ...body, '}'])];
}

function indented(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

/** The equals signs of neighbors that are one line each are in one column. */
function entryLines(entries: readonly Entry[]): readonly string[] {
  const printed = entries.map(([name, value]) => ({ name: keyText(name), lines: expressionLines(value, name.length) }));
  const isLong = ({ lines }: (typeof printed)[number]) => lines.length > 1;
  return printed.flatMap(({ name, lines: [first = '', ...more] }, index) => {
    if (more.length > 0) return [`${name} = ${first}`, ...more];
    const end = printed.findIndex((each, at) => at > index && isLong(each));
    const run = printed.slice(
      printed.findLastIndex((each, at) => at < index && isLong(each)) + 1,
      end === -1 ? undefined : end,
    );
    return [`${name.padEnd(Math.max(...run.map((each) => each.name.length)))} = ${first}`];
  });
}

/** Words of the language are no names of entries. */
function keyText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !/^(?:for|if|in|null|true|false)$/.test(name) ? name : quoted(name);
}

function expressionLines(expression: Expression, before: number): readonly string[] {
  switch (expression.kind) {
    case 'reference':
      return [expression.text];
    case 'template':
      return [quoted(expression.text)];
    case 'literal':
      return [String(expression.value)];
    case 'object':
      return expression.entries.length === 0 ? ['{}'] : ['{', ...entryLines(expression.entries).map(indented), '}'];
    case 'list':
      return listLines(expression.items, before);
    case 'jsonencode': {
      const lines = expressionLines(expression.value, before);
      return lines.map((line, index) => {
        const opened = index === 0 ? `jsonencode(${line}` : line;
        return index === lines.length - 1 ? `${opened})` : opened;
      });
    }
  }
}

function listLines(items: readonly Expression[], before: number): readonly string[] {
  const printed = items.map((item) => expressionLines(item, 0));
  const line = `[${printed.map((lines) => lines.join('')).join(', ')}]`;
  if (printed.every((lines) => lines.length === 1) && before + line.length <= WIDTH) return [line];
  return ['[', ...printed.flatMap((lines) => [...lines.slice(0, -1), `${lines.at(-1)},`]).map(indented), ']'];
}

/** JSON's escapes, but for two that the language lacks. */
function quoted(template: string): string {
  const others: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c' };
  return JSON.stringify(template).replace(/\\./g, (pair) => others[pair] ?? pair);
}
