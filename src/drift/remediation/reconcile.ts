import type { Difference } from '../../access/model-difference.ts';
import type { NotChecked } from '../../aws/inventory/types.ts';
import { keyOfIamName, labPath } from '../../team/names.ts';
import type { Settings } from '../../team/settings.ts';
import { suggester } from '../../team/suggest.ts';
import type { Team } from '../../team/team.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from '../../terraform/addresses.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';
import { differenceOf } from '../finding.ts';

/** What somebody, or the workflow, asks to be put right. */
export interface ReconcileRequest {
  /** Undo what was added by hand. */
  readonly undo: boolean;
  /**
   * What is put back although that gives access, because a person asked for it: the id of a finding (it has a `/`) for
   * that alone, or the key of a member or role for all that concerns it.
   */
  readonly restore: readonly string[];
  /** The fingerprint of the look that it is about, or its first digits; null for whatever is found. */
  readonly expect: string | null;
}

/** Something that was undone before, or was about to be. */
export interface Undone {
  /** A finding's id. */
  readonly finding: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Why nothing is done. Lists are never empty. */
export type ReconcileRefusal =
  | { readonly reason: 'off' }
  | { readonly reason: 'unknown-keys'; readonly keys: readonly Unknown[] }
  | { readonly reason: 'not-restorable'; readonly findings: readonly NotRestorable[] }
  | { readonly reason: 'another-look'; readonly expected: string; readonly found: string }
  | { readonly reason: 'incomplete'; readonly unseen: readonly NotChecked[] }
  | { readonly reason: 'pending' | 'unexplained' | 'flapping'; readonly findings: readonly DriftFinding[] }
  | { readonly reason: 'quota'; readonly perDay: number; readonly done: number; readonly wanted: number };

/** A name that nothing has, and what was probably meant. */
export interface Unknown {
  readonly name: string;
  readonly near: string | null;
}

/** A finding that is not there (any more), that is put up with, or that no plan of the file puts right. */
interface NotRestorable extends Unknown {
  readonly because: 'not-found' | 'snoozed' | 'not-put-back';
}

/** What of a team decides what may be asked. */
type AskedTeam = Pick<Team, 'lab' | 'members' | 'roles'> & { readonly settings: Pick<Settings, 'reconcile'> };

export type ReconcileDecision =
  | { readonly kind: 'refused'; readonly refusal: ReconcileRefusal }
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'go';
      /** What is undone or put back, worst first. */
      readonly findings: readonly DriftFinding[];
      /** Those of them that only a person may ask for. */
      readonly restored: readonly DriftFinding[];
      /** What stays as the account has it, from the file to the account. */
      readonly kept: readonly Difference[];
    };

const DAY_MS = 24 * 60 * 60 * 1_000;
const QUOTA_MS = DAY_MS;
const FLAPPING_MS = 7 * DAY_MS;
/** How often the same thing is undone within that time before a person is called. */
const FLAPS = 2;

/**
 * Whether what a look found may be put right, and what of it. All or nothing: what cannot be told apart from somebody's
 * purpose, and more than a person would expect in a day, is left for a person.
 */
export function decideReconcile(
  look: ScanResult,
  team: AskedTeam,
  request: ReconcileRequest,
  history: readonly Undone[],
): ReconcileDecision {
  const { reconcile } = team.settings;
  const impossible = refusedUnseen(team, request);
  if (impossible !== null) return refused(impossible);
  if (request.expect !== null && !look.fingerprint.startsWith(request.expect)) {
    return refused({ reason: 'another-look', expected: request.expect, found: look.fingerprint });
  }
  if (look.class === 'error' || !look.planned) return refused({ reason: 'incomplete', unseen: look.notChecked });

  const byHand = look.findings.filter(({ cause }) => cause === 'manual');
  const restorable = byHand.filter(isRestorable);
  const beyond = notRestorable(request.restore.filter(isId), look, restorable);
  if (beyond.length > 0) return refused({ reason: 'not-restorable', findings: beyond });
  const restored = restorable.filter(
    (finding) => request.restore.includes(finding.id) || concerns(finding, request.restore, team),
  );
  const undone = request.undo ? byHand.filter((each) => each.remediation === 'auto' && !restored.includes(each)) : [];
  if (restored.length + undone.length === 0) return { kind: 'nothing' };

  const pending = look.findings.filter(
    ({ cause }) => cause === 'pending' || cause === 'expired' || cause === 'unknown',
  );
  if (pending.length > 0) return refused({ reason: 'pending', findings: pending });
  const unexplained = look.findings.filter(({ cause }) => cause === 'unexplained');
  if (unexplained.length > 0) return refused({ reason: 'unexplained', findings: unexplained });
  const at = Date.parse(look.at);
  const within = (span: number) => history.filter((each) => at - Date.parse(each.at) < span);
  const lately = within(FLAPPING_MS);
  const flapping = undone.filter(({ id }) => lately.filter(({ finding }) => finding === id).length >= FLAPS);
  if (flapping.length > 0) return refused({ reason: 'flapping', findings: flapping });
  const done = within(QUOTA_MS).length;
  if (reconcile.mode !== 'none' && undone.length > 0 && done + undone.length > reconcile.perDay) {
    return refused({ reason: 'quota', perDay: reconcile.perDay, done, wanted: undone.length });
  }

  const wanted = new Set([...restored, ...undone]);
  const others = [...look.findings.filter((each) => !wanted.has(each)), ...look.snoozed.map(({ finding }) => finding)];
  return {
    kind: 'go',
    findings: look.findings.filter((each) => wanted.has(each)),
    restored,
    // What is settled is as the file has it: there is nothing to keep.
    kept: others.flatMap((finding) => (finding.cause === 'resolved' ? [] : (differenceOf(finding) ?? []))),
  };
}

