import { isObject, jsonOf } from '../diagnostics/parse-data.ts';
import { RESOURCES } from '../terraform/resources.ts';
import { escapeTemplate, plainTemplate } from '../terraform/synth/template.ts';
import type { Entry, Expression, HclBlock } from './hcl.ts';

type Values = Readonly<Record<string, unknown>>;

/** In the order of the files: what a member or role is, then what it has. */
const TYPES = Object.keys(RESOURCES);

/**
 * Reads `cdk.tf.json`, as `src/terraform/synth` writes it, as blocks: settings, and resources by address, in the order of the
 * configuration. What is otherwise there is a bug, and throws.
 */
export function configurationOf(text: string) {
  const { terraform, provider, resource } = objectAt(JSON.parse(text), 'the configuration');
  const byType = objectAt(resource, 'resource');
  const unknown = Object.keys(byType).filter((type) => !TYPES.includes(type));
  if (unknown.length > 0) throw new Error(`no resource type of a stack: ${unknown}`);
  const resources = TYPES.filter((type) => type in byType).flatMap((type) =>
    Object.entries(objectAt(byType[type], type)).map(
      ([name, body]) => [`${type}.${name}`, resourceBlock(type, name, objectAt(body, name))] as const,
    ),
  );
  return { settings: settingsOf(objectAt(terraform, 'terraform'), provider), resources: new Map(resources) };
}

function settingsOf(terraform: Values, provider: unknown): readonly HclBlock[] {
  const { required_version, required_providers, backend } = terraform;
  const providers = Object.entries(objectAt(required_providers, 'required_providers')).map(
    ([name, needed]): Entry => [name, expressionOf({ ...objectAt(needed, name), source: `hashicorp/${name}` })],
  );
  const backends = Object.entries(objectAt(backend, 'backend')).map(([kind, settings]) =>
    block('backend', [kind], objectAt(settings, kind)),
  );
  const configured = Object.entries(objectAt(provider, 'provider')).flatMap(([name, each]) =>
    [each].flat().map((settings) => block('provider', [name], objectAt(settings, name))),
  );
  const needed = { type: 'required_providers', labels: [], attributes: providers, blocks: [] };
  return [{ ...block('terraform', [], { required_version }), blocks: [needed, ...backends] }, ...configured];
}

/** They name resources and attributes, not texts. */
const REFERRING = ['depends_on', 'ignore_changes'];

/** JSON configuration writes blocks as lists of objects, which no attribute of the stacks takes. */
function block(type: string, labels: readonly string[], values: Values): HclBlock {
  const isBlocks = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isObject);
  const entries = Object.entries(values);
  return {
    ...{ type, labels },
    attributes: entries.flatMap(([name, value]): Entry[] =>
      isBlocks(value) ? [] : [[name, REFERRING.includes(name) ? references(value) : expressionOf(value)]],
    ),
    blocks: entries.flatMap(([name, value]) =>
      isBlocks(value) ? [value].flat().map((each) => block(name, [], objectAt(each, name))) : [],
    ),
  };
}

function resourceBlock(type: string, name: string, body: Values): HclBlock {
  const { '//': _metadata, lifecycle, depends_on, ...values } = body;
  const names = new Set([...(RESOURCES[type]?.attributes ?? []), ...Object.keys(values)]);
  const ordered = [...names].flatMap((each) => (each in values ? [[each, values[each]] as const] : []));
  const last = Object.entries({ depends_on, lifecycle: lifecycle && [lifecycle] });
  const given = last.filter(([, value]) => value !== undefined);
  return block('resource', [type, name], Object.fromEntries([...ordered, ...given]));
}

function references(names: unknown): Expression {
  return { kind: 'list', items: [names].flat().map((name) => ({ kind: 'reference', text: String(name) })) };
}

function expressionOf(value: unknown): Expression {
  if (typeof value === 'string') return stringOf(value);
  if (Array.isArray(value)) return { kind: 'list', items: value.map(expressionOf) };
  if (isObject(value)) return { kind: 'object', entries: entriesOf(value) };
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return { kind: 'literal', value };
  throw new Error(`no value of JSON: ${typeof value}`);
}

function entriesOf(object: Values): readonly Entry[] {
  return Object.entries(object).map(([name, value]) => [name, expressionOf(value)]);
}

const REFERENCE = /^\$\{([a-z]\w*(?:\.[A-Za-z_][\w-]*)+)\}$/;

/** A string of JSON configuration: a reference, a policy document, or a text. */
function stringOf(template: string): Expression {
  const [, reference] = REFERENCE.exec(template) ?? [];
  if (reference !== undefined) return { kind: 'reference', text: reference };
  const text = plainTemplate(template);
  if (escapeTemplate(text) !== template) throw new Error(`a text with an interpolation: ${template}`);
  const document = text.startsWith('{') ? jsonOf(text) : undefined;
  if (!isObject(document)) return { kind: 'template', text: template };
  return { kind: 'jsonencode', value: documentOf(document) };
}

/** A JSON document, whose strings are no templates yet. */
function documentOf(value: unknown): Expression {
  if (typeof value === 'string') return { kind: 'template', text: escapeTemplate(value) };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(documentOf) };
  if (!isObject(value)) return expressionOf(value);
  const entries = Object.entries(value).map(([name, each]): Entry => [escapeTemplate(name), documentOf(each)]);
  return { kind: 'object', entries };
}

function objectAt(value: unknown, at: string): Values {
  if (isObject(value)) return value;
  throw new Error(`${at} is no object`);
}
