import type { TeamFindingArgs, ValueKind } from '../../diagnostics/team-codes.ts';
import { characterName } from '../../text/character-names.ts';
import { curlyText, isCurly } from '../../text/curly-quotes.ts';
import { pathText, wording } from '../../text/finding-message.ts';
import { quoted, say } from '../../text/visible.ts';
import type { Place, TeamWords } from './messages.ts';

type ShapeCode = Extract<
  keyof TeamFindingArgs,
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'empty-value'
  | 'empty-text'
  | 'template-expression'
  | `${string}-character`
  | 'unsupported-version'
  | 'invalid-lab'
  | `account-${string}`
  | 'duplicate-entry'
  | 'team-too-large'
>;

/** About keys and kinds of values, about texts, and about what stands at the top of the file. */
export const SHAPE_WORDS: Pick<TeamWords, ShapeCode> = {
  'unknown-key': ({ key, known, suggestion, nested }, place) => {
    const section = SECTION_OF.get(key);
    const here = place.path[0];
    const remedy =
      suggestion !== null
        ? `Write ${suggestion}.`
        : nested && place.path.length === 3
          ? say`Indent it like ${String(place.path[1])} if it belongs to ${String(here)}, else remove it; the keys are ${listed(known)}.`
          : section !== undefined && section !== here
            ? `Move it below ${section}, where it belongs, or remove it; the keys here are ${listed(known)}.`
            : `Remove it; the keys are ${listed(known)}.`;
    return wording('Unknown key', say`${key} is not a key of ${owner(place)}, so it would have no effect.`, remedy);
  },
  'missing-key': ({ key }, place) =>
    wording(
      'Missing key',
      say`${capital(owner(place))} has no ${key}, which every ${kindOf(place)} needs.`,
      say`Add ${exampleOf(key, place) ?? `${key}:`}`,
    ),
  'wrong-type': ({ expected, actual, source }, place) =>
    wording(
      'Wrong type',
      say`${pathText(place.path)} must be ${A[expected]} and is ${A[actual]}${source === null ? '' : `, ${quoted(source)}`}.`,
      correction(expected, actual, source, place),
    ),
  'empty-value': ({ expected }, place) =>
    wording(
      'No value',
      say`${pathText(place.path)} has no value.`,
      expected === 'list'
        ? say`Remove the line, or write ${last(place)}: [] for an empty list.`
        : expected === 'map' && isReconcile(place)
          ? `Remove the line, and nothing is put right by itself; or write ${RECONCILE}`
          : expected === 'map'
            ? say`Remove the line, or indent what belongs to ${last(place)} below it; ${last(place)}: {} says that there is nothing.`
            : say`Write ${A[expected]} after ${last(place)}: or remove the line.`,
    ),
  'empty-text': (_, place) =>
    wording(
      'Empty text',
      say`${pathText(place.path)} is empty.`,
      say`Write ${exampleOf(last(place), place) ?? 'a text'}`,
    ),
  'template-expression': ({ marker }, place) =>
    wording(
      'A template expression',
      say`${textAt(place)} holds ${marker}, which begins an expression in Terraform; no text of this file may become one.`,
      say`Write it without ${marker}`,
    ),
  'control-character': ({ character }, place) =>
    wording(
      'A control character',
      `${textAt(place)} holds ${characterName(character)}, which is not seen and can make the text read as another one.`,
      'Type the text anew; a line break is allowed in a description or a reason only.',
    ),
  'bidirectional-character': ({ character }, place) =>
    wording(
      'A bidirectional control character',
      `${textAt(place)} holds ${characterName(character)}, which makes a text read in another order than it has.`,
      'Type the text anew; Arabic and Hebrew need no such character.',
    ),
  'invisible-character': ({ character }, place) =>
    wording(
      'An invisible character',
      `${textAt(place)} holds ${characterName(character)}, which is not seen: two names can look equal and differ.`,
      'Type the text anew instead of pasting it.',
    ),
  'broken-character': ({ character }, place) =>
    wording(
      'Half a character',
      `${textAt(place)} holds ${character}, half of a character: nothing can store or show it.`,
      'Type the text anew instead of writing it with \\u.',
    ),
  'unsupported-version': ({ source }) =>
    wording(
      'Unsupported version',
      say`version is ${source}, and this program reads version 1, a number without quotes.`,
      'Write version: 1',
    ),
  'invalid-lab': ({ lab, limit }) =>
    wording(
      'Not a name for a lab',
      lab.length > limit
        ? say`${lab} has ${lab.length} characters and may have ${limit}: it begins every user's name in IAM, where 64 are the most.`
        : say`${lab} begins names in IAM, and may hold lower-case letters, digits and hyphens, with a letter first and no hyphen last.`,
      labLike(lab) === null ? 'Write a short name such as perception-lab.' : `Write ${labLike(lab)}`,
    ),
  'account-not-quoted': ({ source }) =>
    wording(
      'The account id is not quoted',
      say`${source} is a number for YAML, which loses leading zeros; an account id is a text of 12 digits.`,
      /^\d{12}$/.test(source) ? `Write account: "${source}"` : 'Write all 12 digits in quotes, as in "123456789012".',
    ),
  'account-not-twelve-digits': ({ account }) => {
    const digits = account.replace(/[\s“”„«»‘’-]/g, '');
    return wording(
      'Not an account id',
      isCurly(account) ? curlyText(account) : say`${account} is not an AWS account id, which has exactly 12 digits.`,
      /^\d{12}$/.test(digits)
        ? `Write "${digits}"`
        : 'Copy the id from the AWS console, or from aws sts get-caller-identity, and put it in quotes.',
    );
  },
  'duplicate-entry': ({ entry }, place) =>
    wording(
      'The same entry twice',
      say`${entry} stands twice in ${pathText(place.path.slice(0, -1))}, and the second changes nothing.`,
      'Remove it, or write what was meant instead.',
    ),
  'team-too-large': ({ what, count, limit }) =>
    wording(
      'More than an account holds',
      `The file has ${count} ${what}, and an AWS account holds ${limit} ${what === 'roles' ? 'groups' : 'users'} at most.`,
      what === 'roles'
        ? 'Let members share roles.'
        : 'Divide the lab between two accounts, each with a file of its own.',
    ),
};

