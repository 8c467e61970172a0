import { QUOTAS } from '../../iam/quotas.ts';
import { type AwsError, invalidInput, validationError } from './aws-error.ts';
import { memberName, type Params, structures, text } from './params.ts';
import type { TagRecord } from './state.ts';

const NAME = /^[\w+=,.@-]+$/;
// IAM's API reference: a lone slash, or printable ASCII between slashes.
const PATH = /^\/(?:[\u0021-\u007e]+\/)?$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const TAGS_LIMIT = QUOTAS.tags;

/** A name that is being given, held against IAM's alphabet and length. */
export function checkedName(params: Params, key: string, longest: number): string | AwsError {
  const name = text(params, key);
  const member = memberName(key);
  if (name === null) return constraint(member, 'Member must not be null');
  if (name === '') return constraint(member, 'Member must have length greater than or equal to 1');
  if (name.length > longest) return constraint(member, `Member must have length less than or equal to ${longest}`);
  if (!NAME.test(name)) {
    return validationError(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
  return name;
}

/** The path that is being given, `/` where none is. */
export function checkedPath(params: Params, key = 'Path'): string | AwsError {
  const path = text(params, key) ?? '/';
  if (path.length > QUOTAS.pathLength)
    return constraint(memberName(key), 'Member must have length less than or equal to 512');
  if (!PATH.test(path)) {
    return validationError(
      `The specified value for ${memberName(key)} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.`,
    );
  }
  return path;
}

export function constraint(member: string, rule: string): AwsError {
  return validationError(`1 validation error detected: Value at '${member}' failed to satisfy constraint: ${rule}`);
}

/** Tags that are being given, held against IAM's alphabet, lengths and its rule that keys differ not only in case. */
export function checkedTags(params: Params): readonly TagRecord[] | AwsError {
  const tags: TagRecord[] = [];
  const seen = new Set<string>();
  for (const [index, tag] of structures(params, 'Tags').entries()) {
    const key = text(tag, 'Key') ?? '';
    const value = text(tag, 'Value') ?? '';
    const member = `tags.${index + 1}.member`;
    if (key === '') return constraint(`${member}.key`, 'Member must have length greater than or equal to 1');
    if (key.length > QUOTAS.tagKeyLength)
      return constraint(`${member}.key`, 'Member must have length less than or equal to 128');
    if (value.length > QUOTAS.tagValueLength)
      return constraint(`${member}.value`, 'Member must have length less than or equal to 256');
    const pattern = 'Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+';
    if (!TAG_TEXT.test(key)) return constraint(`${member}.key`, pattern);
    if (!TAG_TEXT.test(value)) return constraint(`${member}.value`, pattern.replace(/\+$/, '*'));
    if (key.toLowerCase().startsWith('aws:')) {
      return invalidInput('Tag keys starting with aws: are reserved for system use.');
    }
    if (seen.has(key.toLowerCase())) {
      return invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    }
    seen.add(key.toLowerCase());
    tags.push({ key, value });
  }
  return tags;
}

/** Tags with others written over them, or the refusal of a fifty-first. */
export function mergedTags(before: readonly TagRecord[], added: readonly TagRecord[]): TagRecord[] | AwsError {
  const merged = new Map(before.map((tag) => [tag.key.toLowerCase(), tag]));
  for (const tag of added) merged.set(tag.key.toLowerCase(), tag);
  if (merged.size > TAGS_LIMIT) {
    return {
      kind: 'aws-error',
      code: 'LimitExceeded',
      status: 409,
      message: `The number of tags has reached the maximum limit: ${TAGS_LIMIT}.`,
    };
  }
  return [...merged.values()];
}
