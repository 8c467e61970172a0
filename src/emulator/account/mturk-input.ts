import type { Operation } from '../../catalog/mturk.ts';
import { type AwsError, otherError } from './aws-error.ts';
import model from './mturk-model.json' with { type: 'json' };

/** A part of AWS's own model of Mechanical Turk; `scripts/write-mturk-model.ts` writes the file. */
interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  /** Of a list. */
  readonly member?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  /** Of a number its value, of a text or a list its length. */
  readonly min?: number;
  readonly max?: number;
}

const SHAPES: Readonly<Record<string, Shape>> = model.shapes;
const INPUTS: Readonly<Record<string, string>> = model.operations;

/** What the model does not let the input of an operation be, as AWS's front end says it; null if nothing. */
export function invalidInput(operation: Operation, input: unknown): AwsError | null {
  const problems: string[] = [];
  const mistyped = check(INPUTS[operation] ?? '', input, '', problems);
  if (mistyped !== null) return otherError('SerializationException', 400, mistyped);
  if (problems.length === 0) return null;
  const count = problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`;
  return otherError('ValidationException', 400, `${count} detected: ${problems.join('; ')}`);
}

/** Collects violated constraints; returns a wrong type, which ends the reading. */
function check(name: string, value: unknown, at: string, problems: string[]): string | null {
  const shape = SHAPES[name];
  if (shape === undefined) return null;
  if (!isOfType(shape.type, value)) return `Value at '${at}' is not a ${shape.type}`;
  const violated = violatedBy(shape, value);
  if (violated !== null) {
    problems.push(`Value '${String(value)}' at '${at}' failed to satisfy constraint: Member must ${violated}`);
  }
  const parts = Array.isArray(value)
    ? value.map((item, index) => [shape.member ?? '', item, `${at}.${index + 1}.member`] as const)
    : Object.entries(shape.members ?? {}).flatMap(([key, member]) => {
        const path = `${at === '' ? '' : `${at}.`}${key.charAt(0).toLowerCase()}${key.slice(1)}`;
        const part: unknown = Reflect.get(Object(value), key) ?? null;
        if (part !== null) return [[member, part, path] as const];
        if (shape.required?.includes(key) === true) {
          problems.push(`Value null at '${path}' failed to satisfy constraint: Member must not be null`);
        }
        return [];
      });
  for (const [member, part, path] of parts) {
    const mistyped = check(member, part, path, problems);
    if (mistyped !== null) return mistyped;
  }
  return null;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'structure':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'list':
      return Array.isArray(value);
    case 'integer':
    case 'long':
      return Number.isInteger(value);
    case 'timestamp':
      return typeof value === 'number';
    default:
      return typeof value === type;
  }
}

function violatedBy({ type, enum: allowed, pattern, min, max }: Shape, value: unknown): string | null {
  const isNumber = type === 'integer' || type === 'long';
  const size = isNumber ? Number(value) : Array.isArray(value) || typeof value === 'string' ? value.length : null;
  const what = isNumber ? 'value' : 'length';
  if (size !== null && min !== undefined && size < min) return `have ${what} greater than or equal to ${min}`;
  if (size !== null && max !== undefined && size > max) return `have ${what} less than or equal to ${max}`;
  if (allowed !== undefined && !allowed.includes(String(value))) {
    return `satisfy enum value set: [${allowed.join(', ')}]`;
  }
  if (pattern !== undefined && !new RegExp(pattern).test(String(value))) {
    return `satisfy regular expression pattern: ${pattern}`;
  }
  return null;
}
