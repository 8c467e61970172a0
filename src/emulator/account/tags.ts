import { QUOTAS } from '../../iam/quotas.ts';
import { type AwsError, invalidInput, isAwsError, limitExceeded } from './aws-error.ts';
import { operation, pageReply, type Reader, type Reply, type Run } from './operation.ts';
import { constraint, type Params, structures, text, texts } from './params.ts';
import type { TagRecord } from './state.ts';

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

interface Tagged {
  tags: TagRecord[];
}

/** Reads the tags that a new user or policy gets. */
export function newTags(_account: unknown, params: Params): TagRecord[] | AwsError {
  const given = givenTags(_account, params);
  return isAwsError(given) ? given : mergedTags([], given);
}

export function tagsReply(tags: readonly TagRecord[]): Reply[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

export function tag(named: Reader<Tagged>): Run {
  return operation({ tagged: named, given: givenTags }, ({ tagged, given }) => {
    const tags = mergedTags(tagged.tags, given);
    if (isAwsError(tags)) return tags;
    tagged.tags = tags;
    return {};
  });
}

export function untag(named: Reader<Tagged>): Run {
  return operation({ tagged: named }, ({ tagged, params }) => {
    const gone = new Set(texts(params, 'TagKeys').map((key) => key.toLowerCase()));
    tagged.tags = tagged.tags.filter(({ key }) => !gone.has(key.toLowerCase()));
    return {};
  });
}

export function listTags(named: Reader<Tagged>): Run {
  return operation({ tagged: named }, ({ tagged, params }) =>
    pageReply(
      params,
      'Tags',
      tagged.tags,
      ({ key }) => key.toLowerCase(),
      ({ key, value }) => ({ Key: key, Value: value }),
    ),
  );
}

/** Tags that are being given, held against IAM's alphabet, lengths and its rule that keys differ not only in case. */
function givenTags(_account: unknown, params: Params): readonly TagRecord[] | AwsError {
  const tags: TagRecord[] = [];
  const seen = new Set<string>();
  for (const [index, given] of structures(params, 'Tags').entries()) {
    const key = text(given, 'Key') ?? '';
    const value = text(given, 'Value') ?? '';
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
function mergedTags(before: readonly TagRecord[], added: readonly TagRecord[]): TagRecord[] | AwsError {
  const merged = new Map([...before, ...added].map((each) => [each.key.toLowerCase(), each]));
  if (merged.size <= QUOTAS.tags) return [...merged.values()];
  return limitExceeded(`The number of tags has reached the maximum limit: ${QUOTAS.tags}.`);
}
