import { canonicalDocument } from '../../iam/canonical.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { boundaryPolicy } from '../../team/documents.ts';
import type { GateInput, Json } from './gate.ts';
import { brief, isObject, resourcesOf } from './gate-json.ts';

interface Found {
  readonly at: string;
  readonly what: string;
}

/**
 * A role's policy allows operations of Mechanical Turk and nothing else, whatever the boundary would still let through;
 * a Deny may name anything. The boundary is the one that this project writes.
 */
export function policyProblems({ configuration, team, stack }: GateInput): readonly Found[] {
  return resourcesOf(configuration)
    .filter(({ type }) => type === 'aws_iam_policy' || type === 'aws_iam_user_policy')
    .flatMap(({ at, body }) => {
      const policy = isObject(body) ? body.policy : undefined;
      const document = typeof policy === 'string' ? documentOf(policy) : null;
      if (document === null) return [{ at: `${at}.policy`, what: brief(policy) }];
      if (stack === 'bootstrap') return isTheBoundary(document, team) ? [] : [{ at, what: brief(document) }];
      return statementsOf(document)
        .filter((statement) => !isHarmless(statement))
        .map((statement) => ({ at: `${at}.policy`, what: brief(statement) }));
    });
}

/** The document as IAM is given it: Terraform takes the escapes away. */
function documentOf(policy: string): Json | null {
  try {
    return JSON.parse(policy.split('$${').join('${').split('%%{').join('%{')) as Json;
  } catch {
    return null;
  }
}

function isTheBoundary(document: Json, team: GateInput['team']): boolean {
  if (!isObject(document)) return false;
  return canonicalDocument(document as unknown as PolicyDocument) === canonicalDocument(boundaryPolicy(team));
}

function statementsOf(document: Json): readonly Json[] {
  const statements = isObject(document) ? document.Statement : undefined;
  return Array.isArray(statements) ? statements : [statements ?? null];
}

function isHarmless(statement: Json): boolean {
  if (!isObject(statement)) return false;
  if (statement.Effect === 'Deny') return true;
  const actions = Array.isArray(statement.Action) ? statement.Action : [statement.Action];
  const ours = actions.every((action) => typeof action === 'string' && /^mechanicalturk:[A-Za-z]+$/.test(action));
  return statement.Effect === 'Allow' && ours && statement.NotAction === undefined;
}
