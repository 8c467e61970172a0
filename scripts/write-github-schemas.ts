import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROUTES } from '../__tests__/support/github-routes.ts';

/**
 * Writes the operations of GitHub's REST API that the tests use, from GitHub's own OpenAPI description. The whole
 * description has 409 MB as an npm package; without prose and other operations it is a small file.
 */
const PACKAGE = '@octokit/openapi@23.0.2';
const DESCRIPTION = 'generated/api.github.com.json';
const TARGET = new URL('../__tests__/fixtures/github/rest-api.json', import.meta.url);

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Keywords that the tests evaluate; descriptions, examples and links are left out. */
const KEYWORDS = new Set([
  ...['$ref', 'type', 'nullable', 'enum', 'required', 'additionalProperties', 'items', 'oneOf', 'anyOf', 'allOf'],
  ...['format', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'name', 'in', 'schema'],
  ...['content', 'application/json', 'operationId', 'parameters', 'requestBody', 'responses'],
]);

/** The value of these maps names of its own choice to schemas or responses. */
const NAMED = new Set(['properties', 'responses']);

function slim(value: Json, named = false): Json {
  if (Array.isArray(value)) return value.map((item) => slim(item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name]) => named || KEYWORDS.has(name) || NAMED.has(name));
  return Object.fromEntries(
    kept.map(([name, item]) => [name, !named && name === 'enum' ? item : slim(item, !named && NAMED.has(name))]),
  );
}

/** Every `$ref` below a value. */
function references(value: Json): readonly string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, item]) =>
    name === '$ref' && typeof item === 'string' ? [item] : references(item),
  );
}

function at(document: Json, path: readonly string[]): Json {
  return path.reduce<Json>((value, name) => {
    const next = value !== null && typeof value === 'object' && !Array.isArray(value) ? Reflect.get(value, name) : null;
    if (next === null || next === undefined) throw new Error(`the description has no ${path.join('/')}`);
    return next;
  }, document);
}

function readDescription(): Json {
  const directory = mkdtempSync(join(tmpdir(), 'github-schemas-'));
  try {
    execFileSync('npm', ['pack', '--silent', PACKAGE], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('sh', ['-c', `tar -xzf *.tgz package/${DESCRIPTION}`], { cwd: directory });
    return JSON.parse(readFileSync(join(directory, 'package', DESCRIPTION), 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const description = readDescription();
const paths: Record<string, Record<string, Json>> = {};
const components: Record<string, Record<string, Json>> = {};
const wanted: string[] = [];

for (const route of Object.keys(ROUTES)) {
  const [method = '', template = ''] = route.split(' ');
  const operation = slim(at(description, ['paths', template, method.toLowerCase()]));
  paths[template] = { ...paths[template], [method.toLowerCase()]: operation };
  wanted.push(...references(operation));
}
for (let ref = wanted.pop(); ref !== undefined; ref = wanted.pop()) {
  const [, kind = '', name = ''] = ref.slice(2).split('/');
  if (components[kind]?.[name] !== undefined) continue;
  const component = slim(at(description, ['components', kind, name]));
  components[kind] = { ...components[kind], [name]: component };
  wanted.push(...references(component));
}

const source = { package: PACKAGE, file: DESCRIPTION, license: 'MIT, GitHub', operations: Object.keys(ROUTES).length };
writeFileSync(TARGET, `${JSON.stringify({ source, paths, components })}\n`);
