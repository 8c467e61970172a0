import { lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import apply from '../../../.github/workflows/apply.yml';
import drift from '../../../.github/workflows/drift.yml';
import plan from '../../../.github/workflows/plan.yml';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { codeownersBlock, withCodeowners } from '../../team/codeowners.ts';
import { readTeam, readTeamFile, type TeamReading } from '../../team/parse/read-team.ts';
import { teamSchemaText } from '../../team/schema.ts';
import type { Team } from '../../team/team.ts';
import { docsUrl, type Release } from '../release.ts';

export interface FirstOwner {
  readonly key: string;
  readonly login: string;
}

export interface LabAnswers {
  readonly lab: string;
  readonly account: string;
  readonly owners: readonly FirstOwner[];
  readonly selfApproval: boolean;
}

/** The first team.yaml of a lab: owners may only look at results until a reviewed change says more. */
export function firstTeamFile({ lab, account, owners, selfApproval }: LabAnswers): string {
  // Bucket names have 63 characters at most, and a lab's 40: the account makes the name unique in the world.
  const bucket = `${lab}-mturk-${account}`;
  return `# yaml-language-server: $schema=./team.schema.json
version: 1
lab: ${lab} # also the IAM path: /mturk/${lab}/. It must not change later
account: "${account}" # quoted; any other account is refused
owners: [${owners.map(({ key }) => scalar(key)).join(', ')}] # who must approve a change

roles:
  results-reader:
    description: Looks at results, changes nothing
    allow: [results:read]
  # Others, for example:
  # task-publisher: { extends: [results-reader], allow: [hits:publish, hits:manage] }
  # paymaster: { extends: [results-reader], allow: [pay:approve, pay:reject, pay:bonus, account:read] }

members: # \`name\` takes the full name, \`until\` the last day of access
${owners
  .map(
    ({ key, login }) => `  ${scalar(key)}: { name: ${scalar(key)}, github: ${scalar(login)}, roles: [results-reader] }`,
  )
  .join('\n')}

freeze: [] # [spend] or capabilities: an emergency brake above every role

settings:
  state: { bucket: ${bucket}, region: us-east-1 } # where Terraform's state is kept
${selfApproval ? '  self-approval: true # the one owner may merge their own changes\n' : ''}  reconcile: all # none, additions or all: what the scheduled drift check reverts and gives back
  delete-after-days: 30 # a user is deleted this long after the last day; access ends on the day itself
`;
}

/** A key or login in a flow collection: quoted if YAML could take it for something else. */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z][\w-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

/** What a lab repository holds besides team.yaml, by path. None of it is code. */
export function labFiles(team: Team): Readonly<Record<string, string>> {
  return {
    '.github/CODEOWNERS': withCodeowners('', codeownersBlock(team) ?? ''),
    '.github/pull_request_template.md': PULL_REQUEST_TEMPLATE,
    '.gitignore': '.mturk-team/\ncdktf.out/\n',
    '.vscode/settings.json': `${JSON.stringify({ 'yaml.schemas': { './team.schema.json': 'team.yaml' } }, null, 2)}\n`,
    'team.schema.json': teamSchemaText(),
  };
}

/** What names the release: the workflows call it, the README links to its pages. */
export function releaseFiles(team: Team, release: Release): Readonly<Record<string, string>> {
  const callers = Object.entries(labCallers(release)).map(([name, text]) => [workflowPath(name), text]);
  return { ...Object.fromEntries(callers), 'README.md': readme(team, release) };
}

const CALLERS = { plan, apply, drift };
const workflowPath = (name: string) => `.github/workflows/${name}`;
/** The paths of `releaseFiles`. */
const RELEASE_FILES = [...Object.keys(CALLERS).map((name) => workflowPath(`${name}.yml`)), 'README.md'];

/** A lab's three workflows by file name: this repository's own, which call a commit of a release in place of a build. */
export function labCallers(release: Release): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(CALLERS).map(([name, text]) => [`${name}.yml`, pinned(text, release)]));
}

