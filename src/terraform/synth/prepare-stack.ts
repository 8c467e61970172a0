import type { Team } from '../../team/team.ts';
import { addBackend } from './backend.ts';
import { AwsProvider, type TerraformStack } from './cdktf.ts';

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
