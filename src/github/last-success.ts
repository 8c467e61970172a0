import { type Result, succeed } from '../diagnostics/failure.ts';
import { jobAnswer, recentRunsAnswer } from './answers.ts';
import { noneWhereNotFound } from './none-where-not-found.ts';
import type { Requests } from './requests.ts';

interface Asked {
  readonly owner: string;
  readonly repo: string;
  readonly workflow_id: string;
  readonly branch: string;
}

const RUNS = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
/** Of the runs that failed since the last one that went well, so many are looked into. */
const RECENT = 10;

/** `GitHub.lastSuccess`: one request where the newest run went well, one more for each that did not. */
export async function lastSuccess(
  requests: Requests,
  asked: Asked,
  jobs: readonly string[],
): Promise<Result<{ readonly at: string } | null>> {
  const newest = (status: 'success' | 'completed', count: number) =>
    requests.one(RUNS, { ...asked, status, per_page: count, exclude_pull_requests: true }, recentRunsAnswer);
  if (jobs.length > 0) {
    const recent = noneWhereNotFound(await newest('completed', RECENT));
    if (!recent.ok || recent.value === null) return recent.ok ? succeed(null) : recent;
    for (const { id, at, conclusion } of recent.value) {
      if (conclusion === 'success') return succeed({ at });
      const wentWell = await succeeded(requests, asked, id);
      if (!wentWell.ok) return wentWell;
      if (jobs.every((job) => wentWell.value.includes(job))) return succeed({ at });
    }
  }
  const found = noneWhereNotFound(await newest('success', 1));
  if (!found.ok) return found;
  const [last] = found.value ?? [];
  return succeed(last === undefined ? null : { at: last.at });
}

/** The names of the jobs of a run that went well, of its newest attempt. */
async function succeeded(requests: Requests, { owner, repo }: Asked, run: number): Promise<Result<readonly string[]>> {
  const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs';
  const found = await requests.all(route, { owner, repo, run_id: run }, jobAnswer, 'jobs');
  if (!found.ok) return found;
  return succeed(found.value.flatMap(({ name, conclusion }) => (conclusion === 'success' ? [name] : [])));
}
