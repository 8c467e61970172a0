import { join } from 'node:path';
import { type DriftReport, writeDriftReport } from '../../src/drift/report/report.ts';
import { reportIssue } from '../../src/github/issues.ts';
import { deliveryComment } from '../../src/keys/delivery.ts';
import { keysIssue } from '../../src/keys/issue.ts';
import { runHere, scratch } from '../support/command.ts';
import { ADDED, reportWith, UNMANAGED } from '../support/drift-reports.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { githubInTest, obtained } from '../support/github-client.ts';
import { IDENTITIES } from '../support/recipients.ts';

const test = testInTurn(1);

/** In a public repository anyone can write 2,500 comments, after which GitHub refuses each one more, the workflows' too. */
const { server, repository, client } = githubInTest();
let directory: ReturnType<typeof scratch>;
beforeEach(() => {
  directory = scratch();
});
afterEach(() => directory.remove());

const message = 'Commenting is disabled on issues with more than 2500 comments';
const fill = (number = 0, status = 403) =>
  server().trouble({ when: `POST /repos/perception/lab/issues/${number}/comments`, times: 99, status, message });

async function check(report: DriftReport) {
  await writeDriftReport(join(directory.directory, 'report.json'), report);
  return runHere(['drift-issue', '--report', 'report.json', '--reason', '', '--json'], {
    cwd: directory.directory,
    env: { ...server().environment(), GITHUB_RUN_ID: '12' },
  });
}

test.each<[string, DriftReport, object]>([
  [
    'shows a new finding',
    reportWith([ADDED, UNMANAGED]),
    { state: 'open', body: expect.stringContaining('old-mturk-user') },
  ],
  ['is closed once nothing is left', reportWith([]), { state: 'closed' }],
])('a full drift issue %s, so that the job that reconciles runs', async (_what, report, then) => {
  expect(await check(reportWith([ADDED]))).toMatchObject({ code: 0 });
  const [issue] = repository().threads.values();
  expect(issue).not.toMatchObject(then);
  fill(issue?.number);
  const { code, stderr, stdout } = await check(report);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('warning[github-denied]') });
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
  expect(JSON.parse(stdout).issues).toContainEqual(
    expect.objectContaining({ kind: 'drift', error: expect.objectContaining({ code: 'github-denied' }) }),
  );
  expect(issue).toMatchObject(then);
});

test('a comment that GitHub refuses once is written at the next check', async () => {
  await check(reportWith([ADDED]));
  const [issue] = repository().threads.values();
  const when = `POST /repos/perception/lab/issues/${issue?.number}/comments`;
  server().trouble({ when, times: 1, status: 422, message: 'Validation Failed' });
  const report = reportWith([ADDED, UNMANAGED]);
  expect(await check(report)).toMatchObject({ code: 1 });
  expect(await check(report)).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning') });
  expect(repository().commentsOf(issue?.number ?? 0)).toHaveLength(1);
});

test('a full issue about failed applies is closed, too', async () => {
  const markers = ['<!-- mturk-team-apply:perception-lab -->'];
  const { number } = repository().openIssue({ author: 'github-actions[bot]', title: 't', body: markers.join() });
  fill(number);
  const closed = await reportIssue(client(), { markers, report: { kind: 'resolved', line: 'Applied.' } });
  expect(obtained(closed)).toMatchObject({ action: 'closed', unfinished: { code: 'github-denied' } });
});

describe('access keys', () => {
  const comment = (created: string) =>
    deliveryComment(
      {
        owner: {
          ...{
            key: 'zoe',
            github: 'zoeq',
            user: 'perception-lab-zoe',
            userId: 'AIDAZOE',
            recipient: IDENTITIES[0].recipient,
          },
          ...{ keys: 1, from: null, until: null, suspended: false },
        },
        created,
        armored: `-----BEGIN AGE ENCRYPTED FILE-----\n${Buffer.from(created).toString('base64')}\n-----END AGE ENCRYPTED FILE-----\n`,
        replaced: null,
      },
      null,
    );
  const deliver = (created: string) => keysIssue(client(), 'perception-lab').deliver(comment(created));
  const delivered = async () =>
    obtained(await keysIssue(client(), 'perception-lab').delivered()).map((key) => key.created);
  const [FIRST, SECOND, THIRD] = ['2026-11-25T12:00:00Z', '2026-11-26T12:00:00Z', '2026-11-27T12:00:00Z'] as const;
  const issues = () => [...repository().threads.values()];

  test.each(['open', 'closed'] as const)(
    'after a full issue that is %s comes one new one, and both count',
    async (state) => {
      obtained(await deliver(FIRST));
      const [full] = issues();
      fill(full?.number);
      Object.assign(full ?? {}, { state });
      for (const created of [SECOND, THIRD])
        expect(obtained(await deliver(created))).not.toContain(`/${full?.number}#`);
      expect(issues()).toHaveLength(2);
      expect(issues()[1]).toMatchObject({ title: 'Access keys of perception-lab', state: 'open' });
      expect(await delivered()).toEqual([FIRST, SECOND, THIRD]);
    },
  );

  test('a comment that GitHub refuses for another reason brings no new issue', async () => {
    obtained(await deliver(FIRST));
    fill(issues()[0]?.number, 422);
    expect(await deliver(SECOND)).toMatchObject({ failure: { code: 'github-refused' } });
    expect(issues()).toHaveLength(1);
  });
});
