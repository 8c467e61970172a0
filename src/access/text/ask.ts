import type { Team } from '../../team/team.ts';
import { someTexts, type Text, t, trusted } from '../../text/text.ts';

/** Whom a member asks about their access: keys of members, in the order of the file. */
export interface WhomToAsk {
  readonly as: 'sponsor' | 'owner';
  readonly members: readonly string[];
}

/** The sponsor; an owner if there is none, or if only an owner can end what stops the access. Null for who is no member. */
export function whomToAsk({ owners, members, freeze }: Pick<Team, 'owners' | 'members' | 'freeze'>, key: string) {
  const member = members.find((each) => each.key === key);
  if (member === undefined) return null;
  const sponsor = members.find((each) => each.key === member.sponsor);
  const isStopped = member.suspended || freeze.length > 0;
  return (
    sponsor === undefined || isStopped ? { as: 'owner', members: owners } : { as: 'sponsor', members: [sponsor.key] }
  ) satisfies WhomToAsk;
}

/** `To change that, ask the sponsor: Ada O'Neill (ada).` */
export function askText({ as, members }: WhomToAsk, nameOf: (key: string) => Text): Text {
  return t`To change that, ask ${trusted(as === 'sponsor' ? 'the sponsor' : 'an owner')}: ${someTexts(members.map(nameOf))}.`;
}
