import { otherPolicyText } from '../../access/text/names.ts';
import { counted, t, trusted } from '../../text/text.ts';
import { riskOfUnmanaged } from '../access-changes.ts';
import { iamCommand } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

export const unmanagedPolicy: Rule<'unmanaged-policy'> = {
  severity: 'low',
  detect: ({ unmanaged }) =>
    unmanaged.flatMap((effect) => {
      const { resource, changes, escalates } = effect;
      if (resource.kind !== 'policy') return [];
      const data = { arn: resource.arn, ...resource.details };
      return [detected('unmanaged-policy', data, { changes, risk: riskOfUnmanaged(effect), escalates })];
    }),
  title: ({ arn }, names, cause) =>
    t`${cause === 'pending' ? t`Delete` : t`Unmanaged`} policy ${otherPolicyText(arn, names)}`,
  remedy: ({ data: { arn, attachments } }) => ({
    detail: t`Attached to ${trusted(counted(attachments, 'user, group or role', 'users, groups and roles'))}.`,
    toFix: t`If nothing uses it, delete it:`,
    commands: [iamCommand('delete-policy', ['policy-arn', arn])],
  }),
};
