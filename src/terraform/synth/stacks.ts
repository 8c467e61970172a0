import type { WantedRole } from '../../aws/setup/account-roles.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import { BOUNDARY_PATH, ROLE_POLICY } from '../../team/names.ts';
import { membersWithUser, type Team } from '../../team/team.ts';
import {
  App,
  AwsProvider,
  IamPolicy,
  IamRole,
  IamRolePoliciesExclusive,
  IamRolePolicy,
  IamRolePolicyAttachmentsExclusive,
  LocalBackend,
  S3Backend,
  TerraformStack,
} from './cdktf.ts';
import { MemberUser } from './member.ts';
import { RoleGroup } from './role.ts';
import { escapeTemplate } from './template.ts';

export interface SynthOptions {
  /** The day for which members are active, `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** The directory to write into; made where it is missing. */
  readonly outDir: string;
  /** Whether users are imported as they are: without boundary, `limits` and exclusive-policy resources. */
  readonly adopting?: boolean;
  /** Of the bootstrap stack, which has none without them: they need what GitHub says about the repository. */
  readonly roles?: readonly WantedRole[];
}

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
function prepareStack(stack: TerraformStack, team: Team, stackName: string): void {
  // IAM is global and answers in us-east-1, which is also the only region of Mechanical Turk.
  new AwsProvider(stack, 'aws', { region: 'us-east-1', allowedAccountIds: [team.account] });
  addBackend(stack, team, stackName);
  stack.addOverride('terraform.required_version', team.settings.state === null ? '>= 1.6' : '>= 1.10');
}

/**
 * Everything under the lab's IAM path: a user for each active member, a group for each role.
 *
 * The order of an apply's calls is a security property: at no moment may a user do what neither the access before nor
 * after allows. The dependencies give this order: `limits`; policies of roles; their attachments, the role's own first;
 * memberships; last, deletions of users. `limits` that end may do so at any moment.
 * `usersToSuspend` finds the changes for which no order is right, or none is given.
 */
class TeamStack extends TerraformStack {
  constructor(app: App, team: Team, { today, adopting }: Pick<SynthOptions, 'today' | 'adopting'>) {
    super(app, 'team');
    prepareStack(this, team, 'team');

    const members = byKey(membersWithUser(team, today)).map((member) => ({
      member,
      construct: new MemberUser(this, team, member, adopting),
    }));
    for (const role of byKey(team.roles)) {
      const holders = members.filter(({ member }) => member.roles.includes(role.key));
      new RoleGroup(this, { team, role, members: holders.map(({ construct }) => construct) });
    }
  }
}

/** By code units: the output depends neither on the order of the file nor on a locale. */
function byKey<T extends { readonly key: string }>(things: readonly T[]): readonly T[] {
  return [...things].sort((one, two) => (one.key < two.key ? -1 : one.key > two.key ? 1 : 0));
}

/** What an administrator applies, outside the path that the lab's own runs may write: the boundary, and the workflows' roles. */
class BootstrapStack extends TerraformStack {
  constructor(app: App, team: Team, roles: readonly WantedRole[]) {
    super(app, 'bootstrap');
    prepareStack(this, team, 'bootstrap');
    const boundary = new IamPolicy(this, 'boundary', {
      name: team.lab,
      path: BOUNDARY_PATH,
      policy: escapeTemplate(JSON.stringify(boundaryPolicy(team))),
    });
    boundary.overrideLogicalId('boundary');
    for (const role of roles) this.addRole(role);
  }

  /** A role with its one policy: what else is attached to it by hand, the next bootstrap detaches. */
  private addRole({ key, name, path, trust, permissions }: WantedRole): void {
    const policyOf = (document: object) => escapeTemplate(JSON.stringify(document));
    const role = new IamRole(this, key, { name, path, assumeRolePolicy: policyOf(trust) });
    const own = new IamRolePolicy(this, `${key}-policy`, {
      name: ROLE_POLICY,
      role: role.name,
      policy: policyOf(permissions),
    });
    const attachments = new IamRolePolicyAttachmentsExclusive(this, `${key}-attachments`, {
      roleName: role.name,
      policyArns: [],
    });
    const inline = new IamRolePoliciesExclusive(this, `${key}-inline`, {
      roleName: role.name,
      policyNames: [ROLE_POLICY],
      // The provider would write a listed but missing policy without a document, which IAM rejects.
      dependsOn: [own],
    });
    for (const each of [role, own, attachments, inline]) each.overrideLogicalId(key);
  }
}

/** Synthesizes both stacks into an existing directory. Loading this module loads CDKTF. */
export function writeStacks(team: Team, options: SynthOptions): void {
  const { outDir, roles = [] } = options;
  withoutCreationStacks(() => {
    // A stack trace would put this machine's paths into a file that is compared and committed.
    const app = new App({ outdir: outDir, stackTraces: false });
    new BootstrapStack(app, team, roles);
    new TeamStack(app, team, options);
    app.synth();
  });
}

/**
 * CDKTF keeps a whole stack trace for every token, a third of its time and a good part of its memory, to tell where an
 * unresolved one came from. It asks for them on a plain object: an error keeps its own.
 */
function withoutCreationStacks(work: () => void): void {
  const previous = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => {
    if (!(error instanceof Error)) return '';
    return previous?.(error, sites) ?? [String(error), ...sites.map((site) => `    at ${site}`)].join('\n');
  };
  try {
    work();
  } finally {
    Error.prepareStackTrace = previous;
  }
}
