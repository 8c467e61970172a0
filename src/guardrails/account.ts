import { codeText, listTexts, t } from '../text/text.ts';
import type { GuardrailTable } from './guardrail.ts';

/** Blocks that `aws/inventory/existing.ts` finds in the account, by what a plan would create. */
export const ACCOUNT_GUARDRAILS = {
  'name-taken': {
    problem: ({ kind, name, owner, key }) => ({
      summary: t`the ${kind} name ${codeText(name)} is taken`,
      reason: t`it belongs to ${codeText(owner)}; IAM names are unique in an account, whatever their path and case`,
      help: t`rename or delete that ${kind}, or give ${codeText(key)} another key in ${codeText('team.yaml')}`,
    }),
  },
  'unexpected-group-members': {
    problem: ({ group, role, users }) => ({
      summary: t`group ${codeText(group)} exists and has other members`,
      reason: t`${listTexts(users.map(codeText))} would gain role ${codeText(role)}, which ${codeText('team.yaml')} does not grant them`,
      help: t`grant the role in ${codeText('team.yaml')}, or remove them from the group`,
      paste: users.map((user) => `aws iam remove-user-from-group --group-name ${group} --user-name ${user}`),
    }),
  },
  'boundary-missing': {
    problem: ({ arn }) => ({
      summary: t`the permissions boundary of the lab does not exist`,
      reason: t`no user is created without ${codeText(arn)}`,
      help: t`an administrator creates it once`,
      paste: ['mturk-team apply --bootstrap'],
    }),
  },
} satisfies Partial<GuardrailTable>;
