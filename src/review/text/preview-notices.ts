import { say } from '../../text/visible.ts';

/** Why a review takes everything for new. */
export function baseCountsAsNone(file: string, errors: number): string {
  const count = errors === 1 ? '1 error' : `${errors} errors`;
  return say`${file} has ${count}, so it counts as no team at all: everything of the later file is told as new.`;
}

/** Why the manifest of a plan was not used. */
export function manifestUnusable(file: string, reason: string): string {
  return say`${file} is not the manifest of a plan of this lab (${reason}). Plan again with "mturk-team plan --manifest", by the same version.`;
}
