/** What `synth` says of what it wrote; the paths as a person would type them. Ends with a newline. */
export function renderSynth(stacks: { readonly team: string; readonly bootstrap: string }): string {
  return [
    `${stacks.bootstrap}/cdk.tf.json   the permissions boundary, for an administrator, once`,
    `${stacks.team}/cdk.tf.json   users, groups and policies`,
    '',
    'Nothing has been changed in AWS. Next:',
    '  mturk-team plan --emulator     who would gain and lose what, without an AWS account',
    '  mturk-team plan               the same against the account that your AWS credentials open',
    `  terraform -chdir=${stacks.team} init     or use Terraform or OpenTofu on it yourself`,
    '',
  ].join('\n');
}
