import { actionOf, type Operation } from '../catalog/mturk.ts';
import { type Decision, evaluate, type RequestContext } from '../iam/evaluate.ts';
import { type Circumstances, contextOf, OPEN_KEYS } from './context.ts';
import type { AccessModel } from './model.ts';
import { policiesOf, type UnknownPolicy, userNamed } from './policies-of.ts';

export interface UserDecision extends Decision {
  /** Policies of the user that count as allowing everything because their documents are not known. */
  readonly unknownPolicies: readonly UnknownPolicy[];
}

/** An action of any service; keys of `context` come on top of those that AWS fills in for every call. */
export interface ActionRequest extends Circumstances {
  /** `iam:GetUser` */
  readonly action: string;
  /** The ARN of what is acted on, `*` where the service has no resources. */
  readonly resource: string;
  readonly context?: RequestContext;
}

const DENIED: UserDecision = { outcome: 'denied-implicitly', by: [], stoppedByBoundary: false, unknownPolicies: [] };

/**
 * Whether a user may call an MTurk operation, and which statements decide; from any address if none is given.
 * A user who is not in the model is denied.
 */
export function decide(
  model: AccessModel,
  userName: string,
  operation: Operation,
  circumstances: Circumstances,
): UserDecision {
  return decideAction(model, userName, { action: actionOf(operation), resource: '*', ...circumstances });
}

/** Whether a user may do something, and what decides it. A user who is not in the model is denied. */
export function decideAction(model: AccessModel, userName: string, request: ActionRequest): UserDecision {
  const user = userNamed(model, userName);
  if (user === null) return DENIED;
  const policies = policiesOf(model, user);
  const context = { ...contextOf(model, user, request), ...request.context };
  const decision = evaluate(policies, {
    action: request.action,
    resource: request.resource,
    context,
    openKeys: OPEN_KEYS,
  });
  return { ...decision, unknownPolicies: policies.unknownPolicies };
}