/** Where a key is known that people also write elsewhere. */
const SECTION_OF: ReadonlyMap<string, string> = new Map([
  ...['name', 'email', 'github', 'until', 'sponsor', 'suspended', 'keys'].map((key) => [key, 'members'] as const),
  ...['description', 'extends', 'allow', 'deny', 'managed'].map((key) => [key, 'roles'] as const),
  ...['left', 'reason'].map((key) => [key, 'departed'] as const),
  ...[
    'max-removals',
    'state',
    'key-max-age-days',
    'reconcile',
    'delete-after-days',
    'drift-every-hours',
    'renew-before-days',
  ].map((key) => [key, 'settings'] as const),
  ['mode', 'settings.reconcile'],
  ['per-day', 'settings.reconcile'],
]);

const A: Readonly<Record<ValueKind, string>> = {
  text: 'a text',
  number: 'a number',
  'true-or-false': 'true or false',
  list: 'a list',
  map: 'a map',
  nothing: 'nothing',
};

/** What can be pasted for a key that is missing. */
const EXAMPLES: Readonly<Record<string, string>> = {
  version: 'version: 1',
  lab: 'lab: perception-lab',
  account: 'account: "123456789012"',
  owners: 'owners: [ada], with the key of a member.',
  roles: 'roles: with at least one role below it.',
  members: 'members: with at least one member below it.',
  name: 'name: and the name of the person.',
  left: 'left: "2026-06-30", with the day of leaving.',
  reason: 'reason: graduated, or another reason.',
  mode: 'mode: additions, or none or all.',
  bucket: 'bucket: with the name of the S3 bucket.',
  region: 'region: eu-central-1, or wherever the bucket is.',
};

/** The same where a key of a snooze is meant. */
const SNOOZE_EXAMPLES: Readonly<Record<string, string>> = {
  until: 'until: "2027-01-31", with the last day on which it is left out.',
  reason: 'reason: and why the finding is known and left as it is.',
};

/** The line that switches it on. */
const RECONCILE = 'reconcile: { mode: additions, per-day: 3 }';

function isReconcile({ path }: Place): boolean {
  return path.length === 2 && path[0] === 'settings' && path[1] === 'reconcile';
}

function exampleOf(key: string, { path }: Place): string | undefined {
  return (path[0] === 'snoozed' ? SNOOZE_EXAMPLES[key] : undefined) ?? EXAMPLES[key];
}

/** What holds the key of a path. */
function owner(place: Place): string {
  const [section, key] = place.path;
  if (place.path.length === 1) return 'the file';
  if (place.path.length === 2) return String(section);
  return section === 'settings' ? quoted(`settings.${key}`) : `${kindOf(place)} ${quoted(String(key))}`;
}

function kindOf({ path }: Place): string {
  if (path.length < 3) return 'file';
  const kinds: Readonly<Record<string, string>> = {
    roles: 'role',
    members: 'member',
    departed: 'departed member',
    snoozed: 'snoozed finding',
  };
  return kinds[String(path[0])] ?? String(path[1] ?? '');
}

function capital(text: string): string {
  return text.startsWith('settings') ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function last({ path }: Place): string {
  return String(path.at(-1) ?? '');
}

function textAt({ path }: Place): string {
  return path.length === 0 ? 'This line' : quoted(pathText(path));
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function correction(expected: ValueKind, actual: ValueKind, source: string | null, place: Place): string {
  if (expected === 'list' && source !== null) return say`Write [${source}]`;
  if (expected === 'list') return 'Write a list in brackets, such as [one, two].';
  if (expected === 'text' && source !== null) return `Write it in quotes: ${JSON.stringify(quoted(source))}`;
  if (expected === 'true-or-false') {
    if (source !== null && /^(?:y|yes|on|true|1)$/i.test(source)) return 'Write true, without quotes.';
    if (source !== null && /^(?:n|no|off|false|0)$/i.test(source)) return 'Write false, without quotes.';
    return 'Write true or false, without quotes.';
  }
  if (isReconcile(place)) return reconcileCorrection(source);
  if (expected === 'map' && place.path.length === 0) {
    return 'Begin with version, lab, account, owners, roles and members; the README has a sample to copy.';
  }
  if (expected === 'map') return say`Indent key: value lines below ${last(place)}, without dashes.`;
  return `Write ${A[expected]} instead of ${A[actual]}.`;
}

/** It is a map, so that switching it on says how much it may do; people write true, or how much alone. */
function reconcileCorrection(source: string | null): string {
  if (source !== null && /^(?:n|no|off|false|0|never|none|null)$/i.test(source)) {
    return 'Remove the line: without it nothing is put right by itself.';
  }
  const perDay = source !== null && /^[1-9][0-9]{0,3}$/.test(source) ? source : '3';
  return `Write reconcile: { mode: additions, per-day: ${perDay} }, or remove the line to put nothing right by itself.`;
}

function labLike(lab: string): string | null {
  const like = lab
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
  return /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(like) ? like : null;
}
