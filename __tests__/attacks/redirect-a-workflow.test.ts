import { allJobs, allWorkflows, ownJobs, workflowNamed } from '../workflows/workflow-file.ts';

test('a repository variable, which every writer can set, decides nothing, and neither does the emulator', () => {
  for (const { name, text } of allWorkflows())
    expect({ name, found: /\bvars\.|MTURK_TEAM_EMULATOR|\bsecrets\b|\binputs\b/.exec(text)?.[0] }).toEqual({ name });
});

test('the role follows from the reviewed file, and its credentials reach one step', () => {
  const roles: string[] = [];
  for (const { where, job } of allJobs()) {
    for (const [at, step] of job.steps.entries()) {
      if (!step.uses?.startsWith('aws-actions/')) continue;
      roles.push(`${where}: ${step.with?.['role-to-assume']}`);
      const account = /^\$\{\{ (needs\.(apply|preview|validate)|steps\.check)\.outputs\.account \}\}$/;
      expect(step.with).toMatchObject({
        'allowed-account-ids': expect.stringMatching(account),
        'output-credentials': true,
        'output-env-credentials': false,
      });
      const given = job.steps.filter(({ env }) => JSON.stringify(env ?? {}).includes(`steps.${step.id}.outputs.aws-`));
      expect(given).toEqual([job.steps[at + 1]]);
      // The tool that checks the approval has a token, and a role that only reads; that which makes keys delivers them, too.
      const names = Object.keys(given[0]?.env ?? {});
      expect(names.includes('GITHUB_TOKEN')).toBe(step.id === 'scan' || where.endsWith(', keys'));
    }
  }
  const roleOf = (source: string) => {
    const lab = `\${{ ${source}.outputs.lab }}`;
    return `arn:aws:iam::\${{ ${source}.outputs.account }}:role/mturk-roles/${lab}/${lab}-`;
  };
  const role = roleOf('needs.validate');
  expect(roles).toEqual([
    `called-apply.yml, apply: ${roleOf('steps.check')}scan`,
    `called-apply.yml, apply: ${roleOf('steps.check')}apply`,
    `called-apply.yml, keys: ${roleOf('needs.apply')}keys`,
    `called-drift.yml, detect: ${role}scan`,
    `called-drift.yml, reconcile: ${role}apply`,
    `called-drift.yml, keys: ${role}keys`,
    `called-plan.yml, plan: ${roleOf('needs.preview')}plan`,
  ]);
  // In a pull request, of the file of the base branch.
  const { preview } = ownJobs(workflowNamed('called-plan.yml'));
  expect(preview?.outputs?.account).toBe('${{ steps.lab.outputs.account }}');
  const reading = preview?.steps.find(({ id }) => id === 'lab');
  expect(reading?.run).toMatch(/ check base\/team\.yaml /);
  expect(reading?.['working-directory']).toBeUndefined();
});
