import { closingLine, markdownReport, outcomeOf, type Row, withReport } from '../../conformance/report.ts';

const ROW: Row = {
  account: 'ours',
  provider: 'ours',
  engine: 'Terraform 1.15.5',
  compared: 'changes | drift',
  result: 'equal',
  onPurpose: [],
  problems: [],
  checks: 12,
};
const DIFFERENCE = {
  step: 'create',
  aspect: 'changes',
  subject: 'aws_iam_user.member_bo',
  reference: 'create',
  other: null,
} as const;

describe('what a comparison came to', () => {
  test('no difference is equal', () => {
    expect(outcomeOf({ unexpected: [], explained: [], stale: [] })).toEqual({
      result: 'equal',
      onPurpose: [],
      problems: [],
    });
  });

  test('differences on purpose are counted by their reason and recorded', () => {
    const explained = [{ reason: 'it has no exclusive-policy resources', count: 12 }];
    expect(outcomeOf({ unexpected: [], explained, stale: [] })).toEqual({
      result: 'equal but for 1 difference on purpose',
      onPurpose: ['it has no exclusive-policy resources'],
      problems: [],
    });
  });

  test('an unexpected difference is a problem that says where and what', () => {
    const { result, problems } = outcomeOf({ unexpected: [DIFFERENCE], explained: [], stale: [] });
    expect(result).toBe('1 unexpected difference');
    expect(problems).toEqual(['create, changes: aws_iam_user.member_bo is create in the reference and absent here']);
  });

  test('a reason that explains nothing is a problem too', () => {
    expect(
      outcomeOf({ unexpected: [], explained: [], stale: ['it has no exclusive-policy resources'] }).problems,
    ).toHaveLength(1);
  });
});

test('the table escapes what would end a cell, and lists differences on purpose below', () => {
  const report = markdownReport([ROW, { ...ROW, account: 'moto', result: 'equal but', onPurpose: ['it is laxer'] }]);
  expect(report).toContain('| ours | ours | Terraform 1.15.5 | changes \\| drift | equal |');
  expect(report).toContain('Differences on purpose, moto, ours, Terraform 1.15.5:\n\n- it is laxer');
});

describe('the page', () => {
  const page = 'before\n<!-- conformance: begin -->\nold\n<!-- conformance: end -->\nafter\n';

  test('keeps everything but what stands between its markers', () => {
    expect(withReport(page, 'new')).toBe(
      'before\n<!-- conformance: begin -->\n\nnew\n\n<!-- conformance: end -->\nafter\n',
    );
  });

  test('is the same when the report is', () => {
    const once = withReport(page, 'new') ?? '';
    expect(withReport(once, 'new')).toBe(once);
  });

  test('without markers is not touched', () => {
    expect(withReport('no markers', 'new')).toBeNull();
  });
});

describe('the closing line', () => {
  test('counts what holds and what does not', () => {
    expect(closingLine([ROW, { ...ROW, problems: ['a', 'b'] }])).toBe('22 passed, 2 failed');
  });

  test('never passes more than was looked at', () => {
    expect(closingLine([{ ...ROW, checks: 0, problems: ['the engine did not start'] }])).toBe('0 passed, 1 failed');
  });
});
