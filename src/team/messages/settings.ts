import type { TeamFindingArgs } from '../../diagnostics/team-codes.ts';
import { pathText, wording } from '../../text/finding-message.ts';
import { say } from '../../text/visible.ts';
import type { TeamWords } from './messages.ts';

type SettingsCode = Extract<
  keyof TeamFindingArgs,
  | 'unknown-freeze'
  | 'invalid-max-removals'
  | 'invalid-count'
  | 'unknown-reconcile-mode'
  | 'invalid-bucket-name'
  | 'invalid-region'
  | 'invalid-finding-id'
  | `snooze-${string}`
>;

/** About what is frozen, what is snoozed, and the settings. */
export const SETTINGS_WORDS: Pick<TeamWords, SettingsCode> = {
  'unknown-freeze': ({ name, suggestion }) =>
    wording(
      'Nothing that can be frozen',
      say`${name} is neither spend nor a capability, so it would freeze nothing.`,
      suggestion === null
        ? 'Write spend for everything that spends money, or a capability such as hits:publish.'
        : `Write ${suggestion}.`,
    ),
  'invalid-max-removals': ({ source }) =>
    wording(
      'Not a count',
      say`max-removals is ${source}, and must be a whole number, 0 or more.`,
      'Write max-removals: 3, or leave it out, which means the same.',
    ),
  'invalid-count': ({ key, source, minimum, maximum, usual }, { path }) =>
    wording(
      'Not a count',
      say`${pathText(path)} is ${source}, and must be a whole number${maximum === null ? `, ${minimum} or more` : ` from ${minimum} to ${maximum}`}${key === 'keys' ? ': IAM gives a user two access keys at most' : ''}.`,
      key === 'per-day'
        ? `Write per-day: ${usual}, or remove reconcile to put nothing right by itself.`
        : maximum !== null && Number(source) > maximum
          ? `Write ${key}: ${maximum}, or leave it out, which means ${usual}.`
          : `Write ${key}: ${usual}, or leave it out, which means the same.`,
    ),
  'unknown-reconcile-mode': ({ mode, suggestion }) =>
    wording(
      'Unknown reconcile mode',
      say`${mode} is not a reconcile mode: the modes are none, additions and all.`,
      `Write mode: ${suggestion ?? 'additions'}`,
    ),
  'invalid-bucket-name': ({ bucket }) =>
    wording(
      'Not a name of an S3 bucket',
      say`${bucket} cannot be an S3 bucket: 3 to 63 lower-case letters, digits, hyphens and dots, with a letter or digit at both ends, and no reserved prefix or suffix.`,
      'Write the name as S3 shows it, such as perception-lab-terraform.',
    ),
  'invalid-region': ({ region }) =>
    wording('Not a region', say`${region} is not an AWS region.`, "Write the bucket's region, such as eu-central-1."),
  'invalid-finding-id': ({ id, unknown }) => {
    const better = unknown === null ? idLike(id) : withKind(id, unknown);
    return wording(
      'Not the id of a finding',
      unknown === null
        ? say`${id} cannot be the id of a finding, so it would leave nothing out of the drift report: a kind in lower case comes first, then names as IAM has them, divided by /.`
        : say`${id} cannot be the id of a finding, so it would leave nothing out of the drift report: ${unknown.kind} is no kind of finding.`,
      better === null ? 'Copy the id from the drift report, such as outside/old-mturk-user/spends.' : `Write ${better}`,
    );
  },
  'snooze-passed': ({ finding, until }) =>
    wording(
      'A snooze that has ended',
      say`The last day of this snooze was ${until}: ${finding} is in the drift report again, if it still is as it was.`,
      'Remove the entry, or write a later day and why.',
    ),
  'snooze-far-away': ({ finding, until, limit }) =>
    wording(
      'A snooze for more than a year',
      say`${finding} would be left out of the drift report until ${until}, and nobody remembers for that long that it is there.`,
      `Write a day up to "${limit}", and snooze it again then if it still holds.`,
    ),
};

function withKind(id: string, { kind, suggestion }: { kind: string; suggestion: string | null }): string | null {
  return suggestion === null ? null : `${suggestion}${id.slice(kind.length)}`;
}

/** Longer than any id: not worth looking into. */
const LONGEST_ID = 1000;

/** What is left of an id that was copied with what stands around it in the report; null where nothing is. */
function idLike(id: string): string | null {
  if (id.length > LONGEST_ID) return null;
  const like = id
    .trim()
    .replace(/^[`'"(]+|[`'".,;:)]+$/g, '')
    .replace(/^\/+|\/+$/g, '');
  const [kind = '', ...names] = like.split('/');
  const whole = [kind.toLowerCase(), ...names].join('/');
  return names.length > 0 && /^[a-z]+(?:-[a-z]+)*(?:\/[A-Za-z0-9+=,.@_-]+)+$/.test(whole) ? whole : null;
}
