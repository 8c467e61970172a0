import { blocksOf } from '../../../src/guardrails/guardrails.ts';
import { usersToSuspend } from '../../../src/review/apply/suspension.ts';
import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { corrections } from '../../../src/review/changes/corrections.ts';
import type { Review } from '../../../src/review/changes/review.ts';
import { type PlanOfReview, reviewOf } from '../../../src/review/changes/review-of.ts';
import { correctionWords } from '../../../src/review/comment/corrections.ts';
import { reviewLines } from '../../../src/review/text/preview.ts';
import { expectGolden } from '../../support/golden.ts';
import { recordedNames } from '../../support/recorded-plan.ts';
import { RECORDED_TEAMS, recordedAsOurs } from '../../support/recorded-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const TOOLS = { engine: 'OpenTofu 1.12.6', provider: 'hashicorp/aws 5.54.0' };

function reviewsOf(name: string): { readonly offline: Review; readonly planned: Review } {
  const [before, after] = RECORDED_TEAMS[name]!;
  const recorded = recordedAsOurs(name);
  const report = classifyPlan(recorded, after.account);
  const plan: PlanOfReview = {
    plan: recorded,
    classification: report,
    blocks: blocksOf(recorded, after, TODAY),
    suspendedDuringApply: usersToSuspend(report.access.before, report.access.after, AT),
    tools: TOOLS,
  };
  const given = { before, after, today: TODAY, at: AT };
  return { offline: reviewOf(given), planned: reviewOf({ ...given, plan }) };
}

const STORY = Object.keys(RECORDED_TEAMS);

test('every recorded plan but the one of another lab is a case', () => {
  expect([...STORY, '18-adopt-after-kill']).toEqual([...recordedNames('.plan.json')]);
});

test.each(STORY)('%s reads as it was looked at', (name) => {
  const { offline, planned } = reviewsOf(name);
  const words = { lab: planned.lab, at: AT };
  const corrected = corrections(offline, planned).map((correction) => correctionWords(correction, words));
  const text = (title: string, review: Review, sentences: readonly string[]) =>
    `== ${title}: ${review.risk}\n\n${reviewLines(review, sentences).join('\n')}\n`;
  expectGolden(`review/${name}.txt`, [text('the files', offline, []), text('the plan', planned, corrected)].join('\n'));
});

const FACTS: Readonly<Record<string, [risk: Review['risk'], people: string, unexplained: number, blocks: string[]]>> = {
  '01-create': ['gains-spending', 'ada+ bo+ dee+ cy+', 0, []],
  '02-nochange': ['nothing', '', 0, []],
  '03-add-member': ['gains-spending', 'eve+', 0, []],
  '04-change-until': ['gains-other', 'eve', 0, []],
  '05-remove-until-unsuspend': ['gains-other', 'cy eve', 0, []],
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

test('where nobody touched the account, a plan says what the files said', () => {
  const quiet = STORY.filter(
    (name) => !['11-drift-refresh-only', '12-drift', '14-user-deleted-by-hand'].includes(name),
  );
  for (const name of quiet) {
    const { offline, planned } = reviewsOf(name);
    expect({ name, corrections: corrections(offline, planned) }).toEqual({ name, corrections: [] });
    expect(planned.people.map(({ user }) => user)).toEqual(offline.people.map(({ user }) => user));
    expect(planned).toMatchObject({ risk: offline.risk, unchanged: offline.unchanged, questions: offline.questions });
  }
});

test('a renamed lab is refused by the files already', () => {
  const { offline, planned } = reviewsOf('16-lab-renamed');
  expect(offline.blocks.map(({ code }) => code)).toEqual(['lab-changed']);
  expect(planned.blocks.map(({ code }) => code)).toEqual(['lab-changed']);
});
