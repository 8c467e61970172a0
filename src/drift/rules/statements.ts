import { canonicalDocument } from '../../iam/canonical.ts';
import { type PolicyDocument, type Statement, statementsOf, toList } from '../../iam/document.ts';
import { actionMatches } from '../../iam/evaluate.ts';

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
  const allowed = (action: string, resource: string): boolean =>
    allows.some(
      (allow) =>
        allow.Action !== undefined &&
        actionMatches(allow, action) &&
        toList(allow.Resource).some((pattern) => pattern === resource || pattern === '*'),
    );
  return toList(Action).every((action) => toList(Resource).every((resource) => allowed(action, resource)));
}
