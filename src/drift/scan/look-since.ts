import { desiredAccessDigest, desiredAccessOnAnyDay } from '../../access/desired-digest.ts';
import type { AccessModel } from '../../access/model.ts';
import { type Difference, differences, subjectKey } from '../../access/model-difference.ts';
import { iamName, LIMITS_POLICY } from '../../team/names.ts';
import { activeMembers, type Team } from '../../team/team.ts';

/** What a team file declared when it was applied. */
export interface AppliedFile {
  /** Everybody, whatever their last day. */
  readonly model: AccessModel;
  /** IAM names of those whose last day had passed by then. */
  readonly ended: readonly string[];
}

/** What is noted of the last apply. */
export interface Applied {
  /** `declaredDigest` of the file; null where it is not known, or where it was applied in part only. */
  readonly declared: string | null;
  /** Null or left out where nobody has noted it. */
  readonly file?:
    | (AppliedFile & {
        /** `subjectKey`s of what applies that began since and did not end were to change. */
        readonly begun: readonly string[];
        /** Whether no apply has begun since then without ending. */
        readonly isWhole: boolean;
      })
    | null;
}

/** What the file itself has changed since it was applied. */
export interface SinceApplied {
  /** Whether it has changed what a difference is about: else somebody did that by hand. */
  has(difference: Difference): boolean;
}

const NOTHING: SinceApplied = { has: () => false };

/** Null where nobody knows what was applied. */
export function sinceApplied(applied: Applied | null, team: Team, today: string): SinceApplied | null {
  if (applied === null) return null;
  if (applied.declared !== null && applied.declared === desiredAccessDigest(team)) return NOTHING;
  const { file } = applied;
  if (file === null || file === undefined || file.model.account !== team.account) return null;
  const subjects = new Set([...changedSubjects(file, team, today), ...file.begun]);
  return {
    has(difference) {
      if (subjects.has(subjectKey(difference))) return true;
      // Her boundary and tags come and go with her, and are not listed beside her.
      if (difference.kind === 'boundary-changed' || difference.kind === 'tag-changed') {
        return subjects.has(subjectKey({ kind: 'user-added', user: difference.user }));
      }
      // Whoever is held while a change is applied has other limits until it ends.
      return !file.isWhole && 'policy' in difference && difference.policy === LIMITS_POLICY;
    },
  };
}

/** `subjectKey`s of all that a file declares otherwise than the one that was applied. */
export function changedSubjects({ model, ended }: AppliedFile, team: Team, today: string): readonly string[] {
  const active = new Set(activeMembers(team, today).map(({ key }) => iamName(team.lab, key)));
  // Whoever had reached her last day was not there; with a later one in the file she comes back.
  const returned = new Set(ended.filter((name) => active.has(name)));
  const then = { ...model, users: model.users.filter(({ name }) => !returned.has(name)) };
  return differences(then, desiredAccessOnAnyDay(team)).map(subjectKey);
}
