import { otherPolicyText } from '../../access/text/names.ts';
import { counted, t, trusted } from '../../text/text.ts';
import { iamCommand } from './aws-command.ts';
import { detected, type Rule } from './rule.ts';

export const unmanagedPolicy: Rule<'unmanaged-policy'> = {
  severity: 'low',
  detect: ({ unmanaged }) =>
    unmanaged.flatMap(({ resource }) =>
      resource.kind === 'policy' ? [detected('unmanaged-policy', { arn: resource.arn, ...resource.details })] : [],
    ),
  title: ({ arn }, names, cause) =>
    t`${cause === 'pending' ? t`Delete` : t`Unmanaged`} policy ${otherPolicyText(arn, names)}`,
  remedy: ({ data: { arn, attachments } }) => ({
    detail: t`Attached to ${trusted(counted(attachments, 'user, group or role', 'users, groups and roles'))}.`,
    toFix: t`If nothing uses it, delete it:`,
    commands: [iamCommand('delete-policy', ['policy-arn', arn])],
  }),
};
