import type { CloudTrailEvent } from '../../aws/cloudtrail/event.ts';

/** Whether a call with these parameters did it. The whole event is given for who called, and when. */
type Call = (parameters: CloudTrailEvent['parameters'], event: CloudTrailEvent) => boolean;

/** By the call's name. */
export type Calls = Readonly<Record<string, Call>>;

/** How far a key's time of creation may be from that of the call, in milliseconds. */
const SAME_MOMENT = 5_000;

/** A call that was given all of these: ARNs as they are, names whatever their case, as IAM compares them. */
export function sets(wanted: Readonly<Record<string, string>>): Call {
  return (parameters) =>
    Object.entries(wanted).every(([key, value]) =>
      value.startsWith('arn:') ? parameters[key] === value : sameName(parameters[key], value),
    );
}

export function sameName(given: unknown, name: string): boolean {
  return typeof given === 'string' && given.toLowerCase() === name.toLowerCase();
}

/** Makes the policy that has this ARN: the call names its path and name alone. */
export function arnIsOf(arn: string): Call {
  return ({ policyName, path = '/' }) => arn.endsWith(`:policy${String(path)}${String(policyName)}`);
}

/** Brings another document of a policy in force. */
export function changesDocument(arn: string): Calls {
  const isOf = sets({ policyArn: arn });
  return {
    CreatePolicyVersion: (parameters, event) => isOf(parameters, event) && parameters.setAsDefault === true,
    SetDefaultPolicyVersion: isOf,
    CreatePolicy: arnIsOf(arn),
  };
}

/** At the moment at which something was created. */
export function byCreation(created: string | null): Call {
  return (_parameters, { at }) => created !== null && Math.abs(Date.parse(at) - Date.parse(created)) <= SAME_MOMENT;
}
