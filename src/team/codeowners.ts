import type { Team } from './team.ts';

const BEGIN = '# mturk-team: begin. Made from `owners` in team.yaml by "mturk-team codeowners --write".';
const END = '# mturk-team: end';

/** What the owners must agree to: who may do what, and everything that decides how it is applied. */
const OWNED = ['/team.yaml', '/.github/', '/src/', '/scripts/', '/package.json', '/package-lock.json'];

/** Owners of a team who cannot be named to GitHub: their members have no `github`. */
export function ownersWithoutLogin({ owners, members }: Pick<Team, 'owners' | 'members'>): readonly string[] {
  return owners.filter((owner) => (members.find(({ key }) => key === owner)?.github ?? null) === null);
}

/**
 * The part of `.github/CODEOWNERS` that the team file decides, between its two marks; null where no owner has a GitHub
 * login, since a path without an owner would be a path that everybody may change.
 */
export function codeownersBlock({ owners, members }: Pick<Team, 'owners' | 'members'>): string | null {
  const logins = owners.flatMap((owner) => members.find(({ key }) => key === owner)?.github ?? []);
  if (logins.length === 0) return null;
  const names = [...new Set(logins)].sort().map((login) => `@${login}`);
  return [BEGIN, ...OWNED.map((path) => `${path} ${names.join(' ')}`), END].join('\n');
}

/** A CODEOWNERS file with the block in the place of the one it has, else at its end: the last line that matches wins. */
export function withCodeowners(file: string, block: string): string {
  const [before, after] = aroundBlock(file) ?? [file === '' || file.endsWith('\n') ? file : `${file}\n`, '\n'];
  return `${before}${block}${after}`;
}

/** Whether the file says of the owners what the team file says. Lines behind the block could take it back. */
export function isUpToDate(file: string, block: string | null): boolean {
  const around = aroundBlock(file);
  if (block === null) return around === null;
  return around !== null && withCodeowners(file, block) === file && !/^\s*[^#\s]/m.test(around[1]);
}

function aroundBlock(file: string): readonly [string, string] | null {
  const from = file.indexOf(BEGIN);
  const to = file.indexOf(END, from);
  return from === -1 || to === -1 ? null : [file.slice(0, from), file.slice(to + END.length)];
}
