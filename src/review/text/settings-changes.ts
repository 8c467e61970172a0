import { listWords } from '../../access/text/names.ts';
import { CAPABILITIES, type Capability } from '../../catalog/mturk.ts';
import { dayWords } from '../../text/dates.ts';
import type { SettingsChange } from '../changes/review.ts';

/** One rule of the whole lab that changes, as a sentence for a terminal. */
export function guardSentence(guard: SettingsChange): string {
  switch (guard.kind) {
    case 'owners': {
      const gained = guard.gained.length === 0 ? [] : [`${listWords(guard.gained)} will approve changes`];
      const lost = guard.lost.length === 0 ? [] : [`${listWords(guard.lost)} will not approve changes any more`];
      return `Owners: ${[...gained, ...lost].join('; ')}.`;
    }
    case 'owner-login':
      return `Owner ${guard.owner}: the GitHub login ${guard.to ?? 'of nobody'} is asked for approvals, until now ${guard.from ?? 'nobody'}.`;
    case 'freeze': {
      const gained = guard.gained.length === 0 ? [] : [`Frozen for everybody: ${does(guard.gained)}.`];
      const lost = guard.lost.length === 0 ? [] : [`No longer frozen: ${does(guard.lost)}.`];
      return [...gained, ...lost].join(' ');
    }
    case 'max-removals':
      return `One change may delete ${amount(guard.to, 'member')}, until now ${guard.from}.`;
    case 'state':
      return `The state is kept in ${bucketWords(guard.to)}, until now in ${bucketWords(guard.from)}.`;
    case 'lab':
      return `The lab is called ${guard.to}, until now ${guard.from}: everybody's user would be another one.`;
    case 'account':
      return `The AWS account is ${guard.to}, until now ${guard.from}.`;
    case 'keys':
      return `${guard.member} ${keysWords(guard)}.`;
    case 'snooze':
      return snoozeSentence(guard);
    default:
      return `${driftGuardClause(guard).join('')}.`;
  }
}

type DriftGuard = Extract<SettingsChange, { readonly kind: 'reconcile' | 'key-age' | 'drift-period' | 'renewal' }>;

/** What changes, and what it was until now: the first may stand out, and there is no full stop behind the second. */
export function driftGuardClause(guard: DriftGuard): readonly [changes: string, untilNow: string] {
  const { from, to } = guard;
  switch (guard.kind) {
    case 'reconcile':
      if (to === null) {
        return ['What is added by hand on the account stays until somebody removes it', `: it is not undone any more`];
      }
      return [
        'What is added by hand on the account is undone without anybody asking',
        `, up to ${amount(to, 'thing')} in 24 hours, until now ${from === null ? 'nothing' : from}`,
      ];
    case 'key-age':
      return [`An access key is reported as too old after ${amount(guard.to, 'day')}`, `, until now ${from}`];
    case 'drift-period':
      return [`A look at the account is expected every ${amount(guard.to, 'hour')}`, `, until now ${from}`];
    case 'renewal':
      return to === 0
        ? ['Nobody is asked any more before the last day of a member', `, until now ${amount(guard.from, 'day')} ahead`]
        : [
            `Somebody is asked ${amount(guard.to, 'day')} before the last day of a member`,
            `, until now ${from === 0 ? 'never' : from}`,
          ];
  }
}

/** `may have 2 access keys, until now 1` */
export function keysWords({ from, to }: Extract<SettingsChange, { readonly kind: 'keys' }>): string {
  const may = to === 0 ? 'may have no access key' : `may have ${amount(to, 'access key')}`;
  return from === null ? `${may} from the beginning` : `${may}, until now ${from === 0 ? 'none' : from}`;
}

/** `Snooze`: what the report does not tell for a time. The finding stands between the two texts. */
export function snoozeWords(
  guard: Extract<SettingsChange, { readonly kind: 'snooze' }>,
): readonly [before: string, behind: string] {
  const { from, to } = guard;
  if (to === null) {
    return ['The drift report tells of ', ` again, which it was to leave out until ${dayOf(from)}`];
  }
  if (from === to) return ['The drift report leaves out ', ` until ${dayOf(to)} as before, and says anew why`];
  const instead = from === null ? '' : ` instead of ${dayOf(from)}`;
  return ['The drift report leaves out ', ` until ${dayOf(to)}${instead}`];
}

function snoozeSentence(guard: Extract<SettingsChange, { readonly kind: 'snooze' }>): string {
  const [before, behind] = snoozeWords(guard);
  return `${before}${guard.finding}${behind}${guard.reason === null ? '.' : `: ${guard.reason}`}`;
}

function dayOf(day: string | null): string {
  return day === null ? 'now' : dayWords(new Date(`${day}T00:00:00Z`));
}

function does(capabilities: readonly Capability[]): string {
  return listWords(capabilities.map((name) => `${CAPABILITIES[name].does} (${name})`));
}

function bucketWords(bucket: string | null): string {
  return bucket === null ? 'a local file' : `the bucket ${bucket}`;
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
