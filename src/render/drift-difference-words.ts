import type { PersonChange } from '../access/compare.ts';
import type { Difference } from '../review/difference.ts';
import type { DriftFinding } from '../review/drift-finding.ts';
import { keyOfIamName, LIMITS_POLICY } from '../team/names.ts';
import type { Naming } from './access-words.ts';
import { differenceSaid, stateSaid } from './drift-difference.ts';
import { roleKeyOfPolicy, sayPerson } from './drift-names.ts';
import { peopleSaid } from './drift-people.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './drift-words.ts';
import { isSilent, type Said, said, sayCode, sayOurs, saySentences } from './said.ts';

/** What is asked of a finding to tell of a difference. */
type Doing = Pick<DriftFinding, 'cause' | 'fate' | 'people' | 'by'>;

/** The words of something that is otherwise than the file declares it. */
export function differenceFindingWords(
  finding: Doing,
  difference: Difference,
  naming: Naming,
  options: DriftWordsOptions,
): DriftWords {
  const { cause, people } = finding;
  return {
    consequence: peopleSaid(people, cause, naming) ?? quietSaid(difference, naming),
    cause: saySentences(causeSaid(finding, difference, naming, options), unknownSaid(finding, difference)),
    remedy: remedySaid(finding, difference, naming, options),
    commands: [],
  };
}

function causeSaid({ cause, by }: Doing, difference: Difference, naming: Naming, options: DriftWordsOptions): Said {
  const who = attributionSaid(by, naming, options);
  switch (cause) {
    case 'by-hand':
      return said`Somebody ${differenceSaid(difference, naming)}${who}.`;
    case 'settled':
      return said`Somebody ${differenceSaid(difference, naming)}${who}, and team.yaml wants it so by now.`;
    case 'pending':
      return stateSaid(difference, naming);
    case 'undecided':
      return saySentences(
        stateSaid(difference, naming),
        isSilent(who) || by === null ? null : said`Somebody ${differenceSaid(difference, naming)}${who}.`,
      );
    case 'unexplained':
    case 'unmanaged':
      return stateSaid(difference, naming);
  }
}

/** What is to be said where nobody can do more or less today. */
function quietSaid(difference: Difference, naming: Naming): Said {
  if (difference.kind === 'moved' || difference.kind === 'tag-changed')
    return sayOurs("Nobody's access changes by this.");
  // Of a suspended member, or of a group without members: tomorrow it may be otherwise.
  if (difference.kind !== 'boundary-changed') return sayOurs("Nobody's access changes by this today.");
  const person = sayPerson(difference.user, naming);
  return difference.to === null
    ? said`What is attached to ${person} by hand counts in full: nothing caps it.`
    : said`What is attached to ${person} by hand counts for as much as another boundary lets through.`;
}

function unknownSaid({ people }: Doing, difference: Difference): Said | null {
  if (difference.kind !== 'inline-added' || difference.document !== null) return null;
  return sayOurs(`What it allows is not known here${people.length === 0 ? '' : ', so it counts as everything'}.`);
}

function remedySaid(
  { cause, fate, people }: Doing,
  difference: Difference,
  naming: Naming,
  { reconcile }: DriftWordsOptions,
): Said {
  // The report tells once how these two are decided.
  if (cause === 'undecided' || cause === 'pending') return sayOurs('');
  if (cause === 'settled') return sayOurs('Nothing has to be done: the next apply records it.');
  if (cause === 'unexplained') {
    return said`${sayCode('mturk-team plan')} shows what applying would change; neither team.yaml nor a change by hand explains it.`;
  }
  const accepted = acceptSaid(difference, people, naming);
  const or = accepted === null ? said`` : said`; or, if it is meant, ${accepted}`;
  const key = restoreKeyOf(difference, naming);
  // An apply would give back, besides, whatever else was taken away by hand.
  const asked = sayCode(key === null ? 'mturk-team apply' : `mturk-team drift --restore ${key}`);
  if (fate === 'undo') {
    return said`${reconcile ? sayCode('mturk-team drift --reconcile') : asked} ${sayOurs(undoWords(difference))}${or}.`;
  }
  if (fate === 'keep') {
    const what = people.some(({ operations }) => operations.lost.length > 0) ? 'gives it back' : 'puts it back';
    // A user that was deleted is made anew: AWS gives nobody her keys again.
    const without = sayOurs(difference.kind === 'user-removed' ? ', without its keys' : '');
    return said`Nothing ${sayOurs(what)} unasked: ${asked} does${without}${or}.`;
  }
  const mixed =
    people.some(({ operations }) => operations.gained.length > 0) &&
    people.some(({ operations }) => operations.lost.length > 0);
  const why = sayOurs(
    mixed ? 'It gives something and takes something away, so nothing undoes it unasked' : 'Nothing undoes it unasked',
  );
  return said`${why}: ${asked} makes it as team.yaml says${or}.`;
}

