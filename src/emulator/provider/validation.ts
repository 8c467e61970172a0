import { messageOf } from './aws-calls.ts';
import { type Diagnostic, errorDiagnostic } from './messages.ts';
import { type Attributes, hasUnknown, isEmpty, textOf } from './value.ts';

export type Validator = (config: Attributes) => readonly Diagnostic[];

/** Joins rules into one; a rule whose attributes are unknown has nothing to say. */
export function all(...validators: readonly Validator[]): Validator {
  return (config) => validators.flatMap((validator) => validator(config));
}

/** Names of users and groups: IAM's alphabet. Their length is left to IAM, as the real provider leaves it. */
export function iamNameCharset(attribute: string): Validator {
  return matching(
    attribute,
    /^[0-9A-Za-z=,.@\-_+]+$/,
    'must only contain alphanumeric characters, hyphens, underscores, commas, periods, @ symbols, plus and equals signs',
  );
}

/** Names of policies: IAM's alphabet and length. */
export function policyName(attribute: string, maximum: number): Validator {
  return all(matching(attribute, /^[\w+=,.@-]*$/, 'must match [\\w+=,.@-]'), longest(attribute, maximum));
}

export function longest(attribute: string, maximum: number): Validator {
  return (config) => {
    const { length } = textOf(config, attribute);
    if (length <= maximum) return [];
    const words = `expected length of ${attribute} to be in the range (0 - ${maximum}), got ${length}`;
    return [errorDiagnostic(words, '', attribute)];
  };
}

export function arn(attribute: string): Validator {
  return matching(
    attribute,
    /^arn:[\w-]+:[\w-]+:([a-z]{2}(-[a-z]+)+-\d{1,2})?:(aws|\d{12})?:.+$/,
    'is an invalid ARN: expected arn:partition:service:region:account:resource',
  );
}

/** A JSON object, for a policy document. */
export function policyDocument(attribute: string): Validator {
  return (config) => {
    const document = config[attribute];
    if (typeof document !== 'string') return [];
    const invalid = (why: string) => [
      errorDiagnostic(`"${attribute}" contains an invalid JSON policy: ${why}`, '', attribute),
    ];
    if (!document.trimStart().startsWith('{')) return invalid('not a JSON object');
    try {
      JSON.parse(document);
      return [];
    } catch (error) {
      return invalid(messageOf(error));
    }
  };
}

/** At most one of two attributes. */
export function conflicting(one: string, other: string): Validator {
  return (config) => {
    const given = [one, other].every((name) => config[name] !== null && !hasUnknown(config[name] ?? null));
    return given
      ? [errorDiagnostic('Conflicting configuration arguments', `"${one}": conflicts with ${other}`, one)]
      : [];
  };
}

/** Refuses an attribute that our stacks leave to another resource type. */
export function unset(attribute: string, type: string): Validator {
  return ({ [attribute]: given = null }) =>
    isEmpty(given) ? [] : [errorDiagnostic(`this provider has no ${attribute}: use ${type}`, '', attribute)];
}

function matching(attribute: string, pattern: RegExp, words: string): Validator {
  return (config) => {
    const value = config[attribute];
    if (typeof value !== 'string' || pattern.test(value)) return [];
    return [errorDiagnostic(`invalid value for ${attribute} (${words})`, '', attribute)];
  };
}
