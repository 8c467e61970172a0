import type { ReplyValue } from '../account/operation.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
};

/** A text as the content of an XML element. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? character);
}

export function isList(value: object): value is readonly ReplyValue[] {
  return Array.isArray(value);
}

/** An element as S3 writes it: a list repeats it, and what is null or undefined is left out. */
export function element(name: string, value: ReplyValue, attributes = ''): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return `<${name}${attributes}>${escaped(String(value))}</${name}>`;
  if (isList(value)) return value.map((item) => element(name, item)).join('');
  const content = Object.entries(value).map(([key, part]) => element(key, part));
  return `<${name}${attributes}>${content.join('')}</${name}>`;
}
