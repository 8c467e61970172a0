import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { githubSettings } from '../github/client.ts';
import { githubRequests } from '../github/requests.ts';

const DIGITS = z.string().regex(/^\d+$/);
const OWNER = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/);
const NAME = z.string().regex(/^[A-Za-z0-9._-]+$/);

/** What GitHub says about a lab's repository and the workflows that it calls. */
export const REPOSITORY_FACTS = z.strictObject({
  owner: OWNER,
  name: NAME,
  /** GitHub's number of the owner, in digits; empty if it is not known, which only a classic subject allows. */
  ownerId: DIGITS.or(z.literal('')),
  /** GitHub's number of the repository, in digits: a new repository of the same name has another. */
  repositoryId: DIGITS,
  /**
   * The form of the subject: repositories created, renamed or moved on or after 15 July 2026 have ids in it. GitHub
   * answers `use_immutable_subject` (GET /repos/OWNER/REPO/actions/oidc/customization/sub).
   */
  subject: z.enum(['classic', 'ids']),
  /** Where the called workflows are: `refs/heads/main`, or the commit that the callers pin. */
  workflows: z.strictObject({ owner: OWNER, name: NAME, ref: z.string().regex(/^[\w./-]+$/) }),
});

export type RepositoryFacts = Readonly<z.infer<typeof REPOSITORY_FACTS>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** What a person can say in place of GitHub; null for what they do not say. */
export interface GivenFacts {
  /** `OWNER/NAME` */
  readonly repository: string | null;
  readonly ownerId: string | null;
  readonly repositoryId: string | null;
  readonly subject: RepositoryFacts['subject'] | null;
}

/**
 * The facts about the repository of a directory: those given, else GitHub's if `GITHUB_TOKEN` is set, else those of an
 * earlier bootstrap of the same repository. Fails if one is missing: none is guessed.
 */
export async function repositoryFacts(
  given: GivenFacts,
  recorded: RepositoryFacts | null,
  directory: string,
  env: Environment,
): Promise<Result<RepositoryFacts>> {
  const named = given.repository ?? (await originOf(directory)) ?? repositoryIn(recorded);
  const [owner, name] = named?.split('/') ?? [];
  if (owner === undefined || name === undefined) return fail('repository-unknown', { options: ['--repository'] });
  const isGiven = given.repositoryId !== null && given.subject !== null;
  const asked = env.GITHUB_TOKEN && !isGiven ? await askGitHub({ owner, name }, env) : succeed(null);
  if (!asked.ok) return asked;
  const known = asked.value ?? (repositoryIn(recorded) === `${owner}/${name}` ? recorded : null);
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
  const workflows = (await pinned(directory, 'apply')) ?? { ...place, ref: 'refs/heads/main' };
  return succeed({ ...place, ownerId, repositoryId, subject, workflows });
}

function repositoryIn(facts: RepositoryFacts | null): string | null {
  return facts === null ? null : `${facts.owner}/${facts.name}`;
}

/** `OWNER/NAME` of the remote `origin`; null if there is none, or it is not on GitHub. */
export async function originOf(directory: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', directory, 'remote', 'get-url', 'origin']);
    const [, repository = null] =
      /^(?:https:\/\/(?:[^@/]*@)?github\.com\/|(?:ssh:\/\/)?git@(?:ssh\.)?github\.com(?::443)?[:/])([\w-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
        stdout.trim(),
      ) ?? [];
    return repository;
  } catch {
    return null;
  }
}

const REPOSITORY_ANSWER = z.object({ id: z.int(), name: NAME, owner: z.object({ id: z.int(), login: OWNER }) });
/** https://docs.github.com/en/rest/actions/oidc; servers without immutable subjects leave the second out. */
const SUBJECT_ANSWER = z.object({ use_default: z.boolean(), use_immutable_subject: z.boolean().default(false) });

async function askGitHub({ owner, name }: { readonly owner: string; readonly name: string }, env: Environment) {
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

/** What the lab's workflows call, each once: `OWNER/NAME@COMMIT`, or `./` for their own repository. */
export async function calledReleases(directory: string): Promise<readonly string[]> {
  const called = await Promise.all((['plan', 'apply', 'drift'] as const).map((name) => pinned(directory, name)));
  return [...new Set(called.map((each) => (each === null ? './' : `${each.owner}/${each.name}@${each.ref}`)))];
}

/** What a caller of the lab pins: `OWNER/NAME@COMMIT`. Null if it calls its own repository's workflow. */
async function pinned(
  directory: string,
  name: 'plan' | 'apply' | 'drift',
): Promise<RepositoryFacts['workflows'] | null> {
  const text = await readFile(join(directory, '.github', 'workflows', `${name}.yml`), 'utf8').catch(() => '');
  const call = /^\s*uses:\s*['"]?([\w-]+)\/([\w.-]+)\/\.github\/workflows\/called-\w+\.yml@([\w./-]+)/m.exec(text);
  const [, owner, repository, ref] = call ?? [];
  if (owner === undefined || repository === undefined || ref === undefined) return null;
  return { owner, name: repository, ref };
}
