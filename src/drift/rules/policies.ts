import { canonicalDocument } from '../../iam/canonical.ts';
import { type PolicyDocument, type Statement, statementsOf, toList } from '../../iam/document.ts';
import { actionMatches } from '../../iam/evaluate.ts';
import { codeText, someTexts, type Text, t } from '../../text/text.ts';

/** Whether a document can grant anything; one that cannot be parsed can. */
export function isAllowing(document: PolicyDocument | null): boolean {
  return document === null || statementsOf(document).some(({ Effect }) => Effect === 'Allow');
}

/** The edit of team.yaml that makes a change of a role's policy intended; null for what is no role's. */
export function roleEdit(role: string | null): Text | null {
  return role === null ? null : t`Change role ${codeText(role)} in ${codeText('team.yaml')}.`;
}

/** `everything`, or `s3:* on arn:aws:s3:::data`; a condition is named by its keys. */
export function statementText({ Action, NotAction, Resource, NotResource, Condition }: Statement): Text {
  const some = (list: readonly string[]) => (list.includes('*') ? t`everything` : someTexts(list.map(codeText)));
  const actions = Action === undefined ? t`everything except ${some(toList(NotAction))}` : some(toList(Action));
  const isAnywhere = toList(Resource).includes('*');
  const where =
    Resource === undefined ? t` on all except ${some(toList(NotResource))}` : t` on ${some(toList(Resource))}`;
  const keys = Object.values(Condition ?? {}).flatMap((byKey) => Object.keys(byKey));
  return t`${actions}${isAnywhere ? t`` : where}${keys.length === 0 ? t`` : t` (depending on ${someTexts(keys.map(codeText))})`}`;
}

/** The statements by which one document allows what another does not, compared as text. */
export function allowedOnlyBy(one: PolicyDocument, other: PolicyDocument): readonly Statement[] {
  return statementsOnlyIn(one, other).filter((statement) => statement.Effect === 'Allow' && !covers(other, statement));
}

/** The statements of the one that the other does not have, whatever their ids. */
export function statementsOnlyIn(one: PolicyDocument, other: PolicyDocument): readonly Statement[] {
  const key = ({ Sid: _sid, ...statement }: Statement) => canonicalDocument({ Statement: [statement] });
  const known = new Set(statementsOf(other).map(key));
  return statementsOf(one).filter((statement) => !known.has(key(statement)));
}

/**
 * Whether a document allows everything that an Allow names, compared as text: a pattern is inside another that matches
 * it, except for `?`, which stands for one character and not for a `*`. In doubt false.
 */
export function covers(document: PolicyDocument, { Action, Resource }: Statement): boolean {
  if (Action === undefined || Resource === undefined) return false;
  const allows = statementsOf(document).filter(
    (allow) => allow.Effect === 'Allow' && allow.Condition === undefined && !toList(allow.Action).join().includes('?'),
  );
  const allowed = (action: string, resource: string) =>
    allows
      .filter((allow) => allow.Action !== undefined && actionMatches(allow, action))
      .some((allow) => toList(allow.Resource).some((pattern) => pattern === resource || pattern === '*'));
  return toList(Action).every((action) => toList(Resource).every((resource) => allowed(action, resource)));
}
