export interface KeyPair {
  readonly id: string;
  readonly secret: string;
}

/** What a user's key is encrypted as: a profile of the AWS credentials file, of use without this tool, too. */
export function secretText(user: string, account: string, key: KeyPair): string {
  return `# IAM user ${user} of account ${account}\n[${user}]\n${linesOf(key).join('\n')}\n`;
}

/** The key in the text of a profile; null if there is none in AWS's form. */
export function keyIn(text: string): KeyPair | null {
  const value = (name: string, form: RegExp) =>
    [...text.matchAll(new RegExp(`^${name}[ \\t]*=[ \\t]*(\\S+)[ \\t]*\\r?$`, 'gim'))]
      .map(([, found = '']) => found)
      .find((found) => form.test(found));
  const id = value('aws_access_key_id', /^[A-Z0-9]{16,128}$/);
  const secret = value('aws_secret_access_key', /^[A-Za-z0-9/+=]{16,128}$/);
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** The key of a profile in the text of the AWS credentials file. `exists` even if the profile has no key. */
export function profileIn(text: string, name: string): { readonly exists: boolean; readonly key: KeyPair | null } {
  const own = sectionLines(text, name).filter(({ isOwn }) => isOwn);
  return { exists: own.length > 0, key: keyIn(own.map(({ line }) => line).join('')) };
}

/** The file with the profile's key in place of any other. Every other line stays as it is, byte by byte. */
export function withProfile(text: string, name: string, key: KeyPair): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const added = linesOf(key).map((line) => `${line}${end}`);
  const lines = sectionLines(text, name);
  const header = lines.findIndex(({ isHeader }) => isHeader);
  if (header >= 0) {
    const kept = lines.map(({ line, isOwn }) => (isOwn && KEY_LINE.test(line) ? '' : line));
    const [before, after] = [kept.slice(0, header + 1).join(''), kept.slice(header + 1).join('')];
    return [before, before.endsWith('\n') ? '' : end, ...added, after].join('');
  }
  const gap = text === '' ? '' : text.endsWith('\n') ? end : `${end}${end}`;
  return [text, gap, `[${name}]${end}`, ...added].join('');
}

function linesOf({ id, secret }: KeyPair): readonly string[] {
  return [`aws_access_key_id = ${id}`, `aws_secret_access_key = ${secret}`];
}

/** With a long-term key, a session token of before would be wrong. */
const KEY_LINE = /^aws_(?:access_key_id|secret_access_key|session_token)[ \t]*=/i;

/** The first line of a file may begin with a byte order mark, read byte by byte. */
const HEADER = /^(?:\u00EF\u00BB\u00BF)?[ \t]*\[[ \t]*([^\]]*?)[ \t]*\]/;

/** The lines with their ends, and which of them are a profile's. */
function sectionLines(text: string, name: string) {
  let isOwn = false;
  return text.split(/(?<=\n)/).map((line) => {
    const [, found] = HEADER.exec(line) ?? [];
    const isHeader = found === name;
    if (found !== undefined) isOwn = isHeader;
    return { line, isOwn, isHeader };
  });
}
