import { z } from 'zod';
import type { Block, BlockArgs, BlockCode } from '../../diagnostics/block.ts';

/** Longest text and list of a manifest: generous for an account that is full, and an end for one that is made up. */
export const TEXT = z.string().max(4_000);
export const TEXTS = z.array(TEXT).max(20_000).readonly();
export const COUNT = z.number().int().min(0).max(1_000_000);

/** Arguments are what the words of a finding are made from: what is not theirs would end in a text that nobody wrote. */
const ARGS: { readonly [Code in BlockCode]: z.ZodType<BlockArgs[Code]> } = {
  'too-many-removals': z.strictObject({ count: COUNT, limit: COUNT, members: TEXTS }),
  'member-not-departed': z.strictObject({ member: TEXT, user: TEXT, today: z.iso.date() }),
  'member-replaced': z.strictObject({ member: TEXT, user: TEXT, because: TEXTS }),
  'limits-replaced': z.strictObject({ member: TEXT, user: TEXT, address: TEXT }),
  'account-changed': z.strictObject({ from: TEXT, to: TEXT }),
  'state-location-changed': z.strictObject({ from: TEXT.nullable(), to: TEXT.nullable() }),
  'lab-changed': z.strictObject({ from: TEXT, to: TEXT }),
  'user-without-boundary': z.strictObject({ user: TEXT, boundary: TEXT.nullable(), wanted: TEXT }),
  'outside-managed-path': z.strictObject({ address: TEXT, what: TEXT, managed: TEXT }),
  'unmanaged-resource-type': z.strictObject({ address: TEXT, type: TEXT }),
  'unknown-action': z.strictObject({ address: TEXT, actions: TEXTS }),
  'removed-from-state': z.strictObject({ address: TEXT }),
  'plan-incomplete': z.strictObject({ because: z.enum(['errored', 'deferred', 'actions', 'partial']) }),
  'sensitive-value': z.strictObject({ address: TEXT }),
  'unknown-value': z.strictObject({ address: TEXT, attributes: TEXTS }),
  'name-taken': z.strictObject({ kind: z.enum(['user', 'group', 'policy']), name: TEXT, owner: TEXT, key: TEXT }),
  'unexpected-group-members': z.strictObject({ group: TEXT, role: TEXT, users: TEXTS }),
  'no-owner-left': z.strictObject({ owners: TEXTS }),
  'trust-changed': z.strictObject({ address: TEXT, what: z.enum(['boundary', 'role', 'provider', 'account']) }),
  'boundary-missing': z.strictObject({ arn: TEXT }),
};

const CODES = Object.keys(ARGS) as BlockCode[];

/** A reason not to apply, with the arguments that belong to its code and nothing else. */
export const BLOCK = z
  .strictObject({ code: z.enum(CODES), args: z.unknown() })
  .superRefine(({ code, args }, context) => {
    if (!ARGS[code].safeParse(args).success)
      context.addIssue({ code: 'custom', path: ['args'], message: `not ${code}` });
  })
  // Code and arguments belong together by the check above, which TypeScript cannot follow.
  .transform((read) => read as Block);
