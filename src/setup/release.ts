import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { RepositoryFacts } from '../aws/setup/record.ts';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { workflowsText } from './repository.ts';

/** GitHub's owners and repository names: https://docs.github.com/en/rest/repos/repos (no slash, no space, no `@`). */
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/;

/** A commit of the tool's repository with its bundle in it, that a lab's workflows call. */
const RELEASE = z.strictObject({
  /** Null if only the commit is known. */
  version: z.string().nullable(),
  /** `OWNER/NAME`. */
  repository: z.string().regex(REPOSITORY),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
});

export type Release = z.infer<typeof RELEASE>;

/** `OWNER/NAME@SHA`; null if it is none. */
export function parseTool(text: string): Release | null {
  const [repository, commit, ...others] = text.split('@');
  const release = RELEASE.safeParse({ version: null, repository, commit });
  return release.success && others.length === 0 ? release.data : null;
}

/** Fails if a lab's workflows call anything but a program's own release: what `bootstrap` trusts is an owner's choice. */
export function calledRelease(facts: RepositoryFacts, own: Release | null): Result<RepositoryFacts> {
  if (own === null) return succeed(facts);
  // The rest are those that an earlier bootstrap trusted.
  const called = facts.workflows.slice(0, 1).map(workflowsText).join();
  const release = `${own.repository}@${own.commit}`;
  return called === release ? succeed(facts) : fail('release-differs', { called, own: release });
}

/** The page of the documentation, as the release has it. */
export function docsUrl({ repository, commit }: Release, page: string): string {
  return `https://github.com/${repository}/blob/${commit}/docs/${page}`;
}

/** Where a person who runs the program reads a page: at the release that they name or that it is of, else in its own package. */
export async function pageOf(program: string, page: string, named: Release | null = null): Promise<string> {
  const release = named ?? (await releaseOf(program));
  return release === null ? join(dirname(await realpath(program)), '..', 'docs', page) : docsUrl(release, page);
}

/**
 * The release that a program belongs to, by the `release.json` beside it. A release's tarball alone has that file, because a
 * commit cannot hold its own hash. Null for any other copy.
 */
export async function releaseOf(program: string): Promise<Release | null> {
  const file = join(dirname(await realpath(program)), 'release.json');
  try {
    return RELEASE.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
