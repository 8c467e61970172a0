import { decode, Encoder, ExtensionCodec } from '@msgpack/msgpack';
import type { BlockSchema, ValueType } from './messages.ts';
import { type Attributes, isRecord, isUnknown, UNKNOWN, type Value } from './value.ts';

/** A value on the wire: MessagePack, or JSON where the engine read it from a state file. */
export interface DynamicValue {
  readonly msgpack?: Uint8Array | null;
  readonly json?: Uint8Array | null;
}

// Terraform's object wire format: extension 0 is an unknown value, 12 an unknown one about which something is known
// ("not null", a prefix), which a provider may forget.
const UNKNOWN_TYPE = 0;
const REFINED_UNKNOWN_TYPE = 12;

const extensions = new ExtensionCodec();
extensions.register({
  type: UNKNOWN_TYPE,
  encode: (value: unknown) => (value === UNKNOWN ? new Uint8Array([0]) : null),
  decode: () => UNKNOWN,
});
extensions.register({ type: REFINED_UNKNOWN_TYPE, encode: () => null, decode: () => UNKNOWN });

/**
 * Reads a block's attributes, conformed to its schema: an attribute that the wire does not name is null.
 * @returns null where the whole value is null, which is how the engine says "does not exist"
 */
export function decodeBlock(block: BlockSchema, wire: DynamicValue | null | undefined): Attributes | null {
  const raw = decodeRaw(wire);
  return raw === null || raw === undefined ? null : conform(block, raw);
}

/** Reads the JSON of a state file. Attributes that the schema no longer has are dropped. */
export function decodeState(block: BlockSchema, json: Uint8Array): Attributes | null {
  return decodeBlock(block, { json });
}

/** Writes a block's attributes; null writes "does not exist". */
export function encodeBlock(block: BlockSchema, attributes: Attributes | null): { readonly msgpack: Uint8Array } {
  const value = attributes === null ? null : conform(block, attributes);
  return { msgpack: new Encoder({ extensionCodec: extensions }).encode(value) };
}

function decodeRaw(wire: DynamicValue | null | undefined): unknown {
  if (wire?.msgpack && wire.msgpack.length > 0) return decode(wire.msgpack, { extensionCodec: extensions });
  if (wire?.json && wire.json.length > 0) return JSON.parse(Buffer.from(wire.json).toString('utf8'));
  return null;
}

function conform(block: BlockSchema, raw: unknown): Attributes {
  const given: Readonly<Record<string, unknown>> = typeof raw === 'object' && raw !== null ? { ...raw } : {};
  const attributes = Object.entries(block.attributes).map(([name, attribute]): [string, Value] => [
    name,
    conformValue(attribute.type, given[name]),
  ]);
  const blocks = Object.entries(block.blocks ?? {}).map(([name, nested]): [string, Value] => {
    const items = given[name];
    if (items === UNKNOWN) return [name, UNKNOWN];
    return [name, Array.isArray(items) ? items.map((item) => conform(nested.block, item)) : []];
  });
  return Object.fromEntries([...attributes, ...blocks]);
}

function conformValue(type: ValueType, raw: unknown): Value {
  if (raw === UNKNOWN) return UNKNOWN;
  if (raw === null || raw === undefined) return null;
  if (type === 'string') return typeof raw === 'string' ? raw : String(raw);
  if (type === 'bool') return raw === true || raw === 'true';
  // Numbers that MessagePack cannot hold come as decimal text.
  if (type === 'number') return typeof raw === 'bigint' || typeof raw === 'string' ? Number(raw) : toNumber(raw);
  if (type[0] === 'map') return conformMap(raw);
  const items = Array.isArray(raw) ? raw.map((item) => conformValue('string', item)) : [];
  return type[0] === 'set' ? distinct(items) : items;
}

function toNumber(raw: unknown): Value {
  return typeof raw === 'number' ? raw : null;
}

function conformMap(raw: unknown): Value {
  if (typeof raw !== 'object' || raw === null) return null;
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, conformValue('string', value)]));
}

/** The engine refuses a set that holds an element twice; unknown elements are not the same as each other. */
function distinct(items: readonly Value[]): readonly Value[] {
  return items.filter((item, index) => isUnknown(item) || items.indexOf(item) === index);
}

/** Whether two values are the same to Terraform; the order of a set's or list's strings is compared as a set's. */
export function sameValue(left: Value, right: Value): boolean {
  if (left === right) return !isUnknown(left);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item) => !isUnknown(item) && right.includes(item));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && sameValue(left[key] ?? null, right[key] ?? null))
  );
}
