import { stableArn } from '../../access/account-role.ts';
import { nameOutsideLabText, policyName } from '../../access/text/names.ts';
import { workflowRolePath } from '../../team/names.ts';
import { codeText, t } from '../../text/text.ts';
import { escalationText } from './escalation-text.ts';
import { detected, type Rule } from './rule.ts';

export const unmanagedRole: Rule<'unmanaged-role'> = {
  id: 'unmanaged-role',
  severity: 'critical',
  detect: ({ inventory, reach, administrators, team, lab }) => {
    const excepted = new Set(team.settings.administrators.map(stableArn));
    const neighbors = team.settings.neighbors.map(workflowRolePath);
    return inventory.roles.flatMap(({ name, arn, path }) => {
      const way = reach.steps.get(arn) ?? null;
      const isReaching = way !== null || reach.everything.has(arn);
      const isExcepted = administrators.has(arn) || excepted.has(stableArn(arn)) || neighbors.includes(path);
      if (!isReaching || isExcepted || lab.lab.role.has(arn)) return [];
      return [detected('unmanaged-role', { role: name, arn, way }, { risk: 'spends', escalates: [name] })];
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
