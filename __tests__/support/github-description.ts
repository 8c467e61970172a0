import { readFileSync } from 'node:fs';

/** A schema of OpenAPI 3.0: JSON Schema's older words, with `nullable`. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content | { readonly $ref: string }>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
}

export interface Operation {
  /** `GET /repos/{owner}/{repo}/issues` */
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
  readonly object: OperationObject;
}

let loaded: Description | null = null;
const byShape = new Map<string, { template: string; segments: string[]; object: OperationObject }[]>();

/** The operations of GitHub's REST API that the tests use, as `npm run github-schemas` writes them; read once. */
function description(): Description {
  if (loaded !== null) return loaded;
  loaded = JSON.parse(
    readFileSync(new URL('../fixtures/github/rest-api.json', import.meta.url), 'utf8'),
  ) as Description;
  for (const [template, methods] of Object.entries(loaded.paths)) {
    const segments = template.split('/').slice(1);
    for (const [method, object] of Object.entries(methods)) {
      const key = `${method.toUpperCase()} ${segments.length}`;
      const list = byShape.get(key) ?? [];
      list.push({ template, segments, object });
      byShape.set(key, list);
    }
  }
  return loaded;
}

/** The operation that a request is for; literal segments win over parameters. Null where GitHub has none. */
export function operationOf(method: string, path: string): Operation | null {
  description();
  const parts = path.split('/').slice(1);
  let best: Operation | null = null;
  let literals = -1;
  for (const { template, segments, object } of byShape.get(`${method} ${parts.length}`) ?? []) {
    const params: Record<string, string> = {};
    let score = 0;
    const fits = segments.every((segment, index) => {
      const part = parts[index] ?? '';
      if (segment.startsWith('{') && segment.endsWith('}')) {
        params[segment.slice(1, -1)] = decodeURIComponent(part);
        return part !== '';
      }
      score += 1;
      return segment === part;
    });
    if (fits && score > literals) {
      literals = score;
      best = { name: `${method} ${template}`, params, object };
    }
  }
  return best;
}

/** What a request has that GitHub's description does not allow, or lacks what it asks for. Empty when it is right. */
export function requestProblems(operation: Operation, query: URLSearchParams, body: unknown): string[] {
  const parameters = (operation.object.parameters ?? []).map((parameter) => resolve(parameter) as Parameter);
  const problems: string[] = [];
  for (const { name, schema } of parameters.filter((parameter) => parameter.in === 'path')) {
    problems.push(...textProblems(schema, operation.params[name] ?? '', `path ${name}`));
  }
  const queries = new Map(parameters.filter((parameter) => parameter.in === 'query').map((each) => [each.name, each]));
  for (const [name, value] of query) {
    const parameter = queries.get(name);
    if (parameter === undefined) problems.push(`query ${name}: there is no such parameter`);
    else problems.push(...textProblems(parameter.schema, value, `query ${name}`));
  }
  for (const { name, required } of queries.values()) {
    if (required === true && !query.has(name)) problems.push(`query ${name}: missing`);
  }
  const wanted = operation.object.requestBody;
  const schema = wanted?.content?.['application/json']?.schema;
  if (schema === undefined) {
    if (body !== undefined) problems.push('body: none is expected');
  } else if (body === undefined) {
    if (wanted?.required === true) problems.push('body: missing');
  } else {
    problems.push(...schemaProblems(schema, body, 'body', true));
  }
  return problems;
}

/** The body of an answer, with whatever the description requires besides what is given, and what is wrong with it. */
export function completeAnswer(operation: Operation, status: number, given: unknown) {
  const listed = operation.object.responses[String(status)];
  if (listed === undefined) return { body: given, problems: [`GitHub never answers ${status} to ${operation.name}`] };
  const schema = (resolve(listed) as Content).content?.['application/json']?.schema;
  if (schema === undefined) return { body: given, problems: [] };
  const body = complete(schema, given, 0);
  return { body, problems: schemaProblems(schema, body, 'answer', false) };
}

function resolve(object: object): object {
  if (!('$ref' in object) || typeof object.$ref !== 'string') return object;
  let found: unknown = description();
  for (const key of object.$ref.slice(2).split('/')) found = (found as Record<string, unknown>)[key];
  return resolve(found as object);
}

function textProblems(schema: Schema, text: string, where: string): string[] {
  const { type } = resolve(schema) as Schema;
  if (type === 'integer' || type === 'number') {
    return /^\d+$/.test(text) ? schemaProblems(schema, Number(text), where, true) : [`${where}: ${text} is no number`];
  }
  if (type === 'boolean') return /^(true|false)$/.test(text) ? [] : [`${where}: ${text} is no truth value`];
  return schemaProblems(schema, text, where, true);
}

