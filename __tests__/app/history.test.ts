import { execFileSync } from 'node:child_process';
import { explainWhy } from '../../src/app/history/why.ts';
import { whyBlocks } from '../../src/history/text.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { githubInTest, obtained } from '../support/github-client.ts';
import { LabRepository } from '../support/lab-repository.ts';
import { TeamHistory } from '../support/team-history.ts';

const { server, repository } = githubInTest();
let lab: LabRepository;
let clone: TeamHistory;
beforeEach(() => {
  lab = new LabRepository(repository());
  clone = new TeamHistory();
});
afterEach(() => {
  lab.remove();
  clone.remove();
});

const pays = (team: string) =>
  team.replace('bo: { name: Bo, github: bo, roles: [reader] }', 'bo: { name: Bo, roles: [paymaster] }');
const answer = async (env: NodeJS.ProcessEnv) => {
  execFileSync('git', [
    '-C',
    clone.directory,
    'fetch',
    '--quiet',
    lab.directory,
    `${lab.main}:refs/remotes/origin/main`,
  ]);
  const asked = { file: clone.file, member: 'bo', what: 'pay:bonus', day: new Date().toISOString().slice(0, 10) };
  const why = obtained(await explainWhy(asked, env));
  const [decision] = why.decisions.values();
  return { decision, text: printTerminal(whyBlocks(why), 1000).join('\n') };
};

test.each(['merge', 'squash'] as const)('GitHub says who approved and merged a pull request (%s)', async (method) => {
  const pull = lab.propose('change', 'bo', pays);
  repository().review(pull.number, 'cy', 'CHANGES_REQUESTED');
  repository().review(pull.number, 'dee', 'APPROVED');
  repository().review(pull.number, 'ada', 'COMMENTED');
  lab.merge(pull, 'ada', method);
  const { decision, text } = await answer(server().environment());
  expect(decision?.onGitHub).toEqual({
    ok: true,
    value: [{ number: pull.number, mergedBy: 'ada', approvedBy: ['dee'] }],
  });
  const [facts = ''] = text.split('; subject "');
  expect(facts).toContain(`on GitHub: pull request #${pull.number}, approved by @dee, merged by @ada`);
});

test('an approval of an earlier commit is none, and neither is a commit without a pull request', async () => {
  const pull = lab.propose('change', 'bo', (team) => `${team}# Bo\n`);
  repository().review(pull.number, 'dee', 'APPROVED');
  lab.push('change', pays);
  lab.merge(repository().pull(pull.number), 'ada');
  const { text } = await answer(server().environment());
  expect(text).toContain('approved by no one, merged by @ada');
  lab.push('main', (team) => team.replace('[paymaster] }\n  cy', '[paymaster, reader] }\n  cy'));
  lab.push('main', (team) => team.replace('allow: [pay:approve, pay:bonus]', 'allow: [pay:approve]'));
  const later = await answer(server().environment());
  expect(later.text).toContain('on GitHub: no merged pull request');
});

test('without a token, or an answer, no one is named', async () => {
  lab.merge(lab.propose('change', 'bo', pays), 'ada');
  expect((await answer({})).text).toContain('Git does not know who approved. Set GITHUB_TOKEN to ask GitHub.');
  const denied = await answer(server().environment('no-such-token'));
  expect(denied.decision?.onGitHub).toMatchObject({ ok: false });
  expect(denied.text).toContain('GitHub did not say who approved:');
});
