import { linesOf, positionOf } from '../../src/diagnostics/positions.ts';
import { type Diagnostic, printDiagnostic, printDiagnostics } from '../../src/text/diagnostic.ts';
import { codeText, t } from '../../src/text/text.ts';

const source = 'roles:\n  paymaster:\n    allow: [GrantBonus, pay:reject]\n';
const from = source.indexOf('GrantBonus');
const RETIRED: Diagnostic = {
  severity: 'error',
  code: 'retired-operation',
  problem: {
    summary: t`${codeText('GrantBonus')} no longer exists`,
    reason: t`renamed to ${codeText('SendBonus')} in 2017`,
    state: null,
    help: t`use ${codeText('SendBonus')}`,
    paste: ['allow: [SendBonus, pay:reject]'],
  },
  place: {
    file: 'labs/a,b:c%.yaml',
    position: positionOf(linesOf(source), from, from + 'GrantBonus'.length),
    source,
    path: ['roles', 'paymaster', 'allow', 0],
  },
};
const print = (diagnostic: Diagnostic, format: 'text' | 'json' | 'github' = 'text') =>
  printDiagnostics([diagnostic], { format, color: false, total: '1 error' });

test('an error has its place, an excerpt, the reason, the help and lines to paste', () => {
  expect(print(RETIRED)).toBe(`error[retired-operation]: \`GrantBonus\` no longer exists
  --> labs/a,b:c%.yaml:3:13
   3 |     allow: [GrantBonus, pay:reject]
     |             ^^^^^^^^^^
  reason: renamed to \`SendBonus\` in 2017
  help: use \`SendBonus\`
    allow: [SendBonus, pay:reject]

1 error
`);
});

test('an annotation names file and columns, and no text of it ends a property or begins a command', () => {
  const summary = t`${codeText('a,b: 100%\n::error::x')}`;
  const printed = print({ ...RETIRED, problem: { ...RETIRED.problem, summary } }, 'github');
  const [head, data] = printed.split('(retired-operation)::');
  expect(head).toMatch(/^::error file=labs\/a%2Cb%3Ac%25\.yaml,line=3,endLine=3,col=13,endColumn=23,title=[^,:]+$/);
  expect(head).toContain('100%25<U+000A>%3A%3Aerror');
  expect(data).toBe('renamed to `SendBonus` in 2017%0Ause `SendBonus`%0Aallow: [SendBonus, pay:reject]\n1 error\n');
});

test('JSON has the parts as plain text, and the section that explains the code', () => {
  expect(JSON.parse(print(RETIRED, 'json'))).toEqual({
    version: 1,
    findings: [
      {
        code: 'retired-operation',
        severity: 'error',
        summary: '`GrantBonus` no longer exists',
        reason: 'renamed to `SendBonus` in 2017',
        help: 'use `SendBonus`\nallow: [SendBonus, pay:reject]',
        docs: 'docs/reference/findings-file.md#retired-operation',
        path: 'roles.paymaster.allow[0]',
        file: 'labs/a,b:c%.yaml',
        line: 3,
        column: 13,
      },
    ],
  });
});

/** Half of them warnings. */
const many = (count: number) =>
  Array.from(
    { length: count },
    (_, index): Diagnostic => (index % 2 === 0 ? { ...RETIRED, severity: 'warning', code: 'unused' } : RETIRED),
  );

test.each([
  ['github', 10],
  ['text', 100],
] as const)('%s shows %i errors before as many warnings, and says how to see the rest', (format, most) => {
  const findings = many(2 * most + 6);
  const printed = printDiagnostics(findings, { format, color: false, total: 'all of them' });
  expect(printed.match(/no longer exists/g)).toHaveLength(2 * most);
  expect(printed.lastIndexOf('retired-operation')).toBeLessThan(printed.indexOf('warning'));
  expect(printed).toContain('3 more errors and 3 more warnings not shown; --json prints all of them');
  const json = JSON.parse(printDiagnostics(findings, { format: 'json', color: false, total: '' }));
  expect(json.findings).toHaveLength(2 * most + 6);
});

test('color adds escape sequences alone', () => {
  const painted = printDiagnostic(RETIRED, true);
  expect(painted).toContain('\u001B[31merror[retired-operation]');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is taken away
  expect(painted.replace(/\u001B\[\d+m/g, '')).toBe(printDiagnostic(RETIRED, false));
});
