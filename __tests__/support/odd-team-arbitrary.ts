import fc from 'fast-check';

/** A team file with comments at odd places, in a style of its own for every entry. */
export interface OddFile {
  readonly text: string;
  readonly members: readonly string[];
}

const COMMENT = fc.constantFrom('#', '# note', '#!x', '# "quoted: [no', "# it's {", '# 注釈 👋');
const NAME = fc.constantFrom(
  'Bo Chen',
  "Ada O'Neill",
  '李小龍',
  'Nguyễn Thị Ánh',
  'Zoë: #1',
  '👩‍🔬',
  '- x',
  '2027-05-31',
  'yes',
);
const UNTIL = fc.option(fc.constantFrom('"2027-05-31"', "'2027-05-31'"));

interface Style {
  readonly flow: boolean;
  readonly padded: boolean;
  readonly step: number;
  readonly dash: number | null;
  readonly multi: boolean;
  readonly comma: boolean;
}

const STYLE: fc.Arbitrary<Style> = fc.record({
  ...{ flow: fc.boolean(), padded: fc.boolean(), step: fc.constantFrom(2, 3, 4) },
  ...{ dash: fc.option(fc.constantFrom(0, 2)), multi: fc.boolean(), comma: fc.boolean() },
});

const MEMBER = fc.record({
  ...{ name: NAME, until: UNTIL, roles: fc.subarray(['r', 's', 't'], { minLength: 1 }), style: STYLE },
  ...{ beside: fc.option(COMMENT), inside: fc.option(COMMENT), below: fc.option(fc.tuple(COMMENT, fc.nat(8))) },
  ...{ above: fc.option(fc.tuple(COMMENT, fc.nat(8))), empty: fc.nat(2) },
});

/** Files with 1 to 5 members, of which all but the comments follows the schema. */
export const ODD_FILES: fc.Arbitrary<OddFile> = fc
  .record({
    list: fc.array(MEMBER, { minLength: 1, maxLength: 5 }),
    indent: fc.constantFrom(2, 4),
    ...{ crlf: fc.boolean(), mark: fc.boolean(), newline: fc.boolean(), membersLast: fc.boolean() },
    tail: fc.option(COMMENT),
  })
  .map(({ list, indent, crlf, mark, newline, membersLast, tail }) => {
    const members = list.map((_member, index) => ['ada', 'bo', 'cy', 'dee', 'eve'][index] ?? '');
    const head = 'version: 1\nlab: l\naccount: "123456789012"\nowners: [ada]\nroles:\n  r: { allow: [results:read] }\n';
    const entries = list.map((member, index) => memberText(members[index] ?? '', member, ' '.repeat(indent)));
    const section = `members:${tail === null ? '' : ` ${tail}`}\n${entries.join('')}`;
    const others = 'departed: {}\nfreeze: [] # brake\n';
    const text = membersLast ? `${head}${others}${section}` : `${head}${section}${others}`;
    const whole = newline ? text : text.trimEnd();
    return { text: `${mark ? '\uFEFF' : ''}${crlf ? whole.replaceAll('\n', '\r\n') : whole}`, members };
  });

type MemberParts = typeof MEMBER extends fc.Arbitrary<infer Parts> ? Parts : never;

function memberText(key: string, member: MemberParts, indent: string): string {
  const { name, until, roles, style, beside, inside, below, above, empty } = member;
  const at = (comment: readonly [string, number] | null) =>
    comment === null ? '' : `${' '.repeat(comment[1])}${comment[0]}\n`;
  const after = (comment: string | null) => (comment === null ? '' : ` ${comment}`);
  const list = `[${roles.join(', ')}]`;
  const fields = [`name: ${JSON.stringify(name)}`, ...(until === null ? [] : [`until: ${until}`]), `roles: ${list}`];
  const deeper = indent + ' '.repeat(style.step);
  const [open, close] = style.padded ? ['{ ', ' }'] : ['{', '}'];
  const body = !style.flow
    ? `${after(beside)}\n${[...fields.slice(0, -1), rolesText(roles, style, deeper)].map((field, index) => `${deeper}${field}${index === 0 ? after(inside) : ''}\n`).join('')}`
    : style.multi
      ? ` {\n${fields.map((field, index) => `${deeper}${field}${index < fields.length - 1 || style.comma ? ',' : ''}${index === 0 ? after(inside) : ''}\n`).join('')}${indent}}${after(beside)}\n`
      : ` ${open}${fields.join(', ')}${close}${after(beside)}\n`;
  return `${at(above)}${indent}${key}:${body}${at(below)}${'\n'.repeat(empty)}`;
}

function rolesText(roles: readonly string[], { dash }: Style, deeper: string): string {
  if (dash === null) return `roles: [${roles.join(', ')}]`;
  return `roles:${roles.map((role) => `\n${deeper}${' '.repeat(dash)}- ${role}`).join('')}`;
}
