type Schema = Readonly<Record<string, unknown>>;

/**
 * What a value breaks of a JSON Schema, as `path: keyword`. Knows the keywords of draft-7 that the schema of a team
 * file uses and refuses others, so that nothing is taken for valid because it was not understood.
 */
export function violations(schema: Schema, value: unknown, path = ''): string[] {
  const broken = (keyword: string, holds: boolean) => (holds ? [] : [`${path}: ${keyword}`]);
  const entries = isMap(value) ? Object.entries(value) : [];
  return Object.entries(schema).flatMap(([keyword, rule]): string[] => {
    switch (keyword) {
      case '$schema':
      case 'title':
      case 'description':
      case 'examples':
      case 'default':
        return [];
      case 'type':
        return broken('type', typesOf(value).includes(String(rule)));
      case 'const':
        return broken('const', value === rule);
      case 'enum':
        return broken('enum', (rule as unknown[]).includes(value));
      case 'pattern':
        return broken('pattern', typeof value !== 'string' || new RegExp(String(rule)).test(value));
      case 'minLength':
        return broken('minLength', typeof value !== 'string' || value.length >= Number(rule));
      case 'maxLength':
        return broken('maxLength', typeof value !== 'string' || value.length <= Number(rule));
      case 'minimum':
        return broken('minimum', typeof value !== 'number' || value >= Number(rule));
      case 'maximum':
        return broken('maximum', typeof value !== 'number' || value <= Number(rule));
      case 'uniqueItems':
        return broken('uniqueItems', !Array.isArray(value) || new Set(value).size === value.length);
      case 'required':
        return isMap(value) ? (rule as string[]).flatMap((key) => broken(`required ${key}`, key in value)) : [];
      case 'items':
        return Array.isArray(value)
          ? value.flatMap((item, index) => violations(rule as Schema, item, `${path}[${index}]`))
          : [];
      case 'properties':
        return entries.flatMap(([key, entry]) => {
          const inner = (rule as Record<string, Schema>)[key];
          return inner === undefined ? [] : violations(inner, entry, `${path}.${key}`);
        });
      case 'propertyNames':
        return entries.flatMap(([key]) => violations(rule as Schema, key, `${path}.${key} (key)`));
      case 'additionalProperties': {
        const known = Object.keys((schema.properties as object | undefined) ?? {});
        const rest = entries.filter(([key]) => !known.includes(key));
        if (rule === false) return rest.map(([key]) => `${path}.${key}: additionalProperties`);
        return rest.flatMap(([key, entry]) => violations(rule as Schema, entry, `${path}.${key}`));
      }
      default:
        throw new Error(`the keyword ${keyword} is not known here`);
    }
  });
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return ['array'];
  if (value === null) return ['null'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
}
