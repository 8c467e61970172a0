import { blocksOf } from '../../../src/guardrails/guardrails.ts';
import { usersToSuspend } from '../../../src/review/apply/suspension.ts';
import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { type PlanOfReview, reviewOf } from '../../../src/review/changes/review.ts';
import type { Review } from '../../../src/review/manifest/schema.ts';
import type { Ruled } from '../../../src/review/rule/ruled.ts';
import { recordedNames } from '../../support/recorded-plan.ts';
import { RECORDED_TEAMS, recordedAsOurs } from '../../support/recorded-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);

function reviewsOf(
  name: string,
  withheld: Ruled['withheld'] = [],
): { readonly preview: Review; readonly planned: Review } {
  const [before, after] = RECORDED_TEAMS[name]!;
  const recorded = recordedAsOurs(name);
  const report = classifyPlan(recorded, after.account);
  const plan: PlanOfReview = {
    plan: recorded,
    classification: report,
    blocks: blocksOf(recorded, after, TODAY),
    suspendedDuringApply: usersToSuspend(report.access.before, report.access.after, AT),
    ruled: { team: after, withheld },
  };
  const given = { before, after, today: TODAY, at: AT };
  return { preview: reviewOf(given), planned: reviewOf({ ...given, plan }) };
}

const RECORDED = Object.keys(RECORDED_TEAMS);

test('every recorded plan but the one of another lab is a case', () => {
  expect([...RECORDED, '18-adopt-after-kill']).toEqual([...recordedNames('.plan.json')]);
});

const FACTS: Readonly<Record<string, [risk: Review['risk'], people: string, unexplained: number, blocks: string[]]>> = {
  '01-create': ['gains-spending', 'ada+ bo+ dee+ cy+', 0, []],
  '02-nochange': ['nothing', '', 0, []],
  '03-add-member': ['gains-spending', 'eve+', 0, []],
  '04-change-until': ['gains-spending', 'eve', 0, []],
  '05-remove-until-unsuspend': ['gains-spending', 'eve cy', 0, []],
  '06-role-loses-bonus': ['loses', 'dee', 0, []],
  '07-freeze': ['loses', 'ada bo dee eve', 0, []],
  '08-unfreeze': ['gains-spending', 'ada bo dee eve', 0, []],
  '09-member-leaves-with-keys': ['identity-deleted', 'eve-', 0, []],
  '10-role-removed': ['loses', 'dee', 0, []],
  '12-drift': ['boundary-changed', 'dee bo cy stranger', 12, []],
  '13-after-drift': ['nothing', '', 0, []],
  '14-user-deleted-by-hand': ['gains-other', 'cy+', 2, []],
  '15-after': ['nothing', '', 0, []],
  '17-almost-all-leave': ['identity-deleted', 'bo- cy- dee-', 0, []],
};

test.each(Object.entries(FACTS))(
  '%s: risk, people, what is unexplained, blocks',
  (name, [risk, people, unexplained, blocks]) => {
    const { planned } = reviewsOf(name);
    const signs = { joins: '+', leaves: '-', changed: '' };
    expect(planned).toMatchObject({ risk });
    expect(planned.people.map(({ key, user, change }) => `${key ?? user}${signs[change.kind]}`).join(' ')).toBe(people);
    expect(planned.unexplained).toHaveLength(unexplained);
    expect(planned.blocks.map(({ code }) => code)).toEqual(blocks);
  },
);

test('without manual changes, a plan has the people of its preview', () => {
  const quiet = RECORDED.filter((name) => !['12-drift', '14-user-deleted-by-hand'].includes(name));
  for (const name of quiet) {
    const { preview, planned } = reviewsOf(name);
    expect(planned.people.map(({ user }) => user)).toEqual(preview.people.map(({ user }) => user));
    expect(planned).toMatchObject({ risk: preview.risk, unchanged: preview.unchanged, questions: preview.questions });
  }
});

test('a renamed lab is blocked by the preview already', () => {
  const { preview, planned } = reviewsOf('16-lab-renamed');
  expect(preview.blocks.map(({ code }) => code)).toEqual(['lab-changed']);
  expect(planned.blocks.map(({ code }) => code)).toEqual(['lab-changed']);
});

test('members with something withheld are named, and do not count as unchanged', () => {
  const of = (key: string, kind: 'member' | 'role') =>
    ({ kind: 'name-taken', of: kind, key, operations: [], found: null }) as const;
  const { planned } = reviewsOf('02-nochange', [of('bo', 'member'), of('results-reader', 'role')]);
  expect(planned.withheld.map(({ key, name }) => [key, name])).toEqual([
    ['bo', 'Bo Chen'],
    ['results-reader', null],
  ]);
  expect(planned.unchanged).toBe(reviewsOf('02-nochange').planned.unchanged - 1);
});
