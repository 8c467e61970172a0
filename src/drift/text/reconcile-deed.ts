import type { AccessChange } from '../../access/diff.ts';
import type { Difference } from '../../access/model-difference.ts';
import { differenceText } from '../../access/text/difference.ts';
import { groupText, holderText, policyText, userText } from '../../access/text/iam-names.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { stepText } from '../../terraform/run/progress.ts';
import { codeText, plainText, proseText, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import { type RestoreEffect, restoreEffect } from '../remediation/restore-effect.ts';
import { whatOf } from '../rules/what.ts';
import { couldWords } from './people.ts';

/** What putting a finding right does, before it is done and after. */
interface Deed {
  readonly todo: string;
  readonly done: string;
  readonly what: Text;
}

/**
 * What putting these right does to whom, one plain line each: those that give access first, and named as giving. `done`
 * for after it.
 */
export function deedLines(
  findings: readonly DriftFinding[],
  naming: DisplayNames,
  tense: 'todo' | 'done',
): readonly string[] {
  const ranked = findings.map((finding) => ({ finding, effect: restoreEffect(finding) }));
  return (['gives', 'may-give', 'gives-nothing'] as const).flatMap((effect) =>
    ranked.filter((each) => each.effect === effect).map(({ finding }) => deedLine(finding, effect, naming, tense)),
  );
}

function deedLine(finding: DriftFinding, effect: RestoreEffect, naming: DisplayNames, tense: 'todo' | 'done'): string {
  const deed = deedOf(finding, naming);
  const outcome = effect === 'may-give' && finding.changes.length === 0 ? [UNKNOWN] : outcomes(finding.changes, naming);
  const after = outcome.length === 0 ? '' : `: ${outcome.join('; ')}`;
  return `${EFFECTS[effect][tense]}${deed[tense]} ${plainText(deed.what)}${after}`;
}

const EFFECTS: Readonly<Record<RestoreEffect, Readonly<Record<'todo' | 'done', string>>>> = {
  gives: { todo: 'GIVES access: ', done: 'Gave access: ' },
  'may-give': { todo: 'MAY GIVE access: ', done: 'May have given access: ' },
  'gives-nothing': { todo: '', done: '' },
};

const UNKNOWN = 'what that lets whom do is not known here';

function deedOf(finding: DriftFinding, naming: DisplayNames): Deed {
  const what = whatOf(finding);
  if (what.kind === 'difference') return differenceDeed(what.difference, naming);
  if (what.kind !== 'attributes') return { todo: 'put', done: 'put', what: trusted('back what was changed') };
  const step = stepText(what.address, '').trim();
  return { todo: 'put', done: 'put', what: t`${step === what.address ? codeText(step) : proseText(step)} back` };
}

/** From a difference as somebody made it to what makes it undone. */
function differenceDeed(difference: Difference, naming: DisplayNames): Deed {
  switch (difference.kind) {
    case 'user-deleted':
      return make(t`the user of ${userText(difference.user, naming)} again, without keys`);
    case 'group-deleted':
      return make(t`the group ${groupText(difference.group, naming)} again`);
    case 'policy-deleted':
      return make(t`${policyText(difference.arn, naming)} again`);
    case 'path-changed':
      return move(t`${holderText(difference.holder, naming)} back to ${codeText(difference.from)}`);
    case 'membership-added':
      return take(t`${userText(difference.user, naming)} out of ${groupText(difference.group, naming)}`);
    case 'membership-removed':
      return put(t`${userText(difference.user, naming)} into ${groupText(difference.group, naming)} again`);
    case 'policy-attached':
      return take(t`${policyText(difference.arn, naming)} off ${holderText(difference.holder, naming)}`);
    case 'policy-detached': {
      const what = t`${policyText(difference.arn, naming)} to ${holderText(difference.holder, naming)} again`;
      return { todo: 'attach', done: 'attached', what };
    }
    case 'inline-policy-added': {
      const what = t`the policy ${codeText(difference.policy)} of ${holderText(difference.holder, naming)}`;
      return { todo: 'delete', done: 'deleted', what };
    }
    case 'inline-policy-removed': {
      const what = t`the policy ${codeText(difference.policy)} into ${holderText(difference.holder, naming)} again`;
      return { todo: 'write', done: 'wrote', what };
    }
    case 'inline-policy-changed': {
      const { policy, holder } = difference;
      return put(t`the policy ${codeText(policy)} of ${holderText(holder, naming)} back as team.yaml has it`);
    }
    case 'policy-changed':
      return put(t`${policyText(difference.arn, naming)} back as team.yaml has it`);
    case 'boundary-changed': {
      const person = userText(difference.user, naming);
      return difference.from === null
        ? take(t`the permissions boundary off ${person}`)
        : put(t`${person} under the lab's permissions boundary again`);
    }
    case 'tag-changed':
      return put(t`the tag ${codeText(difference.tag)} of ${userText(difference.user, naming)} back`);
    case 'user-added':
    case 'group-added':
    case 'policy-added':
      return { todo: 'undo', done: 'undid', what: t`that somebody ${differenceText(difference, naming)}` };
  }
}

const make = (what: Text): Deed => ({ todo: 'make', done: 'made', what });
const move = (what: Text): Deed => ({ todo: 'move', done: 'path-changed', what });
const put = (what: Text): Deed => ({ todo: 'put', done: 'put', what });
const take = (what: Text): Deed => ({ todo: 'take', done: 'took', what });

/** So many different outcomes of one thing are told. */
const SHOWN = 3;

/** What becomes of whom when it is put right; `people` are told from the file to the account. */
function outcomes(people: readonly AccessChange[], naming: DisplayNames): readonly string[] {
  const users = new Map<string, string[]>();
  for (const person of people) {
    const words = outcome(person);
    if (words !== '') users.set(words, [...(users.get(words) ?? []), person.user]);
  }
  const all = [...users].map(([words, names]) => {
    const who = plainText(someTexts(names.map((user) => userText(user, naming))));
    return { words: `${who} ${words}`, count: names.length };
  });
  const more = all.slice(SHOWN).reduce((sum, { count }) => sum + count, 0);
  const rest = more === 0 ? [] : [`${more} more gain or lose something`];
  return [...all.slice(0, SHOWN).map(({ words }) => words), ...rest];
}

function outcome({ capabilities, ends, suspended, kind }: AccessChange): string {
  const { gained, lost } = capabilities;
  const parts = [
    ...(lost.length === 0 ? [] : [`can ${couldWords(lost)} again`]),
    ...(gained.length === 0 ? [] : [`can no longer ${couldWords(gained)}`]),
    ...(kind !== 'changed' || ends.before === ends.after ? [] : ['has the last day that team.yaml gives']),
    ...(kind !== 'changed' || suspended.before === suspended.after || lost.length + gained.length > 0
      ? []
      : [suspended.before ? 'is suspended again' : 'is not suspended any more']),
  ];
  return parts.join(', and ');
}
