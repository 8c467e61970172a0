import { judgeFindings } from '../../conformance/policy-findings.ts';

const LISTED = [{ policies: ['apply'], issue: 'ESCALATION', subject: /^iam:Put/, reason: 'meant to be so' }];
const finding = (policy: string, issue: string, subject: string) => ({ policy, issue, subject });
const meant = finding('apply', 'ESCALATION', 'iam:PutUserPolicy');

test('a finding is expected only in the policy, of the issue and about the subject that are listed', () => {
  expect(judgeFindings([meant], LISTED)).toEqual({ explained: ['meant to be so'], problems: [] });
  const others = [
    finding('plan', 'ESCALATION', 'iam:PutUserPolicy'),
    finding('apply', 'RESOURCE_STAR', 'iam:PutUserPolicy'),
    finding('apply', 'ESCALATION', 'iam:PassRole'),
  ];
  expect(judgeFindings([meant, ...others], LISTED).problems).toEqual([
    'plan: ESCALATION iam:PutUserPolicy',
    'apply: RESOURCE_STAR iam:PutUserPolicy',
    'apply: ESCALATION iam:PassRole',
  ]);
});

test('a listed reason that explains nothing is a problem', () => {
  expect(judgeFindings([], LISTED).problems).toEqual(['listed, but found no longer: ESCALATION: meant to be so']);
});
