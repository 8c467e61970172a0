import { z } from 'zod';
import { desiredAccessOnAnyDay } from '../../access/desired-digest.ts';
import type { AccessModel, InlinePolicy } from '../../access/model.ts';
import type { AppliedFile } from '../../drift/scan/look-since.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { parsePolicyDocument } from '../../iam/document-check.ts';
import { iamName } from '../../team/names.ts';
import { activeMembers, type Team } from '../../team/team.ts';

const TEXT = z.string().max(2_048);
const TEXTS = z.array(TEXT).max(10_000);
const MOST = 100_000;

/** Documents are kept once: thousands of members have the same. Null where nobody could read it back. */
const DOCUMENT = z.int().nonnegative().nullable();
const HOLDER = {
  name: TEXT,
  path: TEXT,
  attached: TEXTS,
  /** Names of policies, and which document of the list each says. */
  inline: z.record(TEXT, DOCUMENT),
};

/** What a team file declares, as it is kept beside the state: IAM's names and documents, no words for people. */
export const APPLIED_ACCESS = z
  .strictObject({
    account: z.string().regex(/^\d{12}$/),
    users: z
      .array(z.strictObject({ ...HOLDER, groups: TEXTS, boundary: TEXT.nullable(), tags: z.record(TEXT, TEXT) }))
      .max(MOST),
    groups: z.array(z.strictObject(HOLDER)).max(MOST),
    policies: z.array(z.strictObject({ arn: TEXT, name: TEXT, document: DOCUMENT })).max(MOST),
    documents: z
      .array(
        z
          .string()
          .max(20_480)
          .refine((text) => parsePolicyDocument(text) !== null, 'is no policy document'),
      )
      .max(MOST),
    /** IAM names of those whose last day had passed when it was applied. */
    ended: z.array(TEXT).max(MOST),
  })
  .refine(
    ({ users, groups, policies, documents }) =>
      [
        ...[...users, ...groups].flatMap(({ inline }) => Object.values(inline)),
        ...policies.map(({ document }) => document),
      ].every((index) => index === null || index < documents.length),
    'names a document that is not there',
  );

type AppliedAccess = z.infer<typeof APPLIED_ACCESS>;

/** What a team declares on a day (`YYYY-MM-DD`, UTC), to be kept. */
export function packedAccess(team: Team, today: string): AppliedAccess {
  const { account, users, groups, policies } = desiredAccessOnAnyDay(team);
  const documents = new Map<string, number>();
  const indexOf = (document: PolicyDocument | null): number | null => {
    const text = document === null ? null : JSON.stringify(document);
    // What could not be read back must not make a record that nobody can read.
    if (text === null || parsePolicyDocument(text) === null) return null;
    const index = documents.get(text) ?? documents.size;
    documents.set(text, index);
    return index;
  };
  const inlineOf = (inline: readonly InlinePolicy[]) =>
    Object.fromEntries(inline.map(({ name, document }) => [name, indexOf(document)]));
  const active = new Set(activeMembers(team, today).map(({ key }) => iamName(team.lab, key)));
  return {
    account,
    users: users.map(({ name, path, groups: of, attached, inline, boundary, tags }) => ({
      ...{ name, path, groups: [...of], attached: [...attached], inline: inlineOf(inline) },
      ...{ boundary, tags: { ...tags } },
    })),
    groups: groups.map(({ name, path, attached, inline }) => ({
      ...{ name, path, attached: [...attached], inline: inlineOf(inline) },
    })),
    policies: policies.map(({ arn, name, document }) => ({ arn, name, document: indexOf(document) })),
    documents: [...documents.keys()],
    ended: users.flatMap(({ name }) => (active.has(name) ? [] : [name])),
  };
}

/** The same, to be compared. */
export function unpackedAccess({ account, users, groups, policies, documents, ended }: AppliedAccess): AppliedFile {
  const read = documents.map(parsePolicyDocument);
  const documentOf = (index: number | null) => (index === null ? null : (read[index] ?? null));
  const inlineOf = (inline: Readonly<Record<string, number | null>>) =>
    Object.entries(inline).map(([name, index]) => ({ name, document: documentOf(index) }));
  const model: AccessModel = {
    account,
    users: users.map((user) => ({ ...user, inline: inlineOf(user.inline) })),
    groups: groups.map((group) => ({ ...group, inline: inlineOf(group.inline) })),
    policies: policies.map((policy) => ({ ...policy, document: documentOf(policy.document) })),
  };
  return { model, ended };
}
