import type { AwsError } from '../account/aws-error.ts';
import type { Reply, ReplyValue } from '../account/reply.ts';

const SENDER_BELOW = 500;

/** The answer to a call in AWS's Query protocol. */
export function answerXml(namespace: string, action: string, reply: Reply, requestId: string): string {
  const result = Object.keys(reply).length === 0 ? '' : `<${action}Result>${members(reply)}</${action}Result>`;
  return `<${action}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
}

/** The refusal of a call in AWS's Query protocol. */
export function errorXml(namespace: string, error: AwsError, requestId: string): string {
  const type = error.status < SENDER_BELOW ? 'Sender' : 'Receiver';
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${error.code}</Code><Message>${escaped(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function members(reply: Reply): string {
  let xml = '';
  for (const [key, value] of Object.entries(reply)) {
    if (value === null || value === undefined) continue;
    // A map travels as entries, everything else that repeats as members.
    if (key === 'entries' && Array.isArray(value)) xml += value.map((item) => `<entry>${inner(item)}</entry>`).join('');
    else xml += `<${key}>${inner(value)}</${key}>`;
  }
  return xml;
}

function inner(value: ReplyValue): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return escaped(String(value));
  if (isList(value)) return value.map((item) => `<member>${inner(item)}</member>`).join('');
  return members(value);
}

function isList(value: object): value is readonly ReplyValue[] {
  return Array.isArray(value);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? character);
}
