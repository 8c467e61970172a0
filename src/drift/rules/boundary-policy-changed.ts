import { type AccessChange, effectsBetween } from '../../access/diff.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import type { BoundaryState } from '../../aws/inventory/boundary.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import type { Team } from '../../team/team.ts';
import { codeText, sentences, someTexts, t } from '../../text/text.ts';
import { effectOf, escalationsByBoundary, withDocument } from '../access-changes.ts';
import type { RuleData } from '../finding.ts';
import { allowedOnlyBy, covers, statementsOnlyIn, statementText } from './policies.ts';
import { detected, type RemedyText, type Rule } from './rule.ts';

export const boundaryPolicyChanged: Rule<'boundary-policy-changed'> = {
  severity: 'medium',
  severityOf: ({ document, wider }) => (document !== null && wider.length === 0 ? 'medium' : 'high'),
  idEffect: 'escalation',
  detect: ({ boundary, team, today, account, lab, at }) => {
    const effect = boundaryEffectOf(boundary, team, today, at);
    if (effect === null) return [];
    const { changes, ...data } = effect;
    const escalates = escalationsByBoundary(team, account, lab, at);
    return [detected('boundary-policy-changed', data, { cause: 'manual', ...effectOf(changes, escalates) })];
  },
  idParts: ({ state, wider, narrower }) => {
    const ways = [...(wider.length > 0 ? ['wider'] : []), ...(narrower.length > 0 ? ['narrower'] : [])];
    return ways.length > 0 ? ways : [state];
  },
  title: ({ state }) => (state === 'missing' ? t`The boundary policy is missing` : t`The boundary policy was changed`),
  effect: t`The upper limit on permissions is not the reviewed one`,
  remedy: ({ data }) => remedyText(data),
};

/** How the boundary policy differs from bootstrap's, and whose access changes by it alone: it can only be less. */
type BoundaryEffect = RuleData['boundary-policy-changed'] & { readonly changes: readonly AccessChange[] };

/** Null if the boundary is as bootstrap wrote it, or could not be checked. */
export function boundaryEffectOf(boundary: BoundaryState, team: Team, today: string, at: Date): BoundaryEffect | null {
  if (boundary.state === 'unchanged' || boundary.state === 'not-checked') return null;
  const { arn, state } = boundary;
  const nothing = { state, arn, document: null, wider: [], narrower: [], changes: [] };
  if (boundary.state === 'missing' || boundary.document === null) return nothing;
  const { document } = boundary;
  const desired = desiredAccess(team, today);
  const written = boundaryPolicy(team);
  const added = statementsOnlyIn(document, written);
  const gone = statementsOnlyIn(written, document);
  return {
    ...nothing,
    document,
    wider: allowedOnlyBy(document, written),
    // Bootstrap's document denies nothing: less can only come from a missing Allow or a new Deny.
    narrower: [
      ...added.filter(({ Effect }) => Effect === 'Deny'),
      ...gone.filter((statement) => !covers(document, statement)),
    ],
    changes: effectsBetween(desired, withDocument(desired, arn, document), at),
  };
}

function remedyText({ state, document, wider, narrower }: RuleData['boundary-policy-changed']): RemedyText {
  const toFix = t`Ask an administrator to run ${codeText('mturk-team bootstrap')}.`;
  if (state === 'missing') return { detail: t`Any policy attached to a member takes full effect.`, toFix };
  if (document === null) return { detail: t`It cannot be parsed, so its limit is unknown.`, toFix };
  const detail = sentences(
    wider.length === 0 ? null : t`Also allows ${someTexts(wider.map(statementText))}.`,
    narrower.length === 0 ? null : t`No longer allows, or denies, ${someTexts(narrower.map(statementText))}.`,
  );
  return { detail, toFix };
}
