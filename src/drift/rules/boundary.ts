import { type AccessChange, diffAccess, hasEffect } from '../../access/diff.ts';
import type { AccessModel } from '../../access/model.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import type { BoundaryState } from '../../aws/inventory/boundary.ts';
import { canonicalDocument } from '../../iam/canonical.ts';
import { toList } from '../../iam/context.ts';
import type { PolicyDocument, Statement } from '../../iam/document.ts';
import { actionMatches, statementsOf } from '../../iam/statement.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import type { Team } from '../../team/team.ts';

/** What is wrong with the permissions boundary, and what that does. */
export interface BoundaryEffect {
  readonly state: 'changed' | 'missing';
  readonly arn: string;
  /** Null where it is missing, or cannot be read as a policy. */
  readonly document: PolicyDocument | null;
  /** Statements by which it lets through more than bootstrap wrote. */
  readonly wider: readonly Statement[];
  /** Statements by which it lets through less. */
  readonly narrower: readonly Statement[];
  /** Whose access changes by it alone: a boundary gives nothing, so it can only be less. */
  readonly people: readonly AccessChange[];
}

/** Null where the boundary is as bootstrap wrote it, or could not be looked at. */
export function boundaryEffectOf(look: BoundaryState, team: Team, today: string, at: Date): BoundaryEffect | null {
  if (look.state === 'unchanged' || look.state === 'not-checked') return null;
  const { arn, state } = look;
  const nothing = { state, arn, document: null, wider: [], narrower: [], people: [] };
  if (look.state === 'missing' || look.document === null) return nothing;
  const { document } = look;
  const declared = desiredAccess(team, today);
  const written = boundaryPolicy(team);
  const added = statementsBeside(document, written);
  const gone = statementsBeside(written, document);
  return {
    ...nothing,
    document,
    wider: allowedBeside(document, written),
    // What bootstrap writes denies nothing: less can only come of an Allow that is gone, or of a Deny that is new.
    narrower: [
      ...added.filter(({ Effect }) => Effect === 'Deny'),
      ...gone.filter((statement) => !covers(document, statement)),
    ],
    people: diffAccess(declared, withDocument(declared, arn, document), at).people.filter(hasEffect),
  };
}

/** The statements by which one document allows what another one does not, by their words alone. */
export function allowedBeside(one: PolicyDocument, other: PolicyDocument): readonly Statement[] {
  return statementsBeside(one, other).filter((statement) => statement.Effect === 'Allow' && !covers(other, statement));
}

function withDocument(model: AccessModel, boundary: string, document: PolicyDocument): AccessModel {
  const policies = model.policies.map((policy) => (policy.arn === boundary ? { ...policy, document } : policy));
  return { ...model, policies };
}

/** The statements of the one that the other does not have, whatever they are called. */
function statementsBeside(one: PolicyDocument, other: PolicyDocument): readonly Statement[] {
  const key = ({ Sid: _sid, ...statement }: Statement) => canonicalDocument({ Statement: [statement] });
  const known = new Set(statementsOf(other).map(key));
  return statementsOf(one).filter((statement) => !known.has(key(statement)));
}

/**
 * Whether a document allows all that an Allow names, by its words alone: a pattern is inside another one that it matches
 * as a text, but for a `?`, which stands for one character and not for a `*`. In doubt it does not.
 */
function covers(document: PolicyDocument, { Action, Resource }: Statement): boolean {
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
