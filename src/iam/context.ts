/** Values of the request's condition keys. Key names are compared ignoring case, as IAM does. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

const lowered = new WeakMap<RequestContext, ReadonlyMap<string, readonly string[]>>();

/** The values of a condition key, ignoring the case of its name; null where the request does not have it. */
export function valuesOf(context: RequestContext, key: string): readonly string[] | null {
  let byKey = lowered.get(context);
  if (byKey === undefined) {
    byKey = new Map(Object.entries(context).map(([name, value]) => [name.toLowerCase(), toList(value)]));
    lowered.set(context, byKey);
  }
  const values = byKey.get(key.toLowerCase());
  return values === undefined || values.length === 0 ? null : values;
}

/** IAM writes a list of one as the one: both are a list here. */
export function toList<Item>(value: Item | readonly Item[] | undefined): readonly Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Item];
}

export interface AccessRequest {
  /** `mechanicalturk:SendBonus`, `iam:GetUser` */
  readonly action: string;
  /** The ARN of what is acted on, `*` where the service has no resources. */
  readonly resource: string;
  readonly context: RequestContext;
  /** Keys (in lower case) whose values are not known yet: a condition on one counts as what allows more. */
  readonly openKeys?: readonly string[];
}
