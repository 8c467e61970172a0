import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { type SetupPart, setting } from '../../src/aws/setup/setup-part.ts';
import { fail, succeed } from '../../src/diagnostics/failure.ts';
import type { Facts } from '../../src/setup/doctor/check.ts';
import { CHECKS, diagnose, rulesetText } from '../../src/setup/doctor/doctor.ts';
import { wantedRuleset } from '../../src/setup/doctor/github-checks.ts';
import { diagnosisLines } from '../../src/setup/doctor/text.ts';
import { tickedText } from '../../src/text/text.ts';
import {
  admit,
  callersOf,
  labTeam,
  portOf,
  prepareRepository,
  RIGHT_ACCOUNT,
  readFacts,
  wrongIds,
} from '../support/doctor-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { githubInTest } from '../support/github-client.ts';
import type { GitHubRepository } from '../support/github-repository.ts';

const github = githubInTest();
const team = labTeam();
let prepared: Settings | null = null;
beforeEach(async () => {
  const { repository } = github.server();
  admit(repository, team);
  repository.defaultBranch = 'main';
  if (prepared === null) await prepareRepository(github.server(), team);
  prepared ??= structuredClone(repository.settings);
  repository.settings = structuredClone(prepared);
});

const facts = (given: Partial<Facts> = {}) => readFacts(portOf(github.server()), team, given);

const ACTIONS = 15368;
type Settings = GitHubRepository['settings'];
const ruleset = ({ rulesets: [found] }: Settings) => {
  if (found === undefined) throw new Error('no ruleset');
  return found;
};
const rule = (settings: Settings, type: string) =>
  ruleset(settings).rules.find((each) => each.type === type)?.parameters ?? {};
const without = (settings: Settings, type: string) => {
  ruleset(settings).rules = ruleset(settings).rules.filter((each) => each.type !== type);
};
/** The first fix. */
const fixOf = (found: ReturnType<typeof diagnose>) => {
  const [fix] = found.flatMap((each) => each.fix ?? []);
  return fix === undefined ? '' : tickedText(fix);
};

const HISTORY = ['linear-history', 'force-push', 'deletion'];
const FIXED = 'run `mturk-team doctor --fix`';

