import { type AwsError, validationError } from './aws-error.ts';

/** A parameter of an IAM call as the Query protocol carries it: text, a list or a structure of texts. */
export type ParamValue = string | readonly ParamValue[] | { readonly [key: string]: ParamValue };
export type Params = { readonly [key: string]: ParamValue };

/** The text of a parameter, null where it was not sent. */
export function text(params: Params, key: string): string | null {
  const value = params[key];
  return typeof value === 'string' ? value : null;
}

/** The text of a parameter that must be sent. */
export function requiredText(params: Params, key: string): string | AwsError {
  const value = text(params, key);
  if (value !== null) return value;
  return validationError(
    `1 validation error detected: Value at '${memberName(key)}' failed to satisfy constraint: Member must not be null`,
  );
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

/** How IAM's validation messages spell a parameter: `UserName` becomes `userName`. */
export function memberName(key: string): string {
  return key.startsWith('SSH') || key.startsWith('MFA') ? key : key.charAt(0).toLowerCase() + key.slice(1);
}
