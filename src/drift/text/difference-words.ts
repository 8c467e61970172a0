import type { AccessChange } from '../../access/diff.ts';
import type { Difference } from '../../access/model-difference.ts';
import { differenceText, stateText } from '../../access/text/difference.ts';
import { roleKeyOfPolicy, userText } from '../../access/text/iam-names.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { keyOfIamName, LIMITS_POLICY } from '../../team/names.ts';
import { dateWords } from '../../text/dates.ts';
import { codeText, sentences, type Text, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import { peopleSaid } from './people.ts';
import { renamedKey, renamedSaid } from './renamed.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

/** What is asked of a finding to tell of a difference. */
type Doing = Pick<DriftFinding, 'id' | 'cause' | 'remediation' | 'changes' | 'lastChange'>;

/** The words of something that is otherwise than the file declares it. */
export function differenceFindingWords(
  finding: Doing,
  difference: Difference,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const { cause, changes: people } = finding;
  return {
    consequence: peopleSaid(people, cause, naming) ?? quietSaid(difference, naming),
    cause: sentences(causeSaid(finding, difference, naming, options), unknownSaid(finding, difference)),
    remedy: remedySaid(finding, difference, naming, options),
    commands: [],
  };
}

function causeSaid(
  { cause, lastChange: by, changes: people }: Doing,
  difference: Difference,
  naming: DisplayNames,
  options: DriftWordsOptions,
): Text {
  const who = attributionSaid(by, naming, options);
  const to = by?.renamedTo ?? null;
  const isRenamed = to !== null || options.renamed?.has(renamedKey(difference)) === true;
  const deed = isRenamed ? renamedSaid(difference, to, naming) : null;
  switch (cause) {
    case 'manual':
    // That the file wants it so is what a report says above all of these.
    case 'resolved':
      return t`Somebody ${deed ?? differenceText(difference, naming)}${who}.`;
    case 'pending':
    case 'expired':
      return overSaid(difference, people, naming) ?? stateText(difference, naming);
    case 'unknown': {
      // What an apply did was as the file had it then: not somebody's doing, but the file's that has changed.
      const isHand = by !== null && by.userAgent !== 'terraform';
      const over = overSaid(difference, people, naming);
      return (
        over ??
        (isHand ? undecidedSaid(deed ?? differenceText(difference, naming), who) : stateText(difference, naming))
      );
    }
    case 'unexplained':
    case 'unmanaged':
      return stateText(difference, naming);
  }
}

function undecidedSaid(deed: Text, who: Text): Text {
  return t`Somebody ${deed}${who}; or team.yaml, which says otherwise, is not applied yet.`;
}

/** The user of a member is only unwanted once her last day has passed; null for anything else. */
function overSaid(difference: Difference, people: readonly AccessChange[], naming: DisplayNames): Text | null {
  if (difference.kind !== 'user-added') return null;
  const until = naming.people.get(difference.user)?.until ?? null;
  if (until === null) return null;
  const denied = people.some(({ operations }) => operations.gained.length > 0)
    ? trusted('the next apply')
    : trusted('everything is denied since then, and the next apply');
  return t`The last day of ${userText(difference.user, naming)}, ${trusted(dateWords(until))}, has passed: ${denied} deletes the user with its keys.`;
}

/** What is to be said where nobody can do more or less today. */
function quietSaid(difference: Difference, naming: DisplayNames): Text {
  if (difference.kind === 'path-changed' || difference.kind === 'tag-changed')
    return trusted("Nobody's access changes by this.");
  // Of a suspended member, or of a group without members: tomorrow it may be otherwise.
  if (difference.kind !== 'boundary-changed') return trusted("Nobody's access changes by this today.");
  const person = userText(difference.user, naming);
  return difference.to === null
    ? t`What is attached to ${person} by hand counts in full: nothing caps it.`
    : t`What is attached to ${person} by hand counts for as much as another boundary lets through.`;
}

function unknownSaid({ changes: people }: Doing, difference: Difference): Text | null {
  if (difference.kind !== 'inline-policy-added' || difference.document !== null) return null;
  return trusted(`What it allows is not known here${people.length === 0 ? '' : ', so it counts as everything'}.`);
}

function remedySaid(
  finding: Doing,
  difference: Difference,
  naming: DisplayNames,
  { reconcile }: DriftWordsOptions,
): Text {
  const { id, cause, remediation: fate, changes: people } = finding;
  // The report tells once how these two are decided.
  if (cause === 'unknown' || cause === 'pending' || cause === 'expired') return trusted('');
  if (cause === 'resolved')
    return trusted('Nothing has to be done: team.yaml wants it so by now, and the next apply records it.');
  if (cause === 'unexplained') {
    return t`${codeText('mturk-team plan')} shows what applying would change; neither team.yaml nor a change by hand explains it.`;
  }
  const removes = REMOVES[difference.kind];
  if (removes !== undefined) {
    return t`Nothing undoes it unasked: ${codeText('mturk-team apply')} deletes ${trusted(removes)}.`;
  }
  const accepted = acceptSaid(difference, people, naming);
  const or = accepted === null ? t`` : t`; or, if it is meant, ${accepted}`;
  // By its own name, so that nothing else about the same member comes back with it. An apply would give back all.
  const asked = codeText(isRestorable(difference, naming) ? `mturk-team drift --revert ${id}` : 'mturk-team apply');
  if (fate === 'auto') {
    return t`${reconcile ? codeText('mturk-team drift --reconcile') : asked} ${trusted(undoWords(difference))}${or}.`;
  }
  if (fate === 'on-request') {
    const what = people.some(({ operations }) => operations.lost.length > 0) ? 'gives it back' : 'puts it back';
    // A user that was deleted is made anew: AWS gives nobody her keys again.
    const without = trusted(difference.kind === 'user-deleted' ? ', without its keys' : '');
    return t`Nothing ${trusted(what)} unasked: ${asked} does${without}${or}.`;
  }
  return t`${trusted(leftBecause(difference, people))}, so nothing undoes it unasked: ${asked} makes it as team.yaml says${or}.`;
}

/** What the file does not want is not put back, and an apply removes it. */
const REMOVES: Readonly<Partial<Record<Difference['kind'], string>>> = {
  'user-added': 'the user with its keys',
  'group-added': 'the group',
  'policy-added': 'the policy',
};

/** Why something is left to a person. */
function leftBecause(difference: Difference, people: readonly AccessChange[]): string {
  if (difference.kind === 'path-changed') return 'To move it takes leave on both paths, which an administrator has';
  if (difference.kind === 'tag-changed') return 'Somebody may have made the tag for a policy that goes by it';
  if (difference.kind === 'inline-policy-added' && difference.document === null) return 'It cannot be judged';
  const gives = people.some(({ operations }) => operations.gained.length > 0);
  const takes = people.some(({ operations }) => operations.lost.length > 0);
  return gives && takes
    ? 'It gives something and takes something away'
    : 'Undoing it could give somebody something as well as take something away';
}

function undoWords(difference: Difference): string {
  const { kind } = difference;
  if (kind === 'membership-added') return 'takes them out again';
  return kind.endsWith('-added') || kind === 'policy-attached' ? 'takes it away again' : 'puts it back';
}

/** Whether it is about a member or a role that the file has: else there is nothing to put back. */
function isRestorable(difference: Difference, naming: DisplayNames): boolean {
  const { lab, people } = naming;
  const isMember = (user: string) => people.has(user);
  const isRole = (group: string) => keyOfIamName(lab, group) !== null;
  switch (difference.kind) {
    case 'user-added':
    case 'group-added':
    case 'policy-added':
      return false;
    case 'user-deleted':
    case 'boundary-changed':
    case 'tag-changed':
      return isMember(difference.user);
    case 'membership-added':
    case 'membership-removed':
      return isMember(difference.user) || isRole(difference.group);
    case 'group-deleted':
      return isRole(difference.group);
    case 'policy-deleted':
    case 'policy-changed':
      return roleKeyOfPolicy(difference.arn, naming) !== null;
    default: {
      const { kind, name } = difference.holder;
      return kind === 'user' ? isMember(name) : isRole(name);
    }
  }
}

/** How team.yaml says the same as the account, for those who meant it; null where it cannot, or should not. */
function acceptSaid(difference: Difference, people: readonly AccessChange[], naming: DisplayNames): Text | null {
  switch (difference.kind) {
    case 'membership-added':
    case 'membership-removed': {
      const role = keyOfIamName(naming.lab, difference.group);
      const member = naming.people.get(difference.user)?.key ?? null;
      if (role === null || member === null) return null;
      if (difference.kind === 'membership-added')
        return t`add ${codeText(role)} to the roles of ${codeText(member)} in team.yaml`;
      const { roles } = naming.people.get(difference.user) ?? {};
      // A member without a role is refused: whoever has lost the only one is suspended, or has left.
      return roles?.every((each) => each === role)
        ? t`write ${codeText('suspended: true')} for ${codeText(member)} in team.yaml (it is the only role), or move ${codeText(member)} from members to departed`
        : t`take ${codeText(role)} from the roles of ${codeText(member)} in team.yaml`;
    }
    case 'user-deleted': {
      const member = naming.people.get(difference.user)?.key ?? null;
      return member === null ? null : t`move ${codeText(member)} from members to departed in team.yaml`;
    }
    case 'policy-attached':
    case 'inline-policy-added':
    case 'inline-policy-changed': {
      if (difference.holder.kind === 'group') {
        const role = keyOfIamName(naming.lab, difference.holder.name);
        return role === null ? null : t`write into team.yaml what the role ${codeText(role)} is to allow`;
      }
      const member = naming.people.get(difference.holder.name)?.key ?? null;
      return member === null ? null : acceptOfMember(difference, people, member);
    }
    case 'inline-policy-removed': {
      const { holder, policy } = difference;
      const member = holder.kind === 'user' ? (naming.people.get(holder.name)?.key ?? null) : null;
      if (member === null || policy !== LIMITS_POLICY) return null;
      return t`change ${codeText('until')} or ${codeText('suspended')} of ${codeText(member)} in team.yaml`;
    }
    case 'policy-changed': {
      const role = roleKeyOfPolicy(difference.arn, naming);
      return role === null ? null : t`write into team.yaml what the role ${codeText(role)} is to allow`;
    }
    default:
      return null;
  }
}

function acceptOfMember(difference: Difference, people: readonly AccessChange[], member: string): Text | null {
  if ('policy' in difference && difference.policy === LIMITS_POLICY) {
    return t`change ${codeText('until')} or ${codeText('suspended')} of ${codeText(member)} in team.yaml`;
  }
  if (people.some(({ operations }) => operations.gained.length > 0)) {
    return t`give ${codeText(member)} a role that allows it in team.yaml`;
  }
  return people.some(({ mayAct }) => mayAct.before && !mayAct.after)
    ? t`write ${codeText('suspended: true')} for ${codeText(member)} in team.yaml`
    : null;
}
