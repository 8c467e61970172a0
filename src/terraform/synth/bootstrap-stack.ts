import { boundaryPolicy } from '../../team/documents.ts';
import { BOUNDARY_PATH } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { type App, IamPolicy, TerraformStack } from './cdktf.ts';
import { escapeTemplate, prepareStack } from './stack.ts';

/** What an administrator applies once, outside the path that the lab's own runs may write: the permissions boundary. */
export class BootstrapStack extends TerraformStack {
  constructor(app: App, team: Team) {
    super(app, 'bootstrap');
    prepareStack(this, team, 'bootstrap');
    const boundary = new IamPolicy(this, 'boundary', {
      name: team.lab,
      path: BOUNDARY_PATH,
      policy: escapeTemplate(JSON.stringify(boundaryPolicy(team))),
    });
    boundary.overrideLogicalId('boundary');
  }
}
