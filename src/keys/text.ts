import { type DisplayNames, named, userText } from '../access/text/names.ts';
import { DAY_MS, dateWords } from '../text/dates.ts';
import { type Block, codeBlock, list, onlyIf, paragraph } from '../text/document.ts';
import { pasted } from '../text/escape.ts';
import { codeText, counted, countedText, type Text, t, trusted } from '../text/text.ts';
import { type DueStep, type HeldKey, isLongUnused, type KeyFinding, type KeyStep } from './rules.ts';
import type { KeyFacts, KeyOutcome, KeyOwner } from './sync.ts';

/** What a person decides about, and the command that follows. */
export const FINDINGS: Readonly<Record<KeyFinding, readonly [words: string, command: (member: string) => string]>> = {
  'all-inactive': ['every key is inactive', createCommand],
  'newer-inactive': ['the newer key is inactive', createCommand],
  'both-used': ['both keys are used', revokeOneCommand],
  'none-used': ['neither key was ever used', createCommand],
  'newer-unused': ['the newer key was never used', createCommand],
  'not-delivered': ['mturk-team did not deliver the newest key', revokeOneCommand],
  'delivered-deleted': ['the newest key that was delivered is deleted', createCommand],
};

export function createCommand(member: string): string {
  return `mturk-team keys create ${pasted(member)}`;
}

function revokeOneCommand(member: string): string {
  return `mturk-team keys revoke ${pasted(member)} --key ID`;
}

const WITHOUT: Readonly<Record<NonNullable<KeyFacts['without']>, string>> = {
  'no-recipient': 'no recipient',
  'no-keys': 'gets no keys',
  suspended: 'suspended',
  later: 'access begins later',
  ended: 'access ended',
  'file-differs': 'team.yaml does not ask for this key',
  'no-user': 'no IAM user of that name',
  'replaced-user': 'another IAM user has the name',
  'moved-user': 'IAM user has another path',
};

/** Why no key was read, though the member's user may have one. */
const UNREAD: readonly (keyof typeof WITHOUT)[] = ['no-user', 'replaced-user', 'moved-user'];

/** What a step does, without the key. */
export const STEPS: Readonly<Record<KeyStep['kind'], string>> = {
  create: 'create a key',
  deactivate: 'deactivate the older key',
  delete: 'delete the older key',
};

/** `create a key`, `deactivate the key of 5 Jan 2026` */
function stepText(step: KeyStep): Text {
  if (step.kind !== 'create') return t`${trusted(step.kind)} the key of ${trusted(dateWords(step.key.created))}`;
  return step.because === 'none' ? t`create a key` : t`create a second key`;
}

const NEXT: Readonly<Record<DueStep['kind'], string>> = {
  create: 'created from',
  rotate: 'replaced from',
  deactivate: 'if mturk-team delivered the new one, old one deactivated after a day of its use',
  delete: 'old one deleted from',
};

function nextText({ without, decision: { step, finding, next } }: KeyFacts): Text {
  if (step !== null) return t`now: ${stepText(step)}`;
  if (finding !== null) return trusted(FINDINGS[finding][0]);
  if (next !== null) return trusted(next.at === null ? NEXT[next.kind] : `${NEXT[next.kind]} ${dateWords(next.at)}`);
  return without === null ? t`nothing` : trusted(WITHOUT[without]);
}

/** Keys with age and last use, what is due, and the commands of findings. */
export function statusBlocks(facts: readonly KeyFacts[], names: DisplayNames, now: Date): readonly Block[] {
  const keys = facts.flatMap((each) => each.keys);
  const unread = facts.filter(({ without }) => without !== null && UNREAD.includes(without));
  const shown = facts.filter((each) => each.keys.length > 0 || each.owner.recipient !== null || unread.includes(each));
  const rows = shown.flatMap((each) => {
    const who = userText(each.owner.user, names);
    if (each.keys.length === 0) return [[who, unread.includes(each) ? t`not read` : t`none`, t``, t``, nextText(each)]];
    return each.keys.map((key, index) => [
      who,
      key.active ? codeText(key.id) : t`${codeText(key.id)} (inactive)`,
      countedText(Math.max(0, Math.floor((now.getTime() - Date.parse(key.created)) / DAY_MS)), 'day'),
      useText(key, now),
      index === 0 ? nextText(each) : t``,
    ]);
  });
  const findings = facts.filter(({ decision }) => decision.finding !== null);
  return [
    paragraph(t`${counted(keys.length, 'access key')} of ${counted(facts.length - unread.length, 'member')}`),
    { kind: 'table', head: [t`Member`, t`Key`, t`Age`, t`Last used`, t`Next`], rows },
    ...onlyIf(findings.length > 0, paragraph(t`Decide, then run:`), codeBlock('sh', findings.map(commandOf))),
  ];
}

/** What no step follows from, with the command; no key id is in it. */
export function findingText(facts: KeyFacts, names: DisplayNames): Text {
  return t`${userText(facts.owner.user, names)}: ${nextText(facts)}. Decide, then run ${codeText(commandOf(facts))}.`;
}

function commandOf({ owner, decision: { finding } }: KeyFacts): string {
  return finding === null ? '' : FINDINGS[finding][1](owner.key);
}

function useText(key: HeldKey, now: Date): Text {
  const long = isLongUnused(key, now) ? ' (over 90 days)' : '';
  return trusted(`${key.lastUsed === null ? 'never' : dateWords(key.lastUsed)}${long}`);
}

/** What is about to be done. */
export function dueBlocks(due: readonly KeyFacts[], names: DisplayNames): readonly Block[] {
  return [
    list(
      due.flatMap(({ owner, decision: { step } }) =>
        step === null ? [] : [t`${userText(owner.user, names)}: ${stepText(step)}`],
      ),
    ),
  ];
}

/** What was done, and what was not. */
export function outcomeText({ owner, step, result, place }: KeyOutcome, names: DisplayNames): Text {
  const who = userText(owner.user, names);
  if (result === 'withdrawn') return t`${who}: another key was made meanwhile, so this one was deleted.`;
  if (result === 'failed') return t`${who}: failed to ${stepText(step)}.`;
  if (step.kind === 'create') return t`${who}: created a key, delivered to ${codeText(place ?? '')}.`;
  return t`${who}: ${trusted(step.kind === 'delete' ? 'deleted' : 'deactivated')} the key of ${trusted(dateWords(step.key.created))}.`;
}

/** For JSON: whose keys they are. */
export function ownerJson({ user }: Pick<KeyOwner, 'user'>, names: DisplayNames) {
  return { user, ...named(user, names) };
}
