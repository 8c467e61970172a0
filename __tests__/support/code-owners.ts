/**
 * Who owns a file by a CODEOWNERS file, as GitHub decides it: the last line whose pattern matches, and no owner if that line
 * names none. https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
export function codeOwnersOf(codeowners: string, path: string): readonly string[] {
  const lines = codeowners.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  const [, ...owners] =
    lines.findLast((line) => line !== '' && matches(line.split(/\s+/)[0] ?? '', path))?.split(/\s+/) ?? [];
  return owners;
}

/** A pattern as in .gitignore: with a slash inside it is anchored, a folder stands for what is in it, `/*` for one level. */
function matches(pattern: string, path: string): boolean {
  const anchored = /^\/|\/./.test(pattern);
  const body = pattern
    .replace(/^\/|\/$/g, '')
    .replace(/[.+^$()|{}[\]\\]/g, '\\$&')
    .replace(
      /\*\*\/|\*\*|\*|\?/g,
      (glob) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[glob] ?? glob,
    );
  const below = pattern.endsWith('/') ? '/.*' : /(^|\/)\*$/.test(pattern) && anchored ? '' : '(?:/.*)?';
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${body}${below}$`).test(path);
}
