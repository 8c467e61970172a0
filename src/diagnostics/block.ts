/** Arguments of each block. Names are IAM's if they are called `user` or `group`, else keys of team.yaml. */
export interface BlockArgs {
  /** More members would be deleted than `settings.max-removals` allows. */
  'too-many-removals': { readonly count: number; readonly limit: number; readonly members: readonly string[] };
  /** `today` is `YYYY-MM-DD`, for a line that can be pasted. */
  'member-not-departed': { readonly member: string; readonly user: string; readonly today: string };
  /** `because` names the attributes that cannot be changed in place. */
  'member-replaced': { readonly member: string; readonly user: string; readonly because: readonly string[] };
  /** `address` is that of the inline policy. */
  'limits-replaced': { readonly member: string; readonly user: string; readonly address: string };
  'account-changed': { readonly from: string; readonly to: string };
  /** A bucket with its region; null is a local file. */
  'state-location-changed': { readonly from: string | null; readonly to: string | null };
  'lab-changed': { readonly from: string; readonly to: string };
  'user-without-boundary': { readonly user: string; readonly boundary: string | null; readonly wanted: string };
  'outside-managed-path': { readonly address: string; readonly what: string; readonly managed: string };
  'unmanaged-resource-type': { readonly address: string; readonly type: string };
  'unknown-action': { readonly address: string; readonly actions: readonly string[] };
  'removed-from-state': { readonly address: string };
  'plan-incomplete': { readonly because: 'errored' | 'deferred' | 'actions' | 'partial' };
  'sensitive-value': { readonly address: string };
  'unknown-value': { readonly address: string; readonly attributes: readonly string[] };
  /** `owner` is the ARN of what has the name now. */
  'name-taken': {
    readonly kind: 'user' | 'group' | 'policy';
    readonly name: string;
    readonly owner: string;
    readonly key: string;
  };
  /** `users` are in the group and not among those who get the role. */
  'unexpected-group-members': { readonly group: string; readonly role: string; readonly users: readonly string[] };
  /** None of `owners` (keys) would have access. */
  'no-owner-left': { readonly owners: readonly string[] };
  /** What the lab and its workflows may do at all. */
  'trust-changed': { readonly address: string; readonly what: 'boundary' | 'role' | 'provider' | 'account' };
  'boundary-missing': { readonly arn: string };
}

export type BlockCode = keyof BlockArgs;

/** Why a guardrail does not let a plan be applied. Its text is in `src/guardrails`. */
export type Block = {
  readonly [Code in BlockCode]: { readonly code: Code; readonly args: BlockArgs[Code] };
}[BlockCode];

export function block<Code extends BlockCode>(code: Code, args: BlockArgs[Code]): Block {
  // TypeScript cannot see that the pair is one member of the union.
  return { code, args } as Block;
}
