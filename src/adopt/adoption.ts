import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { AccessModel } from '../access/model.ts';
import { many, TEXT } from '../diagnostics/parse-data.ts';
import { POLICY_DOCUMENT } from '../iam/document.ts';

/** What a policy says; null if it could not be read, which counts as granting everything when guarding. */
const DOCUMENT = POLICY_DOCUMENT.nullable();

const HELD = {
  name: TEXT,
  path: TEXT,
  /** ARNs of attached managed policies. */
  attached: many(TEXT),
  inline: many(z.strictObject({ name: TEXT, document: DOCUMENT }).readonly()),
};

/** A user who becomes a member, as `adopt` read it. */
const ADOPTED_USER = z
  .strictObject({
    ...HELD,
    /** The member's key in team.yaml. */
    key: TEXT,
    /** The unique ID that IAM gave the user: it stays when the name changes. */
    id: TEXT,
    groups: many(TEXT),
    /** ARN of the permissions boundary. */
    boundary: TEXT.nullable(),
    tags: z.record(TEXT, TEXT).readonly(),
  })
  .readonly();

export type AdoptedUser = z.infer<typeof ADOPTED_USER>;

/** adopt.json: the users of an account that a lab adopts, as they were before anything was changed. */
export const ADOPTION = z
  .strictObject({
    version: z.literal(1),
    account: z.string().regex(/^\d{12}$/),
    lab: TEXT,
    /** When the account was read. */
    at: z.iso.datetime(),
    users: many(ADOPTED_USER),
    /** The groups that these users are in. */
    groups: many(z.strictObject(HELD).readonly()),
    /** What is attached to these users and groups, their boundaries too. */
    policies: many(z.strictObject({ arn: TEXT, name: TEXT, document: DOCUMENT }).readonly()),
    /** Names of groups and ARNs of policies under the lab's path before `adopt --apply`: `adopt --undo` deletes none of them. */
    existing: many(TEXT),
    /** The differences that were shown for a member when they were accepted. */
    accepted: many(z.strictObject({ key: TEXT, differences: many(TEXT) }).readonly()),
  })
  .readonly();

export type Adoption = z.infer<typeof ADOPTION>;

/** Where `adopt` writes what it read: beside the team file. */
export function adoptionFile(teamFile: string): string {
  return join(dirname(teamFile), 'adopt.json');
}

/** The access of the adopted users before anything was changed, under the names of then. */
export function modelBefore({ account, users, groups, policies }: Adoption): AccessModel {
  return { account, users: users.map(({ key: _key, id: _id, ...user }) => user), groups, policies };
}