/** What someone does on GitHub, the checks that find it, and the fix of the first. */
const BREAKAGES: readonly (readonly [
  string,
  readonly string[],
  string | RegExp,
  (settings: Settings, repository: GitHubRepository) => unknown,
])[] = [
  [
    'another default branch',
    ['default-branch'],
    /Default branch: rename it to `main`/,
    (_, repository) => Object.assign(repository, { defaultBranch: 'trunk' }),
  ],
  [
    'ruleset deleted',
    ['pull-request', 'required-check', 'owner-review', 'stale-approvals', 'last-push', ...HISTORY, 'squash-merging'],
    FIXED,
    (s) => void s.rulesets.pop(),
  ],
  [
    'ruleset disabled',
    ['pull-request', 'required-check', 'owner-review', 'stale-approvals', 'last-push', ...HISTORY, 'squash-merging'],
    FIXED,
    (s) => Object.assign(ruleset(s), { enforcement: 'disabled' }),
  ],
  [
    'pull requests no longer required',
    ['pull-request', 'owner-review', 'stale-approvals', 'last-push', 'squash-merging'],
    FIXED,
    (s) => without(s, 'pull_request'),
  ],
  ['check no longer required', ['required-check'], FIXED, (s) => without(s, 'required_status_checks')],
  [
    'another check required instead',
    ['required-check'],
    FIXED,
    (s) =>
      Object.assign(rule(s, 'required_status_checks'), {
        required_status_checks: [{ context: 'lint', integration_id: ACTIONS }],
      }),
  ],
  [
    'the check of any app',
    ['required-check'],
    FIXED,
    (s) => Object.assign(rule(s, 'required_status_checks'), { required_status_checks: [{ context: 'mturk-team' }] }),
  ],
  [
    'the check of another app',
    ['required-check'],
    FIXED,
    (s) =>
      Object.assign(rule(s, 'required_status_checks'), {
        required_status_checks: [{ context: 'mturk-team', integration_id: 99 }],
      }),
  ],
  [
    'branches that are not up to date',
    ['required-check'],
    FIXED,
    (s) => Object.assign(rule(s, 'required_status_checks'), { strict_required_status_checks_policy: false }),
  ],
  [
    'a job required, too',
    ['required-jobs'],
    FIXED,
    (s) => {
      const contexts = ['mturk-team', 'run / plan'].map((context) => ({ context, integration_id: ACTIONS }));
      rule(s, 'required_status_checks').required_status_checks = contexts;
    },
  ],
  [
    'no approval',
    ['owner-review'],
    FIXED,
    (s) => Object.assign(rule(s, 'pull_request'), { required_approving_review_count: 0 }),
  ],
  [
    'no code owner',
    ['owner-review'],
    FIXED,
    (s) => Object.assign(rule(s, 'pull_request'), { require_code_owner_review: false }),
  ],
  [
    'approvals stay after a push',
    ['stale-approvals'],
    FIXED,
    (s) => Object.assign(rule(s, 'pull_request'), { dismiss_stale_reviews_on_push: false }),
  ],
  [
    'the last push needs no approval',
    ['last-push'],
    FIXED,
    (s) => Object.assign(rule(s, 'pull_request'), { require_last_push_approval: false }),
  ],
  ['merge commits allowed', ['linear-history'], FIXED, (s) => without(s, 'required_linear_history')],
  ['force pushes allowed', ['force-push'], FIXED, (s) => without(s, 'non_fast_forward')],
  ['deletion allowed', ['deletion'], FIXED, (s) => without(s, 'deletion')],
  [
    'rules for the default branch alone, so that one can create main again after it was renamed',
    ['rules-of-main'],
    FIXED,
    (s) => Object.assign(ruleset(s), { conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } } }),
  ],
  ['a merge queue', ['merge-queue'], FIXED, (s) => void ruleset(s).rules.push({ type: 'merge_queue' })],
  [
    'administrators bypass',
    ['no-bypass'],
    FIXED,
    (s) =>
      void ruleset(s).bypass_actors.push({ actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'pull_request' }),
  ],
  [
    'a deploy key bypasses',
    ['no-bypass'],
    FIXED,
    (s) => void ruleset(s).bypass_actors.push({ actor_id: null, actor_type: 'DeployKey', bypass_mode: 'always' }),
  ],
  [
    'every way to merge',
    ['squash-merging'],
    FIXED,
    (s) => Object.assign(rule(s, 'pull_request'), { allowed_merge_methods: undefined }),
  ],
  [
    'rebase merging, too',
    ['squash-merging'],
    FIXED,
    (s) => Object.assign(rule(s, 'pull_request'), { allowed_merge_methods: ['squash', 'rebase'] }),
  ],
  [
    'no squash merging in the repository, so that nothing can be merged',
    ['squash-merging'],
    /choose `Allow squash merging`/,
    (s) => Object.assign(s, { squashMerging: false }),
  ],
  ['a repository variable', ['variables'], /delete them/, (s) => void s.variables.push('AWS_ROLE')],
  [
    'tokens may write',
    ['workflow-token'],
    /Workflow permissions/,
    (s) => Object.assign(s.workflowToken, { default_workflow_permissions: 'write' }),
  ],
  [
    'Actions may approve',
    ['workflow-token'],
    /Workflow permissions/,
    (s) => Object.assign(s.workflowToken, { can_approve_pull_request_reviews: true }),
  ],
  [
    'outside contributors run at once',
    ['outside-contributors'],
    /Require approval for all external contributors/,
    (s) => Object.assign(s, { outsiders: 'first_time_contributors' }),
  ],
  [
    'forks of a private repository run at once',
    ['outside-contributors'],
    /run no workflows of forks/,
    (s) => Object.assign(s, { isPrivate: true }),
  ],
  [
    'an owner without write access',
    ['owner-logins'],
    /Collaborators/,
    (_, { permissions }) => void permissions.set('adaoneill', 'read'),
  ],
  [
    'the plan ends',
    ['plan-of-github', 'outside-contributors'],
    /use GitHub Team/,
    (s) => Object.assign(s, { isPrivate: true, isPaid: false }),
  ],
];

test('what --fix asks says it if no one must approve any more', async () => {
  const read = await facts();
  const asked = (selfApproval: boolean) =>
    tickedText(rulesetText({ ...read, team: { ...team, settings: { ...team.settings, selfApproval } } }));
  expect(asked(true)).toContain('a pull request, which no one must approve (`self-approval`), and the check');
  expect(asked(false)).toContain('a pull request that a code owner approved and the check');
});

test('a lab as the documentation sets it up has nothing wrong', async () => {
  const found = diagnose(await facts());
  expect(found.filter(({ outcome }) => outcome.state !== 'right').map(({ check }) => check.id)).toEqual([]);
});

testInTurn(3).each(BREAKAGES)(
  '%s: found with its fix, and fixed where that is offered',
  async (_, ids, fix, breakIt) => {
    const { repository } = github.server();
    breakIt(repository.settings, repository);
    const before = await facts();
    const found = diagnose(before);
    expect(wrongIds(before)).toEqual(ids);
    if (typeof fix === 'string') expect(fixOf(found)).toBe(fix);
    else expect(fixOf(found)).toMatch(fix);

    expect(found.some(({ isFixable }) => isFixable)).toBe(fix === FIXED);
    if (fix !== FIXED) return;
    expect(await portOf(github.server()).writeRuleset(wantedRuleset(team))).toMatchObject({ ok: true });
    expect(wrongIds(await facts())).toEqual([]);
  },
);