function pinned(text: string, release: Release): string {
  const { repository, commit, version } = release;
  const comment = version === null ? '' : ` # v${version}`;
  return (
    text
      .replace(/^ {2}build:\n(?: {4}.*\n)+\n/m, '')
      .replace(/^ {4}needs: build\n/m, '')
      .replace(/uses: \.\/(\.github\/workflows\/called-\w+\.yml)/, `uses: ${repository}/$1@${commit}${comment}`)
      // Of what can change a plan, a lab repository holds the file and the pinned commit.
      .replace(/^( {4}paths: ).*$/m, '$1[team.yaml, "*.lock.hcl", ".github/**"]')
      .replace('docs/setup.md sets it up.', `How it is set up:\n# ${docsUrl(release, 'setup.md')}`)
  );
}

const PULL_REQUEST_TEMPLATE = `**Who gains or loses access, and what for?**

**Until when?** Set \`until\` in \`team.yaml\`, or say why there is no last day.

**Who in the lab asked for it?**
`;

function readme({ lab, account }: Team, release: Release): string {
  const link = (text: string, page: string) => `[${text}](${docsUrl(release, page)})`;
  return `# Access to Mechanical Turk: ${lab}

\`team.yaml\` says who is in the lab and what each member may do in AWS account \`${account}\`. Every change is reviewed, then
applied by [mturk-team](https://github.com/${release.repository}). This repository holds no code.

## Change who may do what

1. Edit \`team.yaml\` and propose the change as a pull request.
2. A comment says who gains or loses what. An owner reads it, and approves.
3. Squash and merge. The comment says when the change is applied.

A check every six hours compares AWS with \`team.yaml\`, and keeps one issue about what differs.

## Read more

| If you | read |
| --- | --- |
| approve changes | ${link('Review a change', 'review.md')} |
| run HITs | ${link('For members', 'member.md')} |
| edit \`team.yaml\` | ${link('Every key', 'reference/team-yaml.md')} |
| set this repository up | ${link('Set up mturk-team', 'setup.md')} |
| operate it | ${link('Operate mturk-team', 'operations.md')} |
`;
}

export interface Initialized {
  readonly written: readonly string[];
  /** Files that were there before, and stay as they were. */
  readonly existing: readonly string[];
  /** Files that are neither there nor written, because they name a release and none is known. */
  readonly needsRelease: readonly string[];
}

/**
 * Writes what a lab repository lacks. The other files follow from its team.yaml: the one that is there, else the one that
 * the answers make. Null answers are for a directory that has one. With a null release, nothing that names one is written.
 */
export async function writeLabFiles(
  directory: string,
  answers: LabAnswers | null,
  release: Release | null,
  today: string,
): Promise<Result<Initialized>> {
  const file = join(directory, 'team.yaml');
  const first = answers === null ? null : firstTeamFile(answers);
  const reading: TeamReading = first === null ? await readTeamFile(file, { today }) : readTeam(first, { file, today });
  const { team, findings, source } = reading;
  if (team === null) return fail('team-file-invalid', { file, findings, source });
  const pinned = release === null ? {} : releaseFiles(team, release);
  const files = { 'team.yaml': first, ...labFiles(team), ...pinned };
  const written: string[] = [];
  const existing: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    if (text !== null && (await writeNew(directory, path, text))) written.push(path);
    else existing.push(path);
  }
  const needsRelease: string[] = [];
  for (const path of release === null ? RELEASE_FILES : [])
    if (!(await exists(join(directory, path)))) needsRelease.push(path);
  return succeed({ written, existing, needsRelease });
}

/** A link counts, wherever it leads. */
export function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Whether the file was not there. A link counts as a file, wherever it leads, and so does all below a folder that is one. */
async function writeNew(directory: string, path: string, text: string): Promise<boolean> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  if ((await realpath(dirname(file))) !== join(await realpath(directory), dirname(path))) return false;
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
