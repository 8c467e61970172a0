import type { Diagnostic } from '../text/diagnostic.ts';
import type { Problem } from '../text/problem.ts';
import { codeText, t } from '../text/text.ts';
import type { Team } from './team.ts';

const BEGIN = '# mturk-team: begin. Made from `owners` in team.yaml by "mturk-team codeowners --write".';
const END = '# mturk-team: end';

/** The GitHub logins of the owners who have one. */
export function ownerLogins({ owners, members }: Pick<Team, 'owners' | 'members'>): readonly string[] {
  return owners.flatMap((owner) => members.find(({ key }) => key === owner)?.github ?? []);
}

/**
 * The part of `.github/CODEOWNERS` that the team file decides, between two marks; null if no owner has a GitHub login: a
 * path without an owner could be changed by all writers. Owners own every file, because a build can take settings from any.
 */
export function codeownersBlock({ owners, members }: Pick<Team, 'owners' | 'members'>): string | null {
  const logins = ownerLogins({ owners, members });
  if (logins.length === 0) return null;
  const names = [...new Set(logins)].sort().map((login) => `@${login}`);
  return [BEGIN, `* ${names.join(' ')}`, END].join('\n');
}

/** A CODEOWNERS file with the block in the place of the one it has, else at its end: the last line that matches wins. */
export function withCodeowners(file: string, block: string): string {
  const [before, after] = aroundBlock(file) ?? [file === '' || file.endsWith('\n') ? file : `${file}\n`, '\n'];
  return `${before}${block}${after}`;
}

/** Whether the owners in the team file own every file: the last line that matches wins, so none may follow the block. */
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

/** CODEOWNERS at a path does not give every file to the owners, or GitHub ignores it, so that others could approve a change. */
export function staleCodeowners(path: string, file: string, ignored: 'link' | 'too-large' | null): Diagnostic {
  return {
    severity: 'error',
    code: 'stale-codeowners',
    problem: {
      summary: t`${codeText(path)} does not give every file to the owners in ${codeText(file)}`,
      reason: t`${ignored === null ? '' : IGNORED[ignored]}others could approve a change of the file, of a workflow or of the build`,
      state: null,
      help: t`${ignored === null ? '' : 'delete it, then '}run ${codeText('mturk-team codeowners --write')}`,
    },
    place: { file: path, position: null, source: null, path: [] },
  };
}

const IGNORED = {
  link: 'it is a symbolic link, which GitHub does not follow; ',
  'too-large': 'it has 3 MB or more, so GitHub does not read it; ',
};

export function noOwnerWithLoginProblem(file: string): Problem {
  return {
    summary: t`no owner in ${codeText(file)} has a GitHub login`,
    reason: t`CODEOWNERS needs at least one`,
    state: null,
    help: t`add ${codeText('github')} to the member of an owner, for example:`,
    paste: ['members:', '  ada: { name: Ada, github: adaoneill, roles: [...] }'],
  };
}