const codeowners = (text: string | null): Partial<Facts> => ({ codeowners: text });
const account = (given: Partial<typeof RIGHT_ACCOUNT>): Partial<Facts> => ({
  account: succeed({ ...RIGHT_ACCOUNT, ...given }),
});

const MISSING: SetupPart = { kind: 'bucket', name: 'it', settings: [{ id: 'exists', state: 'missing' }] };
const DIFFERENT: SetupPart = { kind: 'role', name: 'it', settings: [setting('exists', true), setting('trust', false)] };
const workflows = (given: Partial<NonNullable<(typeof RIGHT_ACCOUNT)['workflows']>>) =>
  account({ workflows: RIGHT_ACCOUNT.workflows === null ? null : { ...RIGHT_ACCOUNT.workflows, ...given } });
const BOOTSTRAP = /^as an administrator, run `mturk-team bootstrap`$/;

/** What is wrong in a file, on this machine or in AWS. */
const OTHERS: readonly (readonly [string, string, RegExp, Partial<Facts>])[] = [
  ['no CODEOWNERS', 'codeowners', /^run `mturk-team codeowners --write`/, codeowners(null)],
  ['a moved pin', 'called-release', /^find out who changed them/, { callers: callersOf('./', 'mallory/x@0123456') }],
  ['no workflows', 'called-release', /^run `mturk-team init` of a release,/, { callers: callersOf() }],
  ['another owner', 'codeowners', /codeowners --write/, codeowners('* @mallory\n')],
  [
    'another account',
    'account',
    /^set `AWS_PROFILE` to a profile of account `123456789012`$/,
    { account: fail('wrong-account', { expected: '123456789012', actual: '999999999999' }) },
  ],
  ['a clock ahead', 'clock', /network time/, { clockAhead: succeed(400) }],
  ['a clock behind', 'clock', /network time/, { clockAhead: succeed(-4000) }],
  ['no boundary', 'boundary', BOOTSTRAP, account({ boundary: succeed(MISSING) })],
  [
    'no boundary on the emulator',
    'boundary',
    /^as an administrator, run `mturk-team bootstrap --emulator aws`$/,
    { ...account({ boundary: succeed(MISSING) }), emulator: 'aws' },
  ],
  ['another boundary', 'boundary', BOOTSTRAP, account({ boundary: succeed(DIFFERENT) })],
  ['no bucket', 'state-bucket', BOOTSTRAP, workflows({ bucket: succeed(MISSING) })],
  ['another audience', 'identity-provider', BOOTSTRAP, workflows({ provider: succeed(DIFFERENT) })],
  ['another trust', 'roles', BOOTSTRAP, workflows({ roles: succeed([DIFFERENT]) })],
  ['a lock of yesterday', 'state-lock', /^if no apply is running/, account({ lockAge: succeed(1500) })],
  [
    'a user of another team',
    'users-without-boundary',
    /give them a boundary; name administrators/,
    account({ home: succeed({ usersWithoutBoundary: ['x'], hasRootKeys: false }) }),
  ],
  [
    'a key of the root user',
    'root-access-key',
    /^sign in as the root user/,
    account({ home: succeed({ usersWithoutBoundary: [], hasRootKeys: true }) }),
  ],
];

test('what is wrong in a file, on this machine or in AWS is found with its fix', async () => {
  const state = { bucket: 'lab-state', region: 'us-east-1', key: 'mturk-team' };
  const right = await facts({ team: labTeam({ state }) });
  for (const [, id, fix, given] of OTHERS) {
    const read = { ...right, ...given };
    expect(wrongIds(read)).toEqual([id]);
    expect(fixOf(diagnose(read))).toMatch(fix);
  }
});

/** Outcomes that are not right, by id. */
const openIds = (read: Facts, state: 'wrong' | 'not-checked') =>
  diagnose(read).flatMap(({ check, outcome }) => (outcome.state === state ? [check.id] : []));

const IN_FILES = ['codeowners', 'called-release'];
const GITHUB_IDS = CHECKS.filter(({ side, id }) => side === 'github' && !IN_FILES.includes(id)).map(({ id }) => id);