/** `strict`: names that the schema does not have are mistakes too. GitHub ignores them, which hides a typing error. */
function schemaProblems(ref: Schema, value: unknown, where: string, strict: boolean): string[] {
  const schema = resolve(ref) as Schema;
  if (value === null) {
    const may =
      schema.nullable === true ||
      schema.enum?.includes(null) === true ||
      [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].some(
        (one) => schemaProblems(one, null, where, strict).length === 0,
      ) ||
      (schema.type === undefined && !schema.oneOf && !schema.anyOf && !schema.allOf && !schema.properties);
    return may ? [] : [`${where}: null`];
  }
  const problems = (schema.allOf ?? []).flatMap((one) => schemaProblems(one, value, where, false));
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) {
    const tried = choices.map((one) => schemaProblems(one, value, where, strict));
    if (!tried.some((list) => list.length === 0))
      problems.push(...(tried.sort((a, b) => a.length - b.length)[0] ?? []));
  }
  if (schema.enum !== undefined && !schema.enum.includes(value))
    problems.push(`${where}: ${String(value)} is not one of ${schema.enum.join(', ')}`);
  switch (schema.type) {
    case 'string':
      return [...problems, ...stringProblems(schema, value, where)];
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || (schema.type === 'integer' && !Number.isInteger(value)))
        problems.push(`${where}: no ${schema.type}`);
      else if (value < (schema.minimum ?? value) || value > (schema.maximum ?? value))
        problems.push(`${where}: ${value} is out of range`);
      return problems;
    case 'boolean':
      return typeof value === 'boolean' ? problems : [...problems, `${where}: no truth value`];
    case 'array':
      if (!Array.isArray(value)) return [...problems, `${where}: no list`];
      return [
        ...problems,
        ...value.flatMap((item, index) =>
          schema.items === undefined ? [] : schemaProblems(schema.items, item, `${where}[${index}]`, strict),
        ),
      ];
  }
  if (schema.type === 'object' || schema.properties !== undefined)
    return [...problems, ...objectProblems(schema, value, where, strict)];
  return problems;
}

function stringProblems(schema: Schema, value: unknown, where: string): string[] {
  if (typeof value !== 'string') return [`${where}: no text`];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    return [`${where}: not ${schema.pattern}`];
  if (value.length < (schema.minLength ?? 0) || value.length > (schema.maxLength ?? value.length))
    return [`${where}: length ${value.length}`];
  if (schema.format === 'date-time' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value))
    return [`${where}: no date and time`];
  if (schema.format === 'uri' && !URL.canParse(value)) return [`${where}: no URI`];
  return [];
}

function objectProblems(schema: Schema, value: unknown, where: string, strict: boolean): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${where}: no object`];
  const problems = (schema.required ?? [])
    .filter((name) => !(name in value))
    .map((name) => `${where}.${name}: missing`);
  for (const [name, item] of Object.entries(value)) {
    const property = schema.properties?.[name];
    if (property !== undefined) {
      if (item !== undefined) problems.push(...schemaProblems(property, item, `${where}.${name}`, strict));
    } else if (typeof schema.additionalProperties === 'object') {
      problems.push(...schemaProblems(schema.additionalProperties, item, `${where}.${name}`, strict));
    } else if (
      schema.additionalProperties === false ||
      (strict && schema.properties !== undefined && schema.additionalProperties !== true)
    ) {
      problems.push(`${where}.${name}: there is no such property`);
    }
  }
  return problems;
}

/** The least that a schema asks for, around what is given. */
function complete(ref: Schema, given: unknown, depth: number): unknown {
  const schema = resolve(ref) as Schema;
  if (depth > 12) return given ?? null;
  const choices = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(given)) {
    return given.map((item) => (schema.items === undefined ? item : complete(schema.items, item, depth + 1)));
  }
  if (given === null || (given !== undefined && typeof given !== 'object')) return given;
  if (given === undefined) {
    if (schema.nullable === true) return null;
    if (schema.enum !== undefined) return schema.enum[0];
  }
  if (choices !== undefined) {
    const fitting = choices
      .map((one) => complete(one, given, depth + 1))
      .find((whole, index) => schemaProblems(choices[index] as Schema, whole, '', false).length === 0);
    return fitting ?? given ?? null;
  }
  if (schema.allOf !== undefined) {
    return schema.allOf.reduce<unknown>((whole, one) => complete(one, whole, depth + 1), given);
  }
  if (schema.type === 'object' || schema.properties !== undefined) {
    const known = (given ?? {}) as Record<string, unknown>;
    const whole: Record<string, unknown> = { ...known };
    for (const name of new Set([...(schema.required ?? []), ...Object.keys(known)])) {
      const property = schema.properties?.[name];
      if (property !== undefined) whole[name] = complete(property, known[name], depth + 1);
      else if (!(name in whole)) whole[name] = null;
    }
    return whole;
  }
  if (given !== undefined) return given;
  return leastOf(schema);
}

function leastOf(schema: Schema): unknown {
  switch (schema.type) {
    case 'string':
      if (schema.format === 'date-time') return '2026-11-25T09:00:00Z';
      return schema.format === 'uri' ? 'https://github.example/' : '';
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    default:
      return {};
  }
}
