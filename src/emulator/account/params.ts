import { QUOTAS } from '../../iam/quotas.ts';
import { type AwsError, validationError } from './aws-error.ts';

/** A parameter of an IAM call as the Query protocol carries it: text, a list or a structure of texts. */
export type ParamValue = string | readonly ParamValue[] | { readonly [key: string]: ParamValue };
export type Params = { readonly [key: string]: ParamValue };

/** The text of a parameter, null where it was not sent. */
export function text(params: Params, key: string): string | null {
  const value = params[key];
  return typeof value === 'string' ? value : null;
}

/** The texts of a list parameter, empty where it was not sent. */
export function texts(params: Params, key: string): readonly string[] {
  const value = params[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The structures of a list parameter, empty where it was not sent. */
export function structures(params: Params, key: string): readonly Params[] {
  const value = params[key];
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Params => typeof item === 'object' && item !== null && !Array.isArray(item));
}

export function flag(params: Params, key: string): boolean {
  return text(params, key) === 'true';
}

export function constraint(member: string, rule: string): AwsError {
  return validationError(`1 validation error detected: Value at '${member}' failed to satisfy constraint: ${rule}`);
}

/** How IAM's validation messages spell a parameter: `UserName` becomes `userName`. */
function memberName(key: string): string {
  return key.startsWith('SSH') || key.startsWith('MFA') ? key : key.charAt(0).toLowerCase() + key.slice(1);
}

type ParamReader = (account: unknown, params: Params) => string | AwsError;

/** Reads a parameter that must be sent. */
export function required(key: string): ParamReader {
  return (_account, params) => text(params, key) ?? constraint(memberName(key), 'Member must not be null');
}

const NAME = /^[\w+=,.@-]+$/;
// IAM's API reference: a lone slash, or printable ASCII between slashes.
const PATH = /^\/(?:[\u0021-\u007e]+\/)?$/;

/** Reads a name that is being given, held against IAM's alphabet and length. */
export function nameOf(key: string, longest: number): ParamReader {
  const member = memberName(key);
  return (_account, params) => {
    const name = text(params, key);
    if (name === null) return constraint(member, 'Member must not be null');
    if (name === '') return constraint(member, 'Member must have length greater than or equal to 1');
    if (name.length > longest) return constraint(member, `Member must have length less than or equal to ${longest}`);
    if (NAME.test(name)) return name;
    return validationError(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  };
}

/** Reads the path that is being given, `/` where none is. */
export function pathOf(key = 'Path'): ParamReader {
  return (_account, params) => {
    const path = text(params, key) ?? '/';
    if (path.length > QUOTAS.pathLength)
      return constraint(memberName(key), 'Member must have length less than or equal to 512');
    if (PATH.test(path)) return path;
    return validationError(
      `The specified value for ${memberName(key)} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.`,
    );
  };
}

/** Reads the description of a new policy or role, null where there is none. */
export function descriptionOf(_account: unknown, params: Params): string | null | AwsError {
  const description = text(params, 'Description');
  if (description === null || description.length <= 1_000) return description;
  return constraint('description', 'Member must have length less than or equal to 1000');
}

/** Reads Active or Inactive. */
export function statusOf(_account: unknown, params: Params): 'Active' | 'Inactive' | AwsError {
  const status = text(params, 'Status');
  if (status === null) return constraint('status', 'Member must not be null');
  if (status === 'Active' || status === 'Inactive') return status;
  return constraint('status', 'Member must satisfy enum value set: [Active, Inactive]');
}
