import { approvalInTest } from '../../support/approval-in-test.ts';
import { account } from '../../support/github-bodies.ts';

const { repository, server, lab, record, forget, approve, check } = approvalInTest();

const pays = (who: string) => (team: string) =>
  team.replace(new RegExp(`(${who}: .*roles: \\[)reader`), '$1reader, paymaster');
const describes = (words: string) => (team: string) => team.replace('name: Cy', `name: Cy ${words}`);

test('an up-to-date pull request that an owner approved', async () => {
  const pull = lab().propose('pay', 'bo', pays('bo'));
  lab().merge(
    lab().propose('readme', 'cy', (team) => team),
    'cy',
  );
  lab().update('pay');
  approve(pull, 'ada');
  lab().merge(pull, 'bo');
  const { code, outputs, stdout } = await check('--json');
  expect(JSON.parse(stdout)).toEqual({ version: 1, commit: lab().main, pullRequests: [pull.number] });
  expect({ code, outputs }).toMatchObject({ code: 0, outputs: { commit: lab().main, 'owner-ids': '' } });
});

test('two merges within a minute are one apply, which reports to both', async () => {
  const pulls = ['pay', 'words'].map((name) => {
    const pull = lab().propose(name, 'bo', name === 'pay' ? pays('bo') : describes('Moreau'));
    approve(pull, 'dee');
    lab().merge(pull, 'bo');
    return pull.number;
  });
  expect(await check()).toMatchObject({ code: 0, outputs: { 'pull-requests': pulls.join(',') } });
});

test('approved after the merge', async () => {
  const pull = lab().propose('pay', 'bo', pays('bo'));
  lab().merge(pull, 'bo');
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('no owner approved') });
  approve(pull, 'ada');
  expect(await check()).toMatchObject({ code: 0, stdout: expect.stringContaining('was approved') });
});

test('a second pull request with the same commit is no hindrance', async () => {
  // GitHub marks both as merged.
  const pull = lab().propose('pay', 'bo', pays('bo'));
  const second = lab().open('pay-2', 'cy', pull.head.sha);
  approve(pull, 'ada');
  const commit = lab().merge(pull, 'bo');
  repository().merge(second.number, 'bo', commit);
  expect(await check()).toMatchObject({ code: 0 });
});

test('a file that an administrator applied from no commit waits until its team is merged, approved like any change', async () => {
  const { main } = lab();
  const pull = lab().propose('pay', 'bo', pays('bo'));
  const commit = lab().merge(pull, 'bo');
  await record({ commit: null, earlier: [main] }, commit);
  lab().pushFiles('main', { 'README.md': 'x' });
  expect(await check()).toMatchObject({ code: 1, outputs: { 'pull-requests': '1' } });
  approve(pull, 'ada');
  expect(await check()).toMatchObject({ code: 0, outputs: { 'pull-requests': '1' } });
  await record({ commit: null, earlier: [main] }, main);
  expect(await check()).toMatchObject({ code: 0, outputs: { 'pull-requests': '1' } });
});

test('before the first apply, the newest change of the file needs the approval of an owner whom it names, by login', async () => {
  forget();
  const pull = lab().propose('pay', 'bo', pays('bo'));
  lab().merge(pull, 'bo');
  lab().pushFiles('main', { 'README.md': 'x' });
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('no owner approved') });
  approve(pull, 'ADA');
  const ids = ['Ada', 'dee'].map((login) => `${login}=${account(login).id}`).join(',');
  expect(await check()).toMatchObject({ code: 0, outputs: { 'owner-ids': ids } });
});

test('a token that may not read contents', async () => {
  const grants = { pull_requests: 'read' } as const;
  repository().tokens.set('job-token', { login: 'github-actions[bot]', kind: 'installation', grants });
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringMatching(/git fetch perception\/lab/) });
});

test('a record that cannot be read', async () => {
  await record({ commit: lab().main, owners: null } as never);
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('record-unusable') });
});

test.each([['--commit', 'main'], ['--commit', 'abc'], ['--nonsense']])('%p is wrong usage', async (...args) => {
  expect(await check(...args)).toMatchObject({ code: 2, stdout: '' });
  expect(server().requests).toEqual([]);
});
