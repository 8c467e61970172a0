import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { callIam, iamOf, outcome, stsOf } from '../emulator/clients.ts';
import { type CommandResult, runHere, scratch } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { startGitHubOidc } from '../support/github-oidc.ts';
import { expectGolden } from '../support/golden.ts';

const BUCKET = 'labs-mturk-123456789012';
const teamFile = (lab: string) =>
  readFileSync('team.yaml', 'utf8')
    .replace('perception-lab #', `${lab} #`)
    .replace('settings:\n', `settings:\n  state: { bucket: ${BUCKET}, region: us-east-1, key: ${lab} }\n`);
const LABS = ['perception-lab', 'vision-lab'];

const place = scratch();
afterAll(() => place.remove());
for (const lab of LABS) {
  const directory = join(place.directory, lab);
  mkdirSync(directory);
  place.write(`${lab}/team.yaml`, teamFile(lab));
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', directory]);
  execFileSync('git', ['-C', directory, 'remote', 'add', 'origin', `git@github.com:${lab}/access.git`]);
}

const EMULATOR = join(place.directory, 'emulator');
const GIVEN = ['--repository-id', '22', '--owner-id', '11', '--subject', 'ids'];
const mturk = (lab: string, ...args: string[]): Promise<CommandResult> =>
  runHere([...args, '--emulator', EMULATOR], { cwd: join(place.directory, lab) });

const actionsOf = (parts: { action: string; kind: string }[]) => parts.map(({ action, kind }) => `${action} ${kind}`);

/** `action kind`, of every part as it was before. */
async function actions(lab: string, ...more: string[]): Promise<string[]> {
  return actionsOf(JSON.parse((await mturk(lab, 'bootstrap', '--yes', '--json', ...more)).stdout).parts);
}

const AS_WANTED = ['bucket', 'provider', 'boundary', 'role', 'role', 'role', 'role'].map((kind) => `as-wanted ${kind}`);

const TOOL = 'mturk-tools/mturk-team';
const [OLD, NEW] = ['1', '2'].map((digit) => digit.repeat(40)) as [string, string];

