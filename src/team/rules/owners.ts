import type { Rule } from './rule.ts';

export const ownersAreMembers: Rule = ({ draft, memberKeys, intact, report, suggest }) => {
  const members = new Set(memberKeys);
  const departed = new Set(draft.departed.map(({ key }) => key));
  for (const [index, owner] of (draft.owners ?? []).entries()) {
    if (owner === null || !intact('owners', index)) continue;
    if (departed.has(owner)) report('owner-departed', ['owners', index], { owner });
    else if (!members.has(owner) && draft.hasMembers) {
      report('unknown-owner', ['owners', index], { owner, suggestion: suggest(owner, memberKeys) });
    }
  }
};

/** Somebody must be left who can approve a change; who that is cannot be judged while names of owners are wrong. */
export const somebodyOwnsTheFile: Rule = ({ draft, today, intact, report }) => {
  const { owners } = draft;
  if (owners === null) return;
  if (owners.length === 0) {
    report('no-owner', ['owners'], { because: 'nobody-named' });
    return;
  }
  const until = new Map(draft.members.map((member) => [member.key, member.until]));
  const expired: { index: number; owner: string; until: string }[] = [];
  for (const [index, owner] of owners.entries()) {
    const end = owner === null ? null : (until.get(owner) ?? null);
    if (owner !== null && end !== null && end < today && intact('members', owner, 'until')) {
      expired.push({ index, owner, until: end });
    }
  }
  if (expired.length === owners.length) {
    report('no-owner', ['owners'], { because: 'all-expired' });
    return;
  }
  for (const { index, ...args } of expired) {
    if (intact('owners', index)) report('owner-expired', ['owners', index], args, { severity: 'warning' });
  }
};

export const nobodyIsMemberAndDeparted: Rule = ({ draft, report }) => {
  const members = new Set(draft.members.map(({ key }) => key));
  for (const { key } of draft.departed) {
    if (members.has(key)) report('member-also-departed', ['departed', key], { member: key }, { at: 'key' });
  }
};
