import { readFileSync } from 'node:fs';

/** A key of the page: what its value has, if that is an object or a list of objects. */
interface KnownKey {
  readonly isOptional: boolean;
  /** Its keys are data, such as names. */
  readonly isOpen: boolean;
  /** The name of the shape. */
  readonly shape: string | null;
}

/** The keys in a section of the page, by their path. */
type Shape = ReadonlyMap<string, KnownKey>;

/** Of the commands, and of shapes, by heading. */
const SECTIONS: ReadonlyMap<string, Shape> = new Map(
  readFileSync('docs/reference/json.md', 'utf8')
    .split(/^##+ /m)
    .slice(1)
    .flatMap((section) => {
      const [heading = ''] = section.split('\n');
      return heading.split(', ').map((name) => [nameOf(name), shapeOf(section)] as const);
    }),
);

/** Of a command or a type, as in the heading of its section. */
function nameOf(heading: string): string {
  return heading.toLowerCase().replace(/[ -]/g, '');
}

/** The keys in the block of a section: `a, b?: Type`. */
function shapeOf(section: string): Shape {
  const [, block = ''] = /^```text\n([\s\S]*?)^```$/m.exec(section) ?? [];
  return new Map(
    block
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [names = '', type = ''] = line.split(': ');
        const shape = /^[A-Z]/.test(type) ? nameOf(type) : null;
        return names.split(', ').map((name) => {
          const known = { isOptional: name.endsWith('?'), isOpen: type === 'unknown', shape };
          return [name.replace(/\?$/, ''), known] as const;
        });
      }),
  );
}

/** The commands of the page, and groups of commands whose results have the same keys. */
export function documentedCommands(): readonly string[] {
  const [, results = ''] = /^## Results\n([\s\S]*?)^## /m.exec(readFileSync('docs/reference/json.md', 'utf8')) ?? [];
  return [...results.matchAll(/^### (.+)$/gm)].flatMap(([, heading = '']) => heading.split(', '));
}

/** In what a JSON document of a command differs from docs/reference/json.md. */
export function undocumented(command: string, document: object): readonly string[] {
  const { version: _, ...keys } = document as Record<string, unknown>;
  if (Object.keys(keys).join() === 'error') return differences(keys, new Map([['error', ERROR]]), '', command);
  const section = SECTIONS.get(nameOf(command));
  return section === undefined ? [`the page has no section ${command}`] : differences(keys, section, '', command);
}

const ERROR: KnownKey = { isOptional: false, isOpen: false, shape: 'errors' };

function differences(value: unknown, shape: Shape, at: string, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => differences(each, shape, at, path));
  if (typeof value !== 'object' || value === null) return [];
  const prefix = at === '' ? '' : `${at}.`;
  const below = [...shape.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const wanted = new Set(below.map((name) => name.split('.')[0] ?? ''));
  const isOptional = (key: string) => {
    const name = `${prefix}${key}`;
    const inside = [...shape].filter(([each]) => each.startsWith(`${name}.`)).map(([, known]) => known);
    return shape.get(name)?.isOptional ?? inside.every((known) => known.isOptional);
  };
  return [
    ...[...wanted].filter((key) => !(key in value) && !isOptional(key)).map((key) => `${path} lacks ${key}`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const name = `${prefix}${key}`;
      const known = shape.get(name);
      if (!wanted.has(key)) return [`the page lacks ${path}.${key}`];
      if (known?.isOpen === true) return [];
      return known?.shape != null
        ? differences(inner, SECTIONS.get(known.shape) ?? new Map(), '', `${path}.${key}`)
        : differences(inner, shape, name, `${path}.${key}`);
    }),
  ];
}
