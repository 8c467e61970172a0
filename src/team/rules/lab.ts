import type { IdKind } from '../../diagnostics/team-codes.ts';
import { QUOTAS } from '../../iam/quotas.ts';
import { iamName } from '../names.ts';
import { ACCOUNT_PATTERN, ID_PATTERN, LAB_PATTERN } from '../patterns.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Leaves 23 characters of an IAM user's name for the member's key. */
const LONGEST_LAB = 40;

export const labIsAnIamPath: Rule = ({ draft: { lab }, intact, report }) => {
  if (lab === null || !intact('lab')) return;
  if (lab.length > LONGEST_LAB || !LAB_PATTERN.test(lab)) report('invalid-lab', ['lab'], { lab, limit: LONGEST_LAB });
};

export const accountHasTwelveDigits: Rule = ({ draft: { account }, intact, report }) => {
  if (account === null || !intact('account') || ACCOUNT_PATTERN.test(account)) return;
  report('account-not-twelve-digits', ['account'], { account });
};

export const idsAreInIamsAlphabet: Rule = (context) => {
  for (const { section, kind, key } of idsOf(context)) {
    if (ID_PATTERN.test(key) || !context.intact(section, key)) continue;
    context.report('invalid-id', [section, key], { kind, id: key }, { at: 'key' });
  }
};

export const idsFitIntoIamNames: Rule = (context) => {
  const { lab } = context.draft;
  if (lab === null || !context.intact('lab')) return;
  for (const { section, kind, key } of idsOf(context)) {
    const limit = kind === 'role' ? QUOTAS.groupNameLength : QUOTAS.userNameLength;
    if (lab.length + 1 + key.length <= limit) continue;
    context.report('id-too-long', [section, key], { kind, id: key, name: iamName(lab, key), limit }, { at: 'key' });
  }
};

/** Groups and users have namespaces of their own in IAM, so a role and a member may share an id. */
export const idsDifferInMoreThanCase: Rule = ({ draft, report }) => {
  const spelled = (section: Section, kind: IdKind, seen: Map<string, string>, keys: readonly { key: string }[]) => {
    for (const { key } of keys) {
      const other = seen.get(key.toLowerCase());
      if (other === undefined) seen.set(key.toLowerCase(), key);
      else if (other !== key)
        report('ids-equal-ignoring-case', [section, key], { kind, id: key, other }, { at: 'key' });
    }
  };
  spelled('roles', 'role', new Map(), draft.roles);
  const people = new Map<string, string>();
  spelled('members', 'member', people, draft.members);
  spelled('departed', 'departed', people, draft.departed);
};

type Section = 'roles' | 'members' | 'departed';

function* idsOf({ draft }: RuleContext): Generator<{ section: Section; kind: IdKind; key: string }> {
  for (const { key } of draft.roles) yield { section: 'roles', kind: 'role', key };
  for (const { key } of draft.members) yield { section: 'members', kind: 'member', key };
  for (const { key } of draft.departed) yield { section: 'departed', kind: 'departed', key };
}
