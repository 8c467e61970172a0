import { lineStartsOf, positionOf } from '../../src/diagnostics/positions.ts';
import {
  annotation,
  type Diagnostic,
  diagnosticJson,
  printDiagnostic,
  printDiagnostics,
} from '../../src/text/diagnostic.ts';
import { codeText, t } from '../../src/text/text.ts';

const source = 'roles:\n  paymaster:\n    allow: [GrantBonus, pay:reject]\n';
const from = source.indexOf('GrantBonus');
const RETIRED: Diagnostic = {
  severity: 'error',
  code: 'retired-operation',
  summary: t`${codeText('GrantBonus')} no longer exists`,
  place: {
    file: 'labs/a,b:c%.yaml',
    position: positionOf(lineStartsOf(source), from, from + 'GrantBonus'.length),
    source,
    path: 'roles.paymaster.allow[0]',
  },
  reason: t`renamed to ${codeText('SendBonus')} in 2017`,
  help: t`use ${codeText('SendBonus')}`,
  lines: ['allow: [SendBonus, pay:reject]'],
};
const FAILURE: Diagnostic = {
  severity: 'error',
  code: 'credentials-missing',
  summary: t`no AWS credentials found`,
  state: t`nothing was changed`,
};

test('an error has its place, an excerpt, the reason, the help and lines to paste', () => {
  expect(printDiagnostic(RETIRED, { color: false })).toBe(`error[retired-operation]: \`GrantBonus\` no longer exists
  --> labs/a,b:c%.yaml:3:13
   3 |     allow: [GrantBonus, pay:reject]
     |             ^^^^^^^^^^
  reason: renamed to \`SendBonus\` in 2017
  help: use \`SendBonus\`
    allow: [SendBonus, pay:reject]`);
});

test('a failure without a place says in what state things are', () => {
  expect(printDiagnostic(FAILURE, { color: false })).toBe(
    'error[credentials-missing]: no AWS credentials found\n  state: nothing was changed',
  );
});

test('an annotation names file and columns, and no text of it ends a property or begins a command', () => {
  const [head, data] = annotation({ ...RETIRED, summary: t`${codeText('a,b: 100%\n::error::x')}` }).split(
    '(retired-operation)::',
  );
  expect(head).toMatch(/^::error file=labs\/a%2Cb%3Ac%25\.yaml,line=3,endLine=3,col=13,endColumn=23,title=[^,:]+$/);
  expect(head).toContain('100%25<U+000A>%3A%3Aerror');
  expect(data).toBe('renamed to `SendBonus` in 2017%0Ause `SendBonus`%0Aallow: [SendBonus, pay:reject]');
});

test('JSON has the parts as plain text, and the section that explains the code', () => {
  expect(diagnosticJson(RETIRED)).toMatchObject({
    code: 'retired-operation',
    summary: '`GrantBonus` no longer exists',
    docs: 'docs/reference/findings.md#retired-operation',
    path: 'roles.paymaster.allow[0]',
    line: 3,
    column: 13,
  });
  expect(diagnosticJson(FAILURE)).not.toHaveProperty('line');
});

test.each(['text', 'github'] as const)('%s shows ten errors before ten warnings and counts the rest', (format) => {
  const many = Array.from(
    { length: 26 },
    (_, index): Diagnostic => (index % 2 === 0 ? { ...FAILURE, severity: 'warning', code: 'w' } : FAILURE),
  );
  const printed = printDiagnostics(many, { format, color: false, total: '26 of them' });
  expect(printed.match(/no AWS credentials found/g)).toHaveLength(20);
  expect(printed.lastIndexOf('credentials-missing')).toBeLessThan(printed.indexOf('warning'));
  expect(printed).toContain('3 more errors and 3 more warnings not shown; --format json prints all of them');
  expect(printed.trimEnd().endsWith('26 of them')).toBe(true);
  expect(JSON.parse(printDiagnostics(many, { format: 'json', color: false, total: '' })).findings).toHaveLength(26);
});

test('color adds escape sequences alone', () => {
  const painted = printDiagnostic(RETIRED, { color: true });
  expect(painted).toContain('\u001B[31merror[retired-operation]\u001B[39m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is taken away
  expect(painted.replace(/\u001B\[\d+m/g, '')).toBe(printDiagnostic(RETIRED, { color: false }));
});
