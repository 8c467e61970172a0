import * as z from 'zod';
import { COUNT, TEXT, TEXTS } from './parse-data.ts';

function blockOf<Code extends string, Args extends z.core.$ZodLooseShape>(code: Code, args: Args) {
  return z.strictObject({ code: z.literal(code), args: z.strictObject(args).readonly() }).readonly();
}

/**
 * Why a guardrail does not let a plan be applied, with the arguments of its code and no others: its text in
 * `src/guardrails` is made from them. Names are IAM's if they are called `user` or `group`, else keys of team.yaml.
 */
export const BLOCK = z.discriminatedUnion('code', [
  /** More members would be deleted than `settings.max-removals` allows. */
  blockOf('too-many-removals', { count: COUNT, limit: COUNT, members: TEXTS }),
  /** `today` is for a line that can be pasted. `renamed` is a new key that is probably the same person's. */
  blockOf('member-not-departed', { member: TEXT, user: TEXT, today: z.iso.date(), renamed: TEXT.nullable() }),
  /** `because` names the attributes that cannot be changed in place. */
  blockOf('member-replaced', { member: TEXT, user: TEXT, because: TEXTS }),
  /** `address` is that of the inline policy. */
  blockOf('limits-replaced', { member: TEXT, user: TEXT, address: TEXT }),
  blockOf('account-changed', { from: TEXT, to: TEXT }),
  /** A bucket with its region; null is a local file. */
  blockOf('state-location-changed', { from: TEXT.nullable(), to: TEXT.nullable() }),
  blockOf('lab-changed', { from: TEXT, to: TEXT }),
  blockOf('user-without-boundary', { user: TEXT, boundary: TEXT.nullable(), wanted: TEXT }),
  blockOf('outside-managed-path', { address: TEXT, what: TEXT, managed: TEXT }),
  blockOf('unmanaged-resource-type', { address: TEXT, type: TEXT }),
  blockOf('unknown-action', { address: TEXT, actions: TEXTS }),
  blockOf('removed-from-state', { address: TEXT }),
  blockOf('plan-incomplete', { because: z.enum(['errored', 'deferred', 'actions', 'partial']) }),
  blockOf('adoption-takes-away', { address: TEXT, actions: TEXTS }),
  blockOf('sensitive-value', { address: TEXT }),
  blockOf('unknown-value', { address: TEXT, attributes: TEXTS }),
  /** `owner` is the ARN of what has the name now. */
  blockOf('name-taken', { kind: z.enum(['user', 'group', 'policy', 'role']), name: TEXT, owner: TEXT, key: TEXT }),
  /** None of `owners` (keys) would have access. */
  blockOf('no-owner-left', { owners: TEXTS }),
  /** What the lab and its workflows may do at all. */
  blockOf('trust-changed', { address: TEXT, what: z.enum(['boundary', 'role', 'provider', 'account']) }),
  blockOf('boundary-missing', { arn: TEXT }),
]);

export type GuardrailBlock = z.infer<typeof BLOCK>;
export type BlockCode = GuardrailBlock['code'];
export type BlockArgs = { readonly [Code in BlockCode]: Extract<GuardrailBlock, { readonly code: Code }>['args'] };

export function block<Code extends BlockCode>(code: Code, args: BlockArgs[Code]): GuardrailBlock {
  // TypeScript cannot see that the pair is one member of the union.
  return { code, args } as GuardrailBlock;
}