function checkOut(lab: string, branch: string): void {
  execFileSync('git', ['-C', join(place.directory, lab), 'symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
}

/** The one line of a lab's caller that an upgrade changes. */
function pin(lab: string, commit: string): void {
  const directory = join(place.directory, lab, '.github', 'workflows');
  mkdirSync(directory, { recursive: true });
  const caller = `jobs:\n  run:\n    uses: ${TOOL}/.github/workflows/called-apply.yml@${commit}\n`;
  writeFileSync(join(directory, 'apply.yml'), caller);
}

testInTurn(8)('two labs: made, as wanted, interrupted, repaired, upgraded, and one destroyed', async () => {
  const [first = '', second = ''] = LABS;
  const account = { dir: EMULATOR, accountId: '123456789012', provider: false } as const;
  const github = await startGitHubOidc();
  const emulator = await openEmulator({ ...account, kind: 'server', issuers: github.issuers });
  const [iam, sts] = [iamOf(emulator), stsOf(emulator)];
  pin(second, OLD);
  try {
    const trial = await mturk(first, 'bootstrap');
    expect(trial).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('trust perception-lab/access (repository ID 1,'),
    });

    const before = emulator.calls.length;
    const made = await mturk(first, 'bootstrap', '--yes', ...GIVEN);
    const calls = emulator.calls.length - before;
    expect(made.code).toBe(0);
    // Nothing is to be asked, and the record knows the repository.
    const again = await mturk(first, 'bootstrap');
    const engine = /, (Terraform|OpenTofu) [\d.]+$/gm;
    expectGolden('bootstrap.txt', `${made.stdout}\n---- again\n\n${again.stdout}`.replace(engine, ''));

    // Among the calls that create the roles.
    emulator.faults = { failCall: calls - 25 };
    const interrupted = await mturk(second, 'bootstrap', '--yes', ...GIVEN);
    expect(interrupted.code).toBe(1);
    expect(interrupted.stderr).toMatch(
      /^ {2}state: \d+ of 17 steps applied\n {2}help: run `mturk-team bootstrap` again to finish$/m,
    );
    emulator.faults = {};
    const { parts, steps } = JSON.parse((await mturk(second, 'bootstrap', '--yes', '--json')).stdout);
    expect(actionsOf(parts).slice(0, 2)).toEqual(AS_WANTED.slice(0, 2));
    expect(steps).toBeGreaterThan(0);

    // Someone widens a role, by its trust and by another policy, and limits it by a boundary.
    const RoleName = 'vision-lab-apply';
    const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await callIam(iam, 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await callIam(iam, 'AttachRolePolicy', { RoleName, PolicyArn });
    await callIam(iam, 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary: PolicyArn });
    const repaired = await mturk(second, 'bootstrap', '--yes');
    expect(repaired.stdout).toContain(
      'change      role vision-lab-apply: trust policy, no permissions boundary, no other',
    );

    // Upgraded: as docs/operations.md says, in a branch, during which the old pin counts, too, and then on main.
    const rolesOf = async (commit: string) => {
      const taken = [];
      for (const [role, at, called] of [
        ['plan', 'pull_request', 'called-plan.yml'],
        ['scan', 'ref:refs/heads/main', 'called-drift.yml'],
        ['apply', 'ref:refs/heads/main', 'called-apply.yml'],
        ['keys', 'ref:refs/heads/main', 'called-drift.yml'],
      ] as const) {
        const token = {
          ...{ sub: `repo:vision-lab@11/access@22:${at}`, repository_id: '22' },
          job_workflow_ref: `${TOOL}/.github/workflows/${called}@${commit}`,
        };
        const RoleArn = `arn:aws:iam::123456789012:role/mturk-roles/vision-lab/vision-lab-${role}`;
        const assume = { RoleArn, RoleSessionName: role, WebIdentityToken: github.token(token) };
        if ((await outcome(sts.send(new AssumeRoleWithWebIdentityCommand(assume)))) === 'answered') taken.push(role);
      }
      return taken;
    };
    const all = ['plan', 'scan', 'apply', 'keys'];
    const changes = all.toSorted().map((role) => `  change      role vision-lab-${role}: trust policy`);
    const bootstrapped = async () =>
      (await mturk(second, 'bootstrap', '--yes')).stdout.match(/^ {2}change .*$/gm)?.toSorted() ?? [];
    checkOut(second, 'upgrade');
    pin(second, NEW);
    expect([await rolesOf(OLD), await rolesOf(NEW)]).toEqual([all, []]);
    expect((await mturk(second, 'doctor')).stdout).toContain(
      '✗ roles: `vision-lab-plan` differs in: trust policy; `vision-lab-scan` differs',
    );
    expect(await bootstrapped()).toEqual(changes);
    expect([await rolesOf(OLD), await rolesOf(NEW)]).toEqual([all, all]);
    checkOut(second, 'main');
    expect((await mturk(second, 'doctor')).stdout).toContain('✗ roles: `vision-lab-plan` differs in: trust policy;');
    expect(await bootstrapped()).toEqual(changes);
    expect([await rolesOf(OLD), await rolesOf(NEW)]).toEqual([[], all]);
    // Of AWS: this folder has neither CODEOWNERS nor a token of GitHub.
    expect((await mturk(second, 'doctor')).stdout).toMatch(/^AWS\n( {2}✓ .*\n){9}\n/);

    const removed = await mturk(first, 'bootstrap', '--destroy', '--yes');
    expect(removed).toMatchObject({ code: 0, stderr: '' });
    expect(await actions(second)).toEqual(AS_WANTED);
    // Terraform's state knows what is gone.
    expect((await actions(first, ...GIVEN)).filter((part) => part.startsWith('create'))).toHaveLength(5);
  } finally {
    iam.destroy();
    sts.destroy();
    await emulator.close();
    await github.close();
  }
});
