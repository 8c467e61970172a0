import type { Team } from '../../team/team.ts';
import { LocalBackend, S3Backend, type TerraformStack } from './cdktf.ts';
import { escapeTemplate } from './escape.ts';

/**
 * Where a stack's state lives: the team's bucket with its native lock file, or a file beside the configuration.
 * The local path is relative, because CDKTF's default names the current directory. The key in the bucket does
 * not name the lab: a lab that is renamed would start with an empty state, and leave everybody's old access in force,
 * unwatched. It has to meet its old state, to be refused. So a bucket holds the state of one lab.
 */
export function addBackend(stack: TerraformStack, team: Pick<Team, 'settings'>, stackName: string): void {
  const { state } = team.settings;
  if (state === null) {
    new LocalBackend(stack, { path: 'terraform.tfstate' });
    return;
  }
  const backend = new S3Backend(stack, {
    bucket: escapeTemplate(state.bucket),
    region: escapeTemplate(state.region),
    key: `mturk-team/${stackName}.tfstate`,
    encrypt: true,
  });
  backend.addOverride('use_lockfile', true);
}
