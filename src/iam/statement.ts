import { conditionsHold } from './conditions.ts';
import { type AccessRequest, type RequestContext, toList } from './context.ts';
import type { PolicyDocument, Statement } from './document.ts';
import { compilePattern, matchesPattern } from './pattern.ts';
import { resolvePattern } from './variables.ts';

/** The statements of a document, which IAM lets be a single one. */
export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return toList<Statement>(document.Statement);
}

/** Whether a statement of a document of that version speaks about the request. */
export function statementMatches(statement: Statement, version: string | undefined, request: AccessRequest): boolean {
  return (
    actionMatches(statement, request.action) &&
    resourceMatches(statement, version, request.resource, request.context) &&
    conditionsHold(statement.Condition, statement.Effect, version, request.context, request.openKeys)
  );
}

/** Prefix and name of an action are compared ignoring case. */
export function actionMatches(statement: Statement, action: string): boolean {
  const name = action.toLowerCase();
  const among = (patterns: readonly string[]) => patterns.some((pattern) => matchesAction(pattern, name));
  if (statement.Action !== undefined) return among(toList(statement.Action));
  return statement.NotAction !== undefined && !among(toList(statement.NotAction));
}

/** Resources are compared with case; one that holds a policy variable without a value is like no resource. */
export function resourceMatches(
  statement: Statement,
  version: string | undefined,
  resource: string,
  context: RequestContext,
): boolean {
  if (statement.Resource === '*') return true;
  const among = (patterns: readonly string[]) =>
    patterns.some((text) => {
      if (text === '*') return true;
      const pattern = resolvePattern(text, 'resource', version, context);
      return pattern !== null && matchesPattern(pattern, resource);
    });
  if (statement.Resource !== undefined) return among(toList(statement.Resource));
  return statement.NotResource !== undefined && !among(toList(statement.NotResource));
}

function matchesAction(pattern: string, loweredAction: string): boolean {
  if (pattern === '*') return true;
  const lowered = pattern.toLowerCase();
  if (!lowered.includes('*') && !lowered.includes('?')) return lowered === loweredAction;
  return matchesPattern(compilePattern(lowered, 'text'), loweredAction);
}
