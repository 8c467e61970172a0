import { type Result, succeed } from '../diagnostics/failure.ts';

/** What GitHub does not know is no failure where there may be none. */
export function noneWhereNotFound<T>(answered: Result<T>): Result<T | null> {
  return !answered.ok && answered.failure.code === 'github-not-found' ? succeed(null) : answered;
}
