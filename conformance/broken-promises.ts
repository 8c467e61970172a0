import { LIMITS_POLICY } from '../src/team/names.ts';
import type { SentCall } from './counting-proxy.ts';

/**
 * What an apply may not do on its way, whatever it leaves in the end: create a user without a boundary, or put
 * a new user to a group before the policy that limits it exists. An engine runs ten calls at a time, so only
 * an answer that came before the next call was sent proves an order.
 */
export function brokenPromises(calls: readonly SentCall[]): readonly string[] {
  const created = calls.filter(({ action }) => action === 'CreateUser');
  return created.flatMap((creation) => {
    const user = userOf(creation);
    const unbounded = creation.parameters.get('PermissionsBoundary') === null;
    const limit = calls.find((call) => call.action === 'PutUserPolicy' && userOf(call) === user && isLimits(call));
    const early = calls.filter(
      (call) => call.action === 'AddUserToGroup' && userOf(call) === user && precedes(call, limit),
    );
    return [
      ...(unbounded ? [`${user} was created without a boundary`] : []),
      ...early.map((call) => `${user} was added to ${call.parameters.get('GroupName')} before its limits existed`),
    ];
  });
}

function precedes(call: SentCall, limit: SentCall | undefined): boolean {
  return limit !== undefined && call.sent < limit.answered;
}

function userOf(call: SentCall): string {
  return call.parameters.get('UserName') ?? '';
}

function isLimits(call: SentCall): boolean {
  return call.parameters.get('PolicyName') === LIMITS_POLICY;
}
