import { HARMS, harmfulVerbs, worstHarm } from '../../access/text/capability-words.ts';
import { RISK_VERBS } from '../../catalog/mturk.ts';
import type { Block } from '../../text/document.ts';
import { counted, listTexts, someTexts, strongText, type Text, t, trusted } from '../../text/text.ts';
import type { Review, ReviewedPerson } from '../manifest/schema.ts';
import { dayOf, personText } from '../text/people-text.ts';

/** People who are named one by one; of more, the first are named and the rest counted. */
const NAMED = 2;

/**
 * Caution for a change that is blocked or that its files do not explain; warning for one that spends money, harms
 * workers or deletes something. It names who gains the worst.
 */
export function alertOf(review: Review, isBlocked: boolean): Extract<Block, { readonly kind: 'alert' }> | null {
  const dangers = dangerLines(review);
  if (isBlocked) {
    const blocks = counted(review.blocks.length, 'guardrail');
    const first = t`${strongText(t`Nothing will be applied:`)} ${trusted(blocks)} ${trusted(review.blocks.length === 1 ? 'blocks' : 'block')} this change.`;
    return { kind: 'alert', level: 'caution', lines: [first] };
  }
  const more = unexplainedLine(review);
  if (more !== null) {
    const harmless = t`No one gains access that spends money, harms workers or deletes data.`;
    return { kind: 'alert', level: 'caution', lines: [more, ...(dangers.length > 0 ? dangers : [harmless])] };
  }
  return dangers.length === 0 ? null : { kind: 'alert', level: 'warning', lines: dangers };
}

function unexplainedLine({ unexplained }: Review): Text | null {
  const count = (kind: string) => unexplained.filter((each) => each.kind === kind).length;
  const [extra, missing, manual] = [count('not-in-files'), count('not-in-plan'), count('manual-change-reverted')];
  const more = [
    ...(extra === 0 ? [] : [trusted(counted(extra, 'unexplained change'))]),
    ...(manual === 0 ? [] : [trusted(`${counted(manual, 'manual change')} reverted`)]),
  ];
  if (more.length > 0) return t`${strongText(t`The plan does more than this pull request:`)} ${listTexts(more)}.`;
  if (missing === 0) return null;
  return t`${strongText(t`The plan does less than this pull request:`)} ${trusted(counted(missing, 'change'))} missing.`;
}

function dangerLines({ people, settings, at }: Review): readonly Text[] {
  const moment = new Date(at);
  const gaining = people.filter(({ change }) => worstHarm(change.capabilities.gained) !== null);
  const having = (test: (person: ReviewedPerson) => boolean) => people.filter(test);
  const unknown = having(({ change }) => change.kind !== 'leaves' && change.unknownPolicies.after.length > 0);
  const uncapped = having(
    ({ change, classes }) => classes.includes('boundary-changed') && change.boundary.after === null,
  );
  const replaced = having(({ classes }) => classes.includes('identity-replaced'));
  const leaving = having(({ change }) => change.kind === 'leaves');
  return [
    ...sentence(unknown, (who) => t`${who} will have a policy that cannot be read and may allow anything.`),
    ...gainLines(gaining, moment),
    ...sentence(uncapped, (who) => t`${who} will have no permissions boundary.`),
    ...sentence(replaced, (who) => t`${who} will lose all access keys: the IAM user is replaced.`),
    ...(settings.some(({ kind }) => kind === 'owners' || kind === 'owner-login')
      ? [t`${strongText(t`The approvers change:`)} see the settings below.`]
      : []),
    ...sentence(leaving, (who) => t`${who} will be deleted in AWS, with all access keys.`),
  ];
}

function sentence(people: readonly ReviewedPerson[], say: (who: Text) => Text): readonly Text[] {
  return people.length === 0 ? [] : [say(whoText(people))];
}

function whoText(people: readonly ReviewedPerson[]): Text {
  return someTexts(
    people.map((person) => strongText(personText(person))),
    NAMED,
  );
}

function gainLines(people: readonly ReviewedPerson[], at: Date): readonly Text[] {
  if (people.length <= NAMED) return people.map((person) => gainLine(person, at));
  const all = people.flatMap(({ change }) => change.capabilities.gained);
  const harms = HARMS.filter((risk) => all.some((each) => each.risk === risk));
  return [t`${whoText(people)} will be able to ${listTexts(harms.map((risk) => trusted(RISK_VERBS[risk].can)))}.`];
}

function gainLine(person: ReviewedPerson, at: Date): Text {
  const { gained } = person.change.capabilities;
  const { after } = person.change.ends;
  const end = after === null ? t`, with ${strongText(t`no last day`)}` : trusted(` until ${dayOf(after, at)}`);
  return t`${strongText(personText(person))} will be able to ${harmfulVerbs(gained)}${end}.`;
}