test('without a token, GitHub is not checked, and each check says how', async () => {
  const read = await facts({ github: fail('github-token-missing', { variable: 'GITHUB_TOKEN' }) });
  expect(openIds(read, 'wrong')).toEqual([]);
  expect(openIds(read, 'not-checked')).toEqual(GITHUB_IDS);
  for (const { outcome, fix } of diagnose(read)) {
    if (outcome.state === 'not-checked') expect(fix && tickedText(fix)).toMatch(/token of a repository administrator/);
  }
  const lines = diagnosisLines(diagnose(read), true, { width: 1_000, color: false }, 'doctor.md');
  expect(lines.filter((line) => line.includes('token of a repository administrator'))).toHaveLength(1);
  expect(lines.find((line) => line.includes('- not checked: '))).toMatch(/: plan-of-github, .* and owner-logins$/);
  const colored = diagnosisLines(diagnose(read), false, { width: 1_000, color: true }, 'doctor.md');
  expect(colored.filter((line) => line.includes('\u001b'))).not.toHaveLength(0);
  expect(colored.map(stripVTControlCharacters)).toEqual(lines.map((line) => line.replace(/^ {2}ok/, '  ✓')));
});

test.each<[string, Partial<Facts>, RegExp]>([
  [
    'a token that has expired',
    { github: fail('github-denied', { request: 'GET /repos/ada/lab', status: 401, reason: 'Bad credentials' }) },
    /^set `GITHUB_TOKEN` to a token that is valid/,
  ],
  [
    'a bootstrap that was never made',
    { account: fail('repository-unknown', { options: ['--repository-id', '--owner-id'] }) },
    /^run `mturk-team bootstrap`, which records it, or set `GITHUB_TOKEN`/,
  ],
  [
    'a sign-in that has expired',
    { account: fail('sign-in-expired', { profile: 'lab' }) },
    /run the command again: `aws sso login --profile lab`$/,
  ],
])('what could not be checked because of %s says what to do', async (_name, given, fix) => {
  const open = diagnose(await facts(given)).filter(({ outcome }) => outcome.state === 'not-checked');
  expect(open.length).toBeGreaterThan(5);
  for (const each of open) expect(each.fix && tickedText(each.fix)).toMatch(fix);
});

test('a token that is no administrator’s: what it may not see is not checked, and never right', async () => {
  const { repository } = github.server();
  repository.tokens.set('writer', { login: 'bo', kind: 'user', grants: { contents: 'write' } });
  const read = await readFacts(portOf(github.server(), 'writer'), team);
  expect(openIds(read, 'wrong')).toEqual([]);
  // GitHub shows rules to everyone who can read the repository, but not who can bypass them.
  const hidden = ['no-bypass', 'squash-merging', 'variables', 'workflow-token', 'outside-contributors'];
  expect(openIds(read, 'not-checked')).toEqual(hidden);
});

const REVIEWS = {
  ...{ id: 99, name: 'reviews', enforcement: 'active', bypass_actors: [] },
  conditions: { ref_name: { include: ['~ALL'], exclude: [] } },
  rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }],
};

test('rules may be in several rulesets, and those that a lab adds are its own', async () => {
  const { settings } = github.repository();
  const { rules } = ruleset(settings);
  settings.rulesets = rules.map((each, index) => ({ ...REVIEWS, id: index + 1, name: each.type, rules: [each] }));
  expect(wrongIds(await facts())).toEqual([]);
  settings.rulesets[0]?.bypass_actors.push({ actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'always' });
  expect(wrongIds(await facts())).toEqual(['no-bypass']);
});

test('a lab whose one owner approves their own changes has no rule about reviews, and no other writer', async () => {
  const { settings, permissions } = github.repository();
  const self = { team: labTeam({ selfApproval: true }) };
  const before = await facts(self);
  expect(wrongIds(before)).toEqual(['one-owner']);
  expect(fixOf(diagnose(before))).toBe(FIXED);
  expect(await portOf(github.server()).writeRuleset(wantedRuleset(self.team))).toMatchObject({ ok: true });
  expect(wrongIds(await facts(self))).toEqual([]);

  permissions.set('bo', 'write');
  const open = diagnose(await facts(self));
  expect(open.flatMap(({ outcome }) => (outcome.state === 'wrong' ? [tickedText(outcome.found)] : []))).toEqual([
    'others can: `bo`',
  ]);
  expect(fixOf(open)).toMatch(/^remove them under Settings, Collaborators/);
  permissions.delete('bo');
  settings.rulesets.push(structuredClone(REVIEWS));
  expect(wrongIds(await facts(self))).toEqual(['one-owner']);
  expect(fixOf(diagnose(await facts(self)))).not.toBe(FIXED);
});

test('every check is broken by a line of these tables, and has a row of the reference', () => {
  const broken = new Set([...BREAKAGES.flatMap(([, ids]) => ids), ...OTHERS.map(([, id]) => id), 'one-owner']);
  expect([...broken].sort()).toEqual(CHECKS.map(({ id }) => id).sort());
  const page = readFileSync('docs/reference/doctor.md', 'utf8');
  const rows = [...page.matchAll(/^\| <a id="([a-z-]+)"><\/a>`\1` \| \S/gm)].map(([, id]) => id);
  expect(rows).toEqual(CHECKS.map(({ id }) => id));
});
