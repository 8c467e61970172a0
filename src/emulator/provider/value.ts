const BRAND: unique symbol = Symbol('unknown');

/** A value that only the apply will tell. */
export interface Unknown {
  readonly [BRAND]: true;
}

/** Terraform's values in the forms that this provider's schemas have; a set is an array without duplicates. */
export type Value = null | boolean | number | string | Unknown | readonly Value[] | { readonly [key: string]: Value };

/** A resource's or the provider's attributes by name. */
export type Attributes = Readonly<Record<string, Value>>;

export const UNKNOWN: Unknown = Object.freeze({ [BRAND]: true as const });

export function isUnknown(value: Value | undefined): value is Unknown {
  return value === UNKNOWN;
}

/** Whether anything in the value, however deep, is unknown. */
export function hasUnknown(value: Value): boolean {
  if (isUnknown(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

export function isRecord(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isUnknown(value);
}

/** Whether a value is what the older plugin SDK takes for none. */
export function isEmpty(value: Value): boolean {
  return (
    value === null ||
    value === '' ||
    (typeof value === 'object' && !isUnknown(value) && Object.keys(value).length === 0)
  );
}

export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

/** The text of an attribute; empty where it is null, absent or unknown, as the plugin SDK reads it. */
export function textOf(attributes: Attributes, name: string): string {
  const value = attributes[name];
  return typeof value === 'string' ? value : '';
}

/** The text of an attribute, or undefined where there is none: what an optional parameter of an API call takes. */
export function optionalText(attributes: Attributes, name: string): string | undefined {
  const text = textOf(attributes, name);
  return text === '' ? undefined : text;
}

/** The strings of a list or set. */
export function textsOf(attributes: Attributes, name: string): readonly string[] {
  const value = attributes[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** The strings of a map. */
export function textMapOf(attributes: Attributes, name: string): Readonly<Record<string, string>> {
  const value = attributes[name];
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

let counter = 0;

/** `<prefix><time><counter>`: a name or identifier that no other has, in the form that the plugin SDK gives it. */
export function uniqueId(prefix: string, now: Date = new Date()): string {
  counter += 1;
  const time = now.toISOString().replace(/\D/g, '').padEnd(18, '0');
  return `${prefix}${time}${counter.toString(16).padStart(8, '0')}`;
}

/** The name of something new: the configured one, else one that no other has. */
export function nameFor(planned: Attributes): string {
  return optionalText(planned, 'name') ?? uniqueId(optionalText(planned, 'name_prefix') ?? 'terraform-');
}

/** The prefix of a name that was generated, empty for a name that was given. */
export function generatedPrefixOf(name: string): string {
  return /^(.*)\d{18}[0-9a-f]{8}$/.exec(name)?.[1] ?? '';
}
