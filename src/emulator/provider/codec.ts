import { decode, Encoder, ExtensionCodec } from '@msgpack/msgpack';
import type { BlockSchema, ValueType } from './messages.ts';
import { type Attributes, isRecord, isUnknown, mapValues, UNKNOWN, type Value } from './value.ts';

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
 * Reads a block's attributes, conformed to its schema: an attribute that the wire does not name is null, one that the schema does
 * not have is dropped.
 * @returns null where the whole value is null, which is how the engine says "does not exist"
 */
export function decodeBlock(block: BlockSchema, wire: DynamicValue | null | undefined): Attributes | null {
  const raw = decodeRaw(wire);
  return raw === null || raw === undefined ? null : conform(block, raw);
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
  return {
    ...mapValues(block.attributes, ({ type }, name) => conformValue(type, given[name])),
    ...mapValues(block.blocks ?? {}, (nested, name): Value => {
      const items = given[name];
      if (items === UNKNOWN) return UNKNOWN;
      return Array.isArray(items) ? items.map((item) => conform(nested.block, item)) : [];
    }),
  };
}

function conformValue(type: ValueType, raw: unknown): Value {
  if (raw === UNKNOWN) return UNKNOWN;
  if (raw === null || raw === undefined) return null;
  if (type === 'string') return String(raw);
  if (type === 'bool') return raw === true || raw === 'true';
  // Numbers that MessagePack cannot hold come as decimal text.
  if (type === 'number') return ['number', 'bigint', 'string'].includes(typeof raw) ? Number(raw) : null;
  if (type[0] === 'map')
    return typeof raw === 'object' ? mapValues({ ...raw }, (value) => conformValue('string', value)) : null;
  const items = Array.isArray(raw) ? raw.map((item) => conformValue('string', item)) : [];
  return type[0] === 'set' ? distinct(items) : items;
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
