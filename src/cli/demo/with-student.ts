import { isMap, parseDocument } from 'yaml';
import type { Cast } from './cast.ts';

/**
 * The file with the student behind its last member, as somebody would write it in the browser: every other character
 * stays.
 */
export function withStudent(source: string, cast: Cast, until: string, sponsor: string | null): string {
  const { key, name } = cast.student;
  const fields = [`name: ${name}`, `roles: [${cast.starter.key}]`, `until: "${until}"`];
  if (sponsor !== null) fields.push(`sponsor: ${sponsor}`);
  const document = parseDocument(source);
  const members = document.get('members', true);
  const last = isMap(members) && members.flow !== true ? members.items.at(-1) : undefined;
  const end = isMap(members) && last !== undefined ? (members.range?.[1] ?? null) : null;
  if (end === null) {
    document.setIn(['members', key], document.createNode({ name, roles: [cast.starter.key], until }));
    return document.toString();
  }
  const start =
    last?.key !== null && typeof last?.key === 'object' && 'range' in last.key ? (last.key.range as number[]) : [];
  const indent = ' '.repeat((start[0] ?? 0) - (source.lastIndexOf('\n', (start[0] ?? 0) - 1) + 1));
  const line = `${indent}${key}: { ${fields.join(', ')} }\n`;
  // The end of the last member's line, before the comments and blank lines that lead to the next key.
  const at = source.indexOf('\n', source.slice(0, end).trimEnd().length - 1) + 1;
  return at === 0 ? `${source}\n${line}` : source.slice(0, at) + line + source.slice(at);
}
