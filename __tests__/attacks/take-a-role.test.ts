import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { wantedRoles } from '../../src/aws/setup/account-roles.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { WORKFLOW_ROLES, type WorkflowRole, workflowRoleArn } from '../../src/team/names.ts';
import { createRoles, iamOf, openAccount, outcome, stsOf } from '../emulator/clients.ts';
import { GITHUB_ISSUER, type GitHubOidc, startGitHubOidc } from '../support/github-oidc.ts';
import { labFacts, labTeam } from '../support/init-files.ts';
import { STATE } from '../support/workflow-roles.ts';
import { LAB_RELEASE } from '../workflows/workflow-file.ts';

const team = labTeam();
let github: GitHubOidc;
let emulator: Emulator;
beforeAll(async () => {
  github = await startGitHubOidc();
  emulator = await openAccount({ issuers: github.issuers });
  const iam = iamOf(emulator);
  const ClientIDList = ['sts.amazonaws.com'];
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: GITHUB_ISSUER, ClientIDList }));
  await createRoles(iam, wantedRoles({ ...team, state: STATE }, await labFacts('classic')));
  iam.destroy();
});
afterAll(async () => {
  await emulator.close();
  await github.close();
});

/** The roles that AWS gives for a token of the lab's repository, signed by GitHub. */
async function taken(at: string, job_workflow_ref: string): Promise<readonly WorkflowRole[]> {
  const sts = stsOf(emulator);
  const roles: WorkflowRole[] = [];
  for (const role of WORKFLOW_ROLES) {
    const WebIdentityToken = github.token({ sub: `repo:lab/access:${at}`, repository_id: '22', job_workflow_ref });
    const input = { RoleArn: workflowRoleArn(team, role), RoleSessionName: 'job', WebIdentityToken };
    if ((await outcome(sts.send(new AssumeRoleWithWebIdentityCommand(input)))) === 'answered') roles.push(role);
  }
  sts.destroy();
  return roles;
}

const called = (file: string, commit = LAB_RELEASE.commit) =>
  `${LAB_RELEASE.repository}/.github/workflows/${file}@${commit}`;
const own = (ref: string) => `lab/access/.github/workflows/mine.yml@${ref}`;
const MAIN = 'ref:refs/heads/main';

test('the jobs of the pinned release get their roles', async () => {
  expect(await taken('pull_request', called('called-plan.yml'))).toEqual(['plan']);
  expect(await taken(MAIN, called('called-apply.yml'))).toEqual(['scan', 'apply', 'keys']);
  expect(await taken(MAIN, called('called-drift.yml'))).toEqual(['scan', 'apply', 'keys']);
});

test.each([
  ['steps of its own in a pull request', 'pull_request', own('refs/pull/7/merge')],
  ['steps of its own, merged into main', MAIN, own('refs/heads/main')],
  ['steps of its own in the environment of earlier versions', 'environment:production', own('refs/heads/main')],
  ['the called apply, from a branch in that environment', 'environment:production', called('called-apply.yml')],
  ['the called drift check, from a branch in its environment', 'environment:reconcile', called('called-drift.yml')],
  ['the called apply on another branch', 'ref:refs/heads/mine', called('called-apply.yml')],
  ['the called apply in a pull request', 'pull_request', called('called-apply.yml')],
  ['the called plan on main', MAIN, called('called-plan.yml')],
  ['the called apply of another commit', MAIN, called('called-apply.yml', '9'.repeat(40))],
  ['the called plan as a pull request has it', 'pull_request', called('called-plan.yml', 'refs/pull/7/merge')],
])('a stolen token of %s gets no role', async (_what, at, workflow) => {
  expect(await taken(at, workflow)).toEqual([]);
});
