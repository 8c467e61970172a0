import type { Holder } from '../../access/model-difference.ts';
import type { CloudTrailEvent } from '../../aws/cloudtrail.ts';

/** The events that can have caused a finding: these calls, in the history of this IAM name or ARN. */
export interface CloudTrailMatcher {
  readonly subject: string;
  readonly calls: Calls;
}

/** Whether a call with these parameters caused it. The whole event is given for its actor and time. */
type Call = (parameters: CloudTrailEvent['parameters'], event: CloudTrailEvent) => boolean;

/** By the call's name. */
export type Calls = Readonly<Record<string, Call>>;

/** The largest difference between a creation time and the time of its call, in milliseconds. */
const SAME_MOMENT = 5_000;

/** A call with all of these parameters: ARNs are compared exactly, names ignoring case, as IAM does. */
export function sets(wanted: Readonly<Record<string, string>>): Call {
  return (parameters) =>
    Object.entries(wanted).every(([key, value]) =>
      value.startsWith('arn:') ? parameters[key] === value : sameName(parameters[key], value),
    );
}

export function both(one: Call, other: Call): Call {
  return (parameters, event) => one(parameters, event) && other(parameters, event);
}

export function sameName(given: unknown, name: string): boolean {
  return typeof given === 'string' && given.toLowerCase() === name.toLowerCase();
}

/** Creates the policy with this ARN: the call has only its path and name. */
export function createsPolicy(arn: string): Call {
  return ({ policyName, path = '/' }) => arn.endsWith(`:policy${String(path)}${String(policyName)}`);
}

export function deletesPolicy(arn: string): Calls {
  return { DeletePolicy: sets({ policyArn: arn }) };
}

/** Makes another document of a policy the default one. */
export function changesDocument(arn: string): Calls {
  const isOf = sets({ policyArn: arn });
  return {
    CreatePolicyVersion: both(isOf, ({ setAsDefault }) => setAsDefault === true),
    SetDefaultPolicyVersion: isOf,
    CreatePolicy: createsPolicy(arn),
  };
}

/** At the time at which something was created. */
export function atCreation(created: string | null): Call {
  return (_parameters, { at }) => created !== null && Math.abs(Date.parse(at) - Date.parse(created)) <= SAME_MOMENT;
}

/** Creates a user or group, or renames one to this name. */
export function creates({ kind, name }: Holder): Calls {
  return kind === 'user'
    ? { CreateUser: sets({ userName: name }), UpdateUser: sets({ newUserName: name }) }
    : { CreateGroup: sets({ groupName: name }), UpdateGroup: sets({ newGroupName: name }) };
}

/** Deletes a user or group, or gives it another name. */
export function deletes({ kind, name }: Holder): Calls {
  return kind === 'user'
    ? {
        DeleteUser: sets({ userName: name }),
        UpdateUser: both(sets({ userName: name }), ({ newUserName }) => typeof newUserName === 'string'),
      }
    : {
        DeleteGroup: sets({ groupName: name }),
        UpdateGroup: both(sets({ groupName: name }), ({ newGroupName }) => typeof newGroupName === 'string'),
      };
}

/** A call whose name has the kind of the holder in it: `AttachUserPolicy`, `PutGroupPolicy`. */
export function onPolicy(verb: string, { kind, name }: Holder, parameters: Record<string, string>): Calls {
  return kind === 'user'
    ? { [`${verb}UserPolicy`]: sets({ userName: name, ...parameters }) }
    : { [`${verb}GroupPolicy`]: sets({ groupName: name, ...parameters }) };
}

/** Attaches a policy of a lab to a user or group. */
export function attachesLabPolicy({ kind, name }: Holder): Calls {
  const isOfLab: Call = ({ policyArn }) => String(policyArn).includes(':policy/mturk/');
  return kind === 'user'
    ? { AttachUserPolicy: both(sets({ userName: name }), isOfLab) }
    : { AttachGroupPolicy: both(sets({ groupName: name }), isOfLab) };
}

/** For this user; a user who makes a credential for itself need not name itself. */
export function ofUser(user: string): Call {
  return ({ userName }, { actor }) => sameName(userName ?? actor, user);
}
