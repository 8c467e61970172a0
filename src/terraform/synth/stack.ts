import type { Team } from '../../team/team.ts';
import { AwsProvider, LocalBackend, S3Backend, type TerraformStack } from './cdktf.ts';
import { escapeTemplate } from './template.ts';

/**
 * Where a stack's state is kept: the team's bucket with its native lock file, or a file beside the configuration. The local path
 * is relative, because CDKTF's default names the current directory. The key does not follow the lab's name: a renamed lab must
 * find its old state, to be blocked, because an empty state would leave the old access in force.
 */
function addBackend(stack: TerraformStack, team: Pick<Team, 'settings'>, stackName: string): void {
  const { state } = team.settings;
  if (state === null) {
    new LocalBackend(stack, { path: 'terraform.tfstate' });
    return;
  }
  const backend = new S3Backend(stack, {
    bucket: escapeTemplate(state.bucket),
    region: escapeTemplate(state.region),
    key: escapeTemplate(`${state.key}/${stackName}.tfstate`),
    encrypt: true,
  });
  backend.addOverride('use_lockfile', true);
}

/**
 * What both stacks share: the provider, which refuses every other account, the backend, and the oldest engine that
 * may run them. The native lock file of a state bucket needs engine 1.10.
 */
export function prepareStack(stack: TerraformStack, team: Team, stackName: string): void {
  // IAM is global and answers in us-east-1, which is also the only region of Mechanical Turk.
  new AwsProvider(stack, 'aws', { region: 'us-east-1', allowedAccountIds: [team.account] });
  addBackend(stack, team, stackName);
  stack.addOverride('terraform.required_version', team.settings.state === null ? '>= 1.6' : '>= 1.10');
}
