import { allJobs, allWorkflows, ownJobs, workflowNamed } from '../workflows/workflow-file.ts';

test('a repository variable, which every writer can set, decides nothing, and neither does the emulator', () => {
  for (const { name, text } of allWorkflows())
    expect({ name, found: /\bvars\.|MTURK_TEAM_EMULATOR|\bsecrets\b|\binputs\b/.exec(text)?.[0] }).toEqual({ name });
});

test('the role follows from the reviewed file, and its credentials reach one step', () => {
  const roles: string[] = [];
  for (const { where, job } of allJobs()) {
    const at = job.steps.findIndex(({ uses }) => uses?.startsWith('aws-actions/'));
    const step = job.steps[at];
    if (step === undefined) continue;
    roles.push(`${where}: ${step.with?.['role-to-assume']}`);
    expect(step.with).toMatchObject({
      'allowed-account-ids': expect.stringMatching(/^\$\{\{ needs\.(preview|validate)\.outputs\.account \}\}$/),
      'output-credentials': true,
      'output-env-credentials': false,
    });
    const given = job.steps.filter(({ env }) => JSON.stringify(env ?? {}).includes('steps.credentials.outputs'));
    expect(given).toEqual([job.steps[at + 1]]);
    // The tool that checks the approval or the newest commit has a token, and no role.
    for (const { env = {} } of job.steps.slice(0, at)) expect(Object.keys(env)).not.toContain('AWS_ACCESS_KEY_ID');
    expect(Object.keys(given[0]?.env ?? {})).not.toContain('GITHUB_TOKEN');
  }
  const roleOf = (first: string) => {
    const lab = `\${{ needs.${first}.outputs.lab }}`;
    return `arn:aws:iam::\${{ needs.${first}.outputs.account }}:role/mturk-roles/${lab}/${lab}-`;
  };
  const role = roleOf('validate');
  expect(roles).toEqual([
    `called-apply.yml, apply: ${role}apply`,
    `called-drift.yml, detect: ${role}scan`,
    `called-drift.yml, reconcile: ${role}apply`,
    `called-plan.yml, plan: ${roleOf('preview')}plan`,
  ]);
  // In a pull request, of the file of the base branch.
  const { preview } = ownJobs(workflowNamed('called-plan.yml'));
  expect(preview?.outputs?.account).toBe('${{ steps.lab.outputs.account }}');
  const reading = preview?.steps.find(({ id }) => id === 'lab');
  expect(reading?.run).toMatch(/ check base\/team\.yaml /);
  expect(reading?.['working-directory']).toBeUndefined();
});
