import { diffAccess } from '../../../src/access/diff.ts';
import { blocksOf } from '../../../src/guardrails/guardrails.ts';
import { usersToSuspend } from '../../../src/review/apply/suspension.ts';
import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { type PlanView, planLines, refusalLines } from '../../../src/review/text/plan.ts';
import { iamName } from '../../../src/team/names.ts';
import { expectGolden } from '../../support/golden.ts';
import { recordedNames, recordedPlan } from '../../support/recorded-plan.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const NAMES = [
  { key: 'ada', name: "Ada O'Neill" },
  { key: 'bo', name: 'Bo Chen' },
  { key: 'cy', name: 'Cy Moreau' },
  { key: 'dee', name: 'Dee Okafor' },
  { key: 'eve', name: 'Eve Lindqvist' },
];
const naming = {
  lab: 'perception-lab',
  people: new Map(NAMES.map((person) => [iamName('perception-lab', person.key), person])),
};

function viewOf(name: string): PlanView {
  const plan = recordedPlan(name);
  const report = classifyPlan(plan, '123456789012');
  const { before, after } = report.access;
  return {
    plan,
    classification: report,
    change: diffAccess(before, after, AT),
    blocks: blocksOf(plan, { ...sampleTeam, departed: [] }, TODAY),
    imported: [],
    suspendedDuringApply: usersToSuspend(before, after, AT),
  };
}

test.each(recordedNames('.plan.json'))('%s reads as it was looked at', (name) => {
  const view = viewOf(name);
  const plan = planLines(view, naming, { resources: false });
  const refusal = refusalLines(view.blocks);
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`== ${title}`, '', ...lines, ''];
  expectGolden(`plans/${name}.txt`, [...part('plan', plan), ...part('refused', refusal)].join('\n'));
});

test('--resources lists every resource that changes, and none that does not', () => {
  const view = viewOf('03-add-member');
  const lines = planLines(view, naming, { resources: true }).filter((line) => /^ {2}[+~-]/.test(line));
  const changing = view.plan.changes.filter(({ change }) => change.actions.join() !== 'no-op');
  expect(lines).toHaveLength(changing.length);
  for (const { address } of changing) expect(lines.join('\n')).toContain(address);
});

test('what somebody is held for is said by name', () => {
  const view = { ...viewOf('03-add-member'), suspendedDuringApply: ['perception-lab-bo'] };
  expect(planLines(view, naming, { resources: false, width: 200 }).join('\n')).toContain(
    'Bo Chen may do nothing while this is applied',
  );
});
