import { readFileSync } from 'node:fs';
import { runHere, scratch } from '../support/command.ts';

const SAMPLE = readFileSync('team.yaml', 'utf8');
// The sample deletes users 30 days after the last day.
const place = scratch({
  'team.yaml': SAMPLE,
  'suspended.yaml': SAMPLE.replace('sponsor: ada', 'sponsor: cy'),
  'reviewed.yaml': SAMPLE.replace('sponsor: ada', 'sponsor: fay\n    reviewed: "2026-10-01"'),
});
afterAll(() => place.remove());
const explain = (...args: string[]) => runHere(['explain', ...args], { cwd: place.directory });

test.each([
  ['past the last day', 'gus', '2027-09-10', '2027-09-01', 'after 31 Aug 2027'],
  ['whose user is deleted', 'gus', '2028-01-01', '2027-09-01', 'after 31 Aug 2027'],
  ['who left', 'dee', '2026-11-25', '2026-07-01', 'after 30 Jun 2026'],
  ['who left today', 'dee', '2026-06-30', '2026-07-01', 'on 30 Jun 2026 (today)'],
])('a member %s has no access, which is an answer', async (_what, member, today, ends, last) => {
  const text = await explain(member, '--today', today);
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toContain('\nNo access.\n');
  expect(text.stdout).toContain(`Access ended ${last}`);
  expect(text.stdout).toContain('According to team.yaml; AWS was not asked.');
  expect(text.stdout).not.toContain('boundary');
  const json = await explain(member, '--today', today, '--json');
  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    key: member,
    allowed: [],
    ends: expect.stringContaining(ends),
  });
});

test.each<[file: string, reviewed: string | null, as: string, text: string]>([
  ['suspended.yaml', null, 'owner', "To change that, ask an owner: Ada O'Neill (ada).\n"],
  [
    'reviewed.yaml',
    '2026-10-01',
    'sponsor',
    'To change that, ask the sponsor: Nguyễn Thị Ánh (fay). Access last reviewed 1 Oct 2026.\n',
  ],
])('whom to ask, and when access was reviewed: %s', async (file, reviewed, as, text) => {
  const args = ['bo', file, '--today', '2026-11-25'];
  expect((await explain(...args)).stdout).toContain(text);
  expect(JSON.parse((await explain(...args, '--json')).stdout)).toMatchObject({ reviewed, ask: { as } });
});

test('an unknown member is the error', async () => {
  const { code, stdout, stderr } = await explain('zoe', '--today', '2026-11-25');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error\[unknown-member\]: no member `zoe` in `team\.yaml`/);
});