function undoWords(difference: Difference): string {
  const { kind } = difference;
  if (kind === 'member-added') return 'takes them out again';
  return kind.endsWith('-added') ? 'takes it away again' : 'puts it back';
}

/** The member or role whose things a person can ask to be put back; null where the file has neither. */
function restoreKeyOf(difference: Difference, naming: Naming): string | null {
  const { lab, people } = naming;
  const member = (user: string) => people.get(user)?.key ?? null;
  switch (difference.kind) {
    // What nobody declares cannot be put back.
    case 'user-added':
    case 'group-added':
    case 'policy-added':
      return null;
    case 'user-removed':
    case 'boundary-changed':
    case 'tag-changed':
      return member(difference.user);
    case 'member-added':
    case 'member-removed':
      return member(difference.user) ?? keyOfIamName(lab, difference.group);
    case 'group-removed':
      return keyOfIamName(lab, difference.group);
    case 'policy-removed':
    case 'document-changed':
      return roleKeyOfPolicy(difference.arn, naming);
    default: {
      const { kind, name } = difference.holder;
      return kind === 'user' ? member(name) : keyOfIamName(lab, name);
    }
  }
}

/** How team.yaml says the same as the account, for those who meant it; null where it cannot, or should not. */
function acceptSaid(difference: Difference, people: readonly PersonChange[], naming: Naming): Said | null {
  switch (difference.kind) {
    case 'member-added':
    case 'member-removed': {
      const role = keyOfIamName(naming.lab, difference.group);
      const member = naming.people.get(difference.user)?.key ?? null;
      if (role === null || member === null) return null;
      return difference.kind === 'member-added'
        ? said`add ${sayCode(role)} to the roles of ${sayCode(member)} in team.yaml`
        : said`take ${sayCode(role)} from the roles of ${sayCode(member)} in team.yaml`;
    }
    case 'user-removed': {
      const member = naming.people.get(difference.user)?.key ?? null;
      return member === null ? null : said`move ${sayCode(member)} from members to departed in team.yaml`;
    }
    case 'attachment-added':
    case 'inline-added':
    case 'inline-changed': {
      if (difference.holder.kind === 'group') {
        const role = keyOfIamName(naming.lab, difference.holder.name);
        return role === null ? null : said`write into team.yaml what the role ${sayCode(role)} is to allow`;
      }
      const member = naming.people.get(difference.holder.name)?.key ?? null;
      return member === null ? null : acceptOfMember(difference, people, member);
    }
    case 'inline-removed': {
      const { holder, policy } = difference;
      const member = holder.kind === 'user' ? (naming.people.get(holder.name)?.key ?? null) : null;
      if (member === null || policy !== LIMITS_POLICY) return null;
      return said`change ${sayCode('until')} or ${sayCode('suspended')} of ${sayCode(member)} in team.yaml`;
    }
    case 'document-changed': {
      const role = roleKeyOfPolicy(difference.arn, naming);
      return role === null ? null : said`write into team.yaml what the role ${sayCode(role)} is to allow`;
    }
    default:
      return null;
  }
}

function acceptOfMember(difference: Difference, people: readonly PersonChange[], member: string): Said | null {
  if ('policy' in difference && difference.policy === LIMITS_POLICY) {
    return said`change ${sayCode('until')} or ${sayCode('suspended')} of ${sayCode(member)} in team.yaml`;
  }
  if (people.some(({ operations }) => operations.gained.length > 0)) {
    return said`give ${sayCode(member)} a role that allows it in team.yaml`;
  }
  return people.some(({ mayAct }) => mayAct.before && !mayAct.after)
    ? said`write ${sayCode('suspended: true')} for ${sayCode(member)} in team.yaml`
    : null;
}
