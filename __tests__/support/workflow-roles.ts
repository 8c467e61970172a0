import { wantedRoles } from '../../src/aws/setup/account-roles.ts';
import { type PolicyDocument, type Statement, statementsOf } from '../../src/iam/document.ts';
import { evaluate } from '../../src/iam/evaluate.ts';
import type { WorkflowRole } from '../../src/team/names.ts';
import { boundaryArn } from '../../src/team/names.ts';
import { labFacts, labTeam } from './init-files.ts';

const team = labTeam();
const { account, lab } = team;
const { state } = team.settings;
if (state === null) throw new Error('init names no bucket');
export const STATE = state;

/** As `bootstrap` makes them for the lab repository that `init` writes. */
const ROLES = wantedRoles({ account, lab, state }, await labFacts('classic'));

/** What a role of the lab may do. */
export function permissions(role: WorkflowRole): PolicyDocument {
  const found = ROLES.find(({ key }) => key === role);
  if (found === undefined) throw new Error(`bootstrap makes no role ${role}`);
  return found.permissions;
}

/** The statements by which a role may do it. */
export function allowing(role: WorkflowRole): readonly Statement[] {
  return statementsOf(permissions(role)).filter(({ Effect }) => Effect === 'Allow');
}

export const OWN_BOUNDARY = boundaryArn(team);

/** `user/mturk/perception-lab/perception-lab-bo` with the account before it. */
export const arn = (rest: string) => `arn:aws:iam::${account}:${rest}`;

export const labArn = (kind: 'user' | 'group' | 'policy', key: string) => arn(`${kind}/mturk/${lab}/${lab}-${key}`);

export const stateArn = (name: string) => `arn:aws:s3:::${STATE.bucket}/${STATE.key}/${name}`;

/** Whether a document allows a call: an identity policy without a boundary, as a role of the workflows has. */
export function allows(
  document: PolicyDocument,
  action: string,
  resource: string,
  context: Readonly<Record<string, string | readonly string[]>> = {},
  boundary: PolicyDocument | null = null,
): boolean {
  const source = (policy: string, text: PolicyDocument) => ({ holder: 'caller', policy, document: text });
  const policies = {
    identity: [source('own', document)],
    boundary: boundary === null ? null : source('boundary', boundary),
  };
  return evaluate(policies, { action, resource, context }).outcome === 'allowed';
}

/** Whether a role of the lab may make a call. */
export function may(
  role: WorkflowRole,
  action: string,
  resource: string,
  context: Readonly<Record<string, string | readonly string[]>> = {},
): boolean {
  return allows(permissions(role), action, resource, context);
}