/** Why nothing can be put right whatever would be found: the file alone tells. Null where nothing stands in the way. */
export function refusedUnseen(
  team: AskedTeam,
  request: Pick<ReconcileRequest, 'undo' | 'restore'>,
): ReconcileRefusal | null {
  if (request.undo && team.settings.reconcile.mode === 'none') return { reason: 'off' };
  const keys = [...team.members, ...team.roles].map(({ key }) => key);
  const strange = request.restore.filter((name) => !isId(name) && !keys.includes(name));
  if (strange.length === 0) return null;
  const suggest = suggester();
  const near = (name: string): string | null => {
    const iam = keyOfIamName(team.lab, name);
    if (iam !== null && keys.includes(iam)) return iam;
    const named = team.members.find((member) => member.name.toLowerCase() === name.toLowerCase());
    return named?.key ?? suggest(name, keys);
  };
  return { reason: 'unknown-keys', keys: strange.map((name) => ({ name, near: near(name) })) };
}

/** No key of a member or role has a slash in it; every finding's id has. */
function isId(name: string): boolean {
  return name.includes('/');
}

function notRestorable(
  ids: readonly string[],
  { findings, snoozed }: ScanResult,
  restorable: readonly DriftFinding[],
): readonly NotRestorable[] {
  const known = restorable.map(({ id }) => id);
  const suggest = suggester();
  return ids
    .filter((id) => !known.includes(id))
    .map((name) => {
      if (findings.some(({ id }) => id === name)) return { name, near: null, because: 'not-put-back' };
      if (snoozed.some(({ finding }) => finding.id === name)) return { name, near: null, because: 'snoozed' };
      // What has become worse has one segment more, or another one.
      const near = known.find((id) => id.startsWith(`${name}/`)) ?? suggest(name, known);
      return { name, near, because: 'not-found' };
    });
}

/** What of the history still counts at a moment. */
export function stillCounting<Entry extends Undone>(history: readonly Entry[], at: Date): readonly Entry[] {
  return history.filter((each) => at.getTime() - Date.parse(each.at) < FLAPPING_MS);
}

function refused(refusal: ReconcileRefusal): ReconcileDecision {
  return { kind: 'refused', refusal };
}

/** Whether a plan of the file would put it back: what nobody declares is nobody's to restore. */
function isRestorable(finding: DriftFinding): boolean {
  return finding.rule === 'resource-changed' || differenceOf(finding) !== null;
}

function concerns(finding: DriftFinding, keys: readonly string[], team: Pick<Team, 'lab' | 'members'>): boolean {
  if (finding.rule === 'resource-changed') {
    const { address } = finding.data;
    const key = memberKeyOfAddress(address) ?? roleKeyOfAddress(address);
    return key !== null && keys.includes(key);
  }
  const difference = differenceOf(finding);
  return difference !== null && keys.includes(keyConcerned(difference, team) ?? '');
}

/**
 * The member or role that a difference is done to. A membership is the member's, whatever the group; a policy that is
 * attached is its holder's, whatever the policy is called.
 */
function keyConcerned(difference: Difference, { lab, members }: Pick<Team, 'lab' | 'members'>): string | null {
  if ('holder' in difference) return keyOfIamName(lab, difference.holder.name);
  if ('arn' in difference) {
    const [, name] = difference.arn.split(`:policy${labPath(lab)}`);
    return name === undefined ? null : keyOfIamName(lab, name);
  }
  const key = 'user' in difference ? keyOfIamName(lab, difference.user) : null;
  if (!('group' in difference) || members.some((member) => member.key === key)) return key;
  return keyOfIamName(lab, difference.group);
}

/** The IAM names that a difference is about. */
export function namesIn(difference: Difference): readonly string[] {
  return [
    ...('user' in difference ? [difference.user] : []),
    ...('group' in difference ? [difference.group] : []),
    ...('holder' in difference ? [difference.holder.name] : []),
    ...('arn' in difference ? [difference.arn.slice(difference.arn.lastIndexOf('/') + 1)] : []),
  ];
}
