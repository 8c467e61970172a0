import { type DisplayNames, userText } from '../../access/text/names.ts';
import { labPath } from '../../team/names.ts';
import { codeText, sentences, someTexts, t } from '../../text/text.ts';
import { attachesLabPolicy, creates } from '../attribution/matcher.ts';
import type { FindingOf } from '../finding.ts';
import { iamCommand } from '../text/aws-command.ts';
import { detected, type RemedyText, type Rule } from './rule.ts';
import { DENY_ALL, isAllowing } from './texts.ts';
import { riskOf } from './unmanaged-effect.ts';

export const unmanagedGroup: Rule<'unmanaged-group'> = {
  id: 'unmanaged-group',
  severity: 'low',
  detect: ({ unmanaged, team }) =>
    unmanaged.flatMap((effect) => {
      const { resource, changes, keeps, escalates } = effect;
      if (resource.kind !== 'group') return [];
      const { name: group, arn, path, details } = resource;
      const { members = null, attached = [], inline = [] } = details ?? {};
      const inPath = path.startsWith(labPath(team.lab));
      const data = { group, arn, path, inPath, members, attached, inline, keeps };
      return [detected('unmanaged-group', data, { changes, risk: riskOf(effect), escalates })];
    }),
  idParts: ({ group }, names) => names.group(group),
  title: ({ group }) => t`Unmanaged group ${codeText(group)}`,
  pendingTitle: ({ group }) => t`Delete group ${codeText(group)}`,
  remedy: remedyText,
  cloudTrail: ({ cause, data: { group, path } }) => {
    const holder = { kind: 'group', name: group } as const;
    const isCreated = cause === 'unknown' || path.startsWith('/mturk/');
    return { subject: group, calls: isCreated ? creates(holder) : attachesLabPolicy(holder) };
  },
};

function remedyText({ changes, escalates, data }: FindingOf<'unmanaged-group'>, names: DisplayNames): RemedyText {
  const { group, members, attached, inline, keeps } = data;
  if (members === null) return { detail: t`It could not be read.`, toFix: t`Check it in the IAM console.` };
  const who = members.length === 0 ? t`no members` : someTexts(members.map((user) => userText(user, names)));
  const name = ['group-name', group] as const;
  const detail = sentences(
    t`Members: ${who}.`,
    keeps.length === 0
      ? null
      : t`${someTexts(keeps.map(({ user }) => userText(user, names)))} would keep access if ${codeText('team.yaml')} revoked it.`,
  );
  const isGranting =
    escalates.length > 0 || keeps.length > 0 || changes.some(({ operations }) => operations.gained.length > 0);
  // To leave a group that only denies would grant access.
  if (!isGranting) return { detail, toFix: t`It grants nothing. If nothing needs it, delete it in the IAM console.` };
  return {
    detail,
    toFix: t`Detach what grants access, then remove the members:`,
    commands: [
      ...attached
        .filter((arn) => arn !== DENY_ALL)
        .map((arn) => iamCommand('detach-group-policy', name, ['policy-arn', arn])),
      ...inline
        .filter(({ document }) => isAllowing(document))
        .map((policy) => iamCommand('delete-group-policy', name, ['policy-name', policy.name])),
      ...members.map((user) => iamCommand('remove-user-from-group', ['user-name', user], name)),
    ],
  };
}
