import * as aws from '@aws-sdk/client-iam';
import { FULL } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { labWithBucket, STATE, WORKFLOW } from '../support/lab-with-bucket.ts';

const test = testInTurn(2);

const lab = labWithBucket();
afterAll(() => lab.remove());

const SNOOZED = [
  ...['unmanaged-user/outsider/spends', 'user-without-boundary/outsider'],
  // Without the state, no role is known as one of the lab's workflows.
  'unmanaged-role/perception-lab-keys/escalates',
];
const silencing = lab.team.replace(
  'settings:\n',
  ['snoozed:', ...SNOOZED.map((id) => `  ${id}: { until: "2026-12-24", reason: known }`), 'settings:\n'].join('\n'),
);

beforeAll(async () => {
  expect(await lab.bootstrap()).toMatchObject({ code: 0 });
  expect(await lab.mturk(['apply', '--yes'])).toMatchObject({ code: 0 });
  await lab.byHand(async (iam) => {
    await iam.send(new aws.CreateUserCommand({ UserName: 'outsider' }));
    await iam.send(new aws.AttachUserPolicyCommand({ UserName: 'outsider', PolicyArn: FULL }));
  });
});

/** A file that was merged and not applied: no apply has approved it. */
test.each([
  ['that snoozes it', silencing],
  ['that snoozes it and leaves the state out', silencing.replace(STATE, '')],
])('who can use Mechanical Turk is found, whatever a file says %s and was not applied', async (_what, file) => {
  lab.write(file);
  const found = await lab.found(WORKFLOW);
  expect(found).toContain('unmanaged-user/outsider/spends');
  expect(found.every((each) => typeof each === 'string')).toBe(true);
});
