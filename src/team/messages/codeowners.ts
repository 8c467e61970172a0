import { visible } from '../../text/visible.ts';

/** What `check` says of a CODEOWNERS that names other owners than the team file, for a terminal or for GitHub. */
export function staleCodeownersText(path: string, file: string, format: 'text' | 'json' | 'github'): string {
  const problem = `${path} does not name the owners that ${visible(file)} does: others could approve a change of it. Run "mturk-team codeowners --write".`;
  return format === 'github'
    ? `::error file=${path},title=Stale CODEOWNERS::${problem.replaceAll('%', '%25')}\n`
    : `${path}  error  stale-codeowners\n  ${problem}\n`;
}

/** The owners whom CODEOWNERS cannot name. */
export function withoutLoginText(owners: readonly string[], file: string): string {
  const names = owners.map(visible).join(', ');
  return `${names} ${owners.length === 1 ? 'is an owner and has' : 'are owners and have'} no \`github\` in ${visible(file)}: GitHub cannot ask them.\n`;
}

export function nobodyToNameText(file: string): string {
  return `No owner in ${visible(file)} has a \`github\` login, so there is nobody whom CODEOWNERS could name:\n\nmembers:\n  ada: { name: Ada, github: her-login, roles: [...] }\n`;
}

export function codeownersWrittenText(path: string, changed: boolean): string {
  return changed ? `${path} names the owners now.\n` : `${path} names the owners already.\n`;
}
