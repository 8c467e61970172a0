import { type AccountRole, stableArn } from '../../access/account-role.ts';
import type { EscalationStep } from '../../access/escalation/targets.ts';
import { policyName } from '../../access/model.ts';
import { type DisplayNames, nameOutsideLabText } from '../../access/text/names.ts';
import { permissionsOf } from '../../aws/setup/roles.ts';
import { canonicalJson } from '../../iam/canonical.ts';
import { type Statement, statementsOf, toList } from '../../iam/document.ts';
import { iamName, WORKFLOW_ROLES, workflowRolePath } from '../../team/names.ts';
import { codeText, joinTexts, someTexts, type Text, t, trusted } from '../../text/text.ts';
import { detected, type Rule, type ScanContext } from './rule.ts';

export const unmanagedRole: Rule<'unmanaged-role'> = {
  severity: 'critical',
  detect: (context) => {
    const { inventory, reach, administrators, team } = context;
    const excepted = new Set(team.settings.administrators.map(stableArn));
    const { neighbors } = team.settings;
    return inventory.roles.flatMap((role) => {
      const { name, arn } = role;
      const way = reach.steps.get(arn) ?? null;
      const isReaching = way !== null || reach.everything.has(arn);
      const isExcepted =
        administrators.has(arn) ||
        excepted.has(stableArn(arn)) ||
        neighbors.some((other) => isWorkflowRoleOf(other, role, context));
      if (!isReaching || isExcepted) return [];
      return [detected('unmanaged-role', { role: name, arn, way }, { risk: 'spends', escalates: [`role/${name}`] })];
    });
  },
  idParts: ({ arn }) => [policyName(stableArn(arn))],
  title: ({ role, way }, names) =>
    t`Role ${nameOutsideLabText(role, names)} ${way?.control === 'lab' ? t`can take control of the lab` : t`can do everything in the account`}`,
  remedy: ({ data: { way } }, names) => ({
    detail: escalationText(way, names),
    toFix: t`An administrator of the account removes what allows it from the role.`,
    ifIntended: t`Add the ARN to ${codeText('settings.administrators')}.`,
  }),
};

const READS = /^(cloudtrail|iam|s3):(Generate|Get|List|Lookup)\w+$/;
const OBJECT_WRITES = ['s3:PutObject', 's3:DeleteObject'];

/** Whether a role is one of another lab's workflows, and writes what this version lets that one write, and other objects. */
function isWorkflowRoleOf(lab: string, { name, path, inline, attached }: AccountRole, { team, lab: own }: ScanContext) {
  const role = WORKFLOW_ROLES.find((each) => path === workflowRolePath(lab) && name === iamName(lab, each));
  if (role === undefined || attached.length > 0) return false;
  const written = statementsOf(permissionsOf(role, { lab, account: team.account, state: { bucket: '', key: '' } }));
  // The condition on the boundary is what keeps a role that makes users from the account.
  const where = ({ Resource, Condition }: Statement) => canonicalJson({ Resource, Condition });
  const isOtherObject = (arn: string) => !/[*?$]/.test(arn) && !own.lab.object.has(arn);
  const isWithin = (statement: Statement) => {
    const { Effect, Action, Resource } = statement;
    if (Effect === 'Deny') return true;
    const writes = toList(Action).filter((action) => !READS.test(action));
    if (writes.length === 0) return Action !== undefined;
    if (writes.every((action) => OBJECT_WRITES.includes(action)))
      return Resource !== undefined && toList(Resource).every(isOtherObject);
    return written.some(
      (each) => where(each) === where(statement) && writes.every((action) => toList(each.Action).includes(action)),
    );
  };
  return inline.every(({ document }) => document !== null && statementsOf(document).every(isWithin));
}

/** `Gains control of the lab: sts:AssumeRole on role deploy, then iam:PassRole on role admin.` Null if there is no way. */
export function escalationText(way: EscalationStep | null, names: DisplayNames): Text | null {
  if (way === null) return t`Its policies allow everything.`;
  const gains = { account: 'control of the account', lab: 'control of the lab', none: 'more access' };
  const steps = stepsOf(way).map(({ actions, on: { kind, name } }) => {
    const what = trusted(kind === 'object' ? 'S3 object' : kind);
    return t`${someTexts(actions.map(codeText))} on ${what} ${nameOutsideLabText(name, names)}`;
  });
  return t`Gains ${trusted(gains[way.control])}: ${joinTexts(steps, ', then ')}.`;
}

function stepsOf(way: EscalationStep): readonly EscalationStep[] {
  return [way, ...(way.next === null ? [] : stepsOf(way.next))];
}
