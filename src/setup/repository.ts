import { readFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { NAME, OWNER_NAME, type RepositoryFacts } from '../aws/setup/record.ts';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { githubSettings } from '../github/client.ts';
import { gitIn } from '../github/git.ts';
import { githubRequests } from '../github/requests.ts';
import { MAIN_BRANCH } from '../team/names.ts';

/** What a person can say in place of GitHub; null for what they do not say. */
export interface GivenFacts {
  /** `OWNER/NAME` */
  readonly repository: string | null;
  readonly ownerId: string | null;
  readonly repositoryId: string | null;
  readonly subject: RepositoryFacts['subject'] | null;
}

/** What the roles of a local AWS emulator trust if no one says: a trial needs no repository on GitHub. */
const TRIAL: RepositoryFacts = {
  ...{ owner: 'example', name: 'lab', ownerId: '', repositoryId: '1', subject: 'classic', workflows: [] },
};

/**
 * The facts about the repository of a directory: those given, else GitHub's if `GITHUB_TOKEN` is set, else those of an
 * earlier bootstrap of the same repository, else, on the local AWS emulator, those of none. Fails if one is missing.
 */
export async function repositoryFacts(
  given: GivenFacts,
  recorded: RepositoryFacts | null,
  { file, emulator }: { readonly file: string; readonly emulator: string | null },
  env: NodeJS.ProcessEnv,
): Promise<Result<RepositoryFacts>> {
  const directory = dirname(file);
  const trial = emulator === null ? null : TRIAL;
  const named = given.repository ?? (await repositoryOfOrigin(directory)) ?? repositoryIn(recorded);
  const [owner, name] = (named ?? repositoryIn(trial))?.split('/') ?? [];
  if (owner === undefined || name === undefined) return fail('repository-unknown', { options: ['--repository'] });
  const isGiven = given.repositoryId !== null && given.subject !== null;
  const asked = env.GITHUB_TOKEN && !isGiven && named !== null ? await askGitHub({ owner, name }, env) : succeed(null);
  if (!asked.ok) return asked;
  const known = asked.value ?? (repositoryIn(recorded) === `${owner}/${name}` ? recorded : trial);
  const subject = given.subject ?? known?.subject;
  const repositoryId = given.repositoryId ?? known?.repositoryId;
  const ownerId = given.ownerId ?? known?.ownerId ?? '';
  const options = [
    ...(repositoryId === undefined ? ['--repository-id'] : []),
    ...(subject === undefined ? ['--subject'] : []),
    ...(subject !== 'classic' && ownerId === '' ? ['--owner-id'] : []),
  ];
  if (subject === undefined || repositoryId === undefined || options.length > 0) {
    return fail('repository-unknown', { options });
  }
  const place = { owner: asked.value?.owner ?? owner, name: asked.value?.name ?? name };
  const called = (await pinned(directory)) ?? { ...place, ref: `refs/heads/${MAIN_BRANCH}` };
  // On a branch other than the default one, an upgrade waits for its merge, and the old pin still counts.
  const isOnMain = (await gitIn(directory, 'symbolic-ref', '--short', 'HEAD')) === MAIN_BRANCH;
  const before = recorded?.repositoryId === repositoryId && !isOnMain ? recorded.workflows : [];
  const others = before.filter((each) => workflowsText(each) !== workflowsText(called));
  return succeed({ ...place, ownerId, repositoryId, subject, workflows: [called, ...others] });
}

/** `OWNER/NAME@REF` */
export function workflowsText({ owner, name, ref }: RepositoryFacts['workflows'][number]): string {
  return `${owner}/${name}@${ref}`;
}

function repositoryIn(facts: RepositoryFacts | null): string | null {
  return facts === null ? null : `${facts.owner}/${facts.name}`;
}

/** Where a file is in its repository: below the top of its clone, or as it is named if the repository is, too. */
export async function pathInRepository(file: string, repository: string | null): Promise<string> {
  const below = repository === null ? await gitIn(dirname(file), 'rev-parse', '--show-prefix') : null;
  return below === null ? file : posix.join(below, basename(file));
}

/** `OWNER/NAME` of the remote `origin`; null if there is none, or it is not on GitHub. */
export async function repositoryOfOrigin(directory: string): Promise<string | null> {
  const url = (await gitIn(directory, 'remote', 'get-url', 'origin')) ?? '';
  const [, repository = null] =
    /^(?:https:\/\/(?:[^@/]*@)?github\.com\/|(?:ssh:\/\/)?git@(?:ssh\.)?github\.com(?::443)?[:/])([\w-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
      url,
    ) ?? [];
  return repository;
}

const REPOSITORY_ANSWER = z.object({ id: z.int(), name: NAME, owner: z.object({ id: z.int(), login: OWNER_NAME }) });
/** https://docs.github.com/en/rest/actions/oidc; servers without immutable subjects leave the second out. */
const SUBJECT_ANSWER = z.object({ use_default: z.boolean(), use_immutable_subject: z.boolean().default(false) });

async function askGitHub({ owner, name }: { readonly owner: string; readonly name: string }, env: NodeJS.ProcessEnv) {
  const settings = githubSettings(env);
  if (!settings.ok) return settings;
  const requests = githubRequests(settings.value);
  const place = { owner, repo: name };
  const found = await requests.one('GET /repos/{owner}/{repo}', place, REPOSITORY_ANSWER);
  if (!found.ok) return found;
  const subject = await requests.one('GET /repos/{owner}/{repo}/actions/oidc/customization/sub', place, SUBJECT_ANSWER);
  if (!subject.ok) return subject;
  // A template of one's own has neither form, and trust is written for these two.
  if (!subject.value.use_default) return fail('subject-customized', { repository: `${owner}/${name}` });
  const { id, name: current, owner: holder } = found.value;
  return succeed({
    ...{ owner: holder.login, name: current, ownerId: String(holder.id), repositoryId: String(id) },
    subject: subject.value.use_immutable_subject ? ('ids' as const) : ('classic' as const),
  });
}

/** One of the lab's three workflows, and what its jobs call, each once: `OWNER/NAME@COMMIT`, or `./` for its own repository. */
export interface Caller {
  readonly file: string;
  readonly calls: readonly string[];
}

export function callersIn(directory: string): Promise<readonly Caller[]> {
  const files = ['plan.yml', 'apply.yml', 'drift.yml'];
  return Promise.all(
    files.map(async (file) => {
      const calls = (await usedBy(directory, file)).map((uses) =>
        uses.startsWith('./') ? './' : uses.replace(/\/\.github\/workflows\/[^@]+/, ''),
      );
      return { file, calls: [...new Set(calls)] };
    }),
  );
}

/** What the lab's workflow for applies pins: `OWNER/NAME@COMMIT`. Null if it calls its own repository's. */
async function pinned(directory: string): Promise<RepositoryFacts['workflows'][number] | null> {
  for (const uses of await usedBy(directory, 'apply.yml')) {
    const [, owner, name, ref] =
      /^([\w-]+)\/([\w.-]+)\/\.github\/workflows\/called-apply\.yml@([\w./-]+)$/.exec(uses) ?? [];
    if (owner !== undefined && name !== undefined && ref !== undefined) return { owner, name, ref };
  }
  return null;
}

const WORKFLOW = z.object({ jobs: z.record(z.string(), z.object({ uses: z.string().optional() })) });

/** The workflows that the jobs of one call, as it names them; none if there is no such file, or it cannot be read. */
async function usedBy(directory: string, file: string): Promise<readonly string[]> {
  try {
    const { jobs } = WORKFLOW.parse(parse(await readFile(join(directory, '.github', 'workflows', file), 'utf8')));
    return Object.values(jobs).flatMap(({ uses }) => uses ?? []);
  } catch {
    return [];
  }
}
