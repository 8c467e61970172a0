import { byCapability, type CapabilityAccess } from '../../access/capability-access.ts';
import { operationSet } from '../../access/operation-set.ts';
import { accessMarkdown, countOf, lossMarkdown } from '../../access/text/capability-words.ts';
import { CAPABILITIES, type Capability, type Operation } from '../../catalog/mturk.ts';
import type { Part } from '../../text/budget.ts';
import { code, joined, listed, type Markdown, md, ours } from '../../text/markdown.ts';
import type { Review, ReviewedRole, SettingsChange } from '../changes/review.ts';
import { driftGuardClause, keysWords, snoozeWords } from '../text/settings-changes.ts';

/** Roles that are defined anew, and what guards the lab as a whole: what concerns more than the people in the table. */
export function rulesParts(
  { roles, settings: guards }: Review,
  ranks: { guards: number; roles: number },
): readonly Part[] {
  return [
    ...listPart('**Rules of the whole lab that change:**\n', guards.map(guardMarkdown), ranks.guards),
    ...listPart('**Roles that are defined anew:**\n', roles.map(roleMarkdown), ranks.roles),
  ];
}

/** A list with a heading; nothing where there is no item. */
export function listPart(head: string, items: readonly Markdown[], rank: number): readonly Part[] {
  if (items.length === 0) return [];
  return [
    {
      head,
      rows: items.map(({ markdown }) => ({ text: `- ${markdown}`, count: 1 })),
      tail: '',
      omitted: (from) => `- … and ${items.length - from} more, left out here.`,
      rank,
    },
  ];
}

function roleMarkdown({ key, kind, gained, lost, members }: ReviewedRole): Markdown {
  const held = members === 0 ? 'nobody has it' : `${countOf(members, 'member has', 'members have')} it`;
  if (kind === 'removed') return md`${code(key)} is removed.`;
  if (kind === 'added') return md`${code(key)} is new (${ours(held)}). ${accessMarkdown(capabilitiesOf(gained))}.`;
  const sentences = [
    ...(gained.length === 0 ? [] : [md`It gains: ${lossMarkdown(capabilitiesOf(gained))}.`]),
    ...(lost.length === 0 ? [] : [md`It loses: ${lossMarkdown(capabilitiesOf(lost))}.`]),
    ...(gained.length + lost.length === 0 ? [ours('What it allows stays the same.')] : []),
  ];
  return md`${code(key)} (${ours(held)}). ${joined(sentences, ' ')}`;
}

function capabilitiesOf(operations: readonly Operation[]): readonly CapabilityAccess[] {
  return byCapability(
    operationSet((operation) => operations.includes(operation)),
    new Map(),
  );
}

function guardMarkdown(guard: SettingsChange): Markdown {
  switch (guard.kind) {
    case 'owners': {
      const gained = guard.gained.length === 0 ? [] : [md`${keys(guard.gained)} will approve changes`];
      const lost = guard.lost.length === 0 ? [] : [md`${keys(guard.lost)} will not any more`];
      return md`**Owners:** ${joined([...gained, ...lost], '; ')}.`;
    }
    case 'owner-login':
      return md`**Owner ${code(guard.owner)}:** approvals are asked of the GitHub login ${login(guard.to)}, until now ${login(guard.from)}.`;
    case 'freeze': {
      const gained = guard.gained.length === 0 ? [] : [md`**Frozen for everybody:** ${capabilities(guard.gained)}.`];
      const lost = guard.lost.length === 0 ? [] : [md`**No longer frozen:** ${capabilities(guard.lost)}.`];
      return joined([...gained, ...lost], ' ');
    }
    case 'max-removals':
      return md`**One change may delete ${countOfMembers(guard.to)}**, until now ${guard.from}.`;
    case 'state':
      return md`**The state is kept** in ${bucket(guard.to)}, until now in ${bucket(guard.from)}.`;
    case 'lab':
      return md`**The lab is called** ${code(guard.to)}, until now ${code(guard.from)}: everybody's user would be another one.`;
    case 'account':
      return md`**The AWS account is** ${code(guard.to)}, until now ${code(guard.from)}.`;
    case 'keys':
      return md`**${code(guard.member)}** ${ours(keysWords(guard))}.`;
    case 'snooze':
      return snoozeMarkdown(guard);
    default: {
      const [changes, untilNow] = driftGuardClause(guard);
      return ours(`**${changes}**${untilNow}.`);
    }
  }
}

/** Cut after so many characters, of which a reason that a reviewer can judge has fewer. */
const LONGEST_REASON = 200;

/** The reason stands in a code span: as a sentence it could be taken for one of ours. */
function snoozeMarkdown(guard: Extract<SettingsChange, { readonly kind: 'snooze' }>): Markdown {
  const [before, behind] = snoozeWords(guard);
  const why = guard.reason === null ? ours('.') : md`: ${code(guard.reason, LONGEST_REASON)}`;
  return md`**${ours(before)}${code(guard.finding, LONGEST_REASON)}${ours(behind)}**${why}`;
}

function keys(items: readonly string[]): Markdown {
  return listed(items.slice(0, 20).map((key) => code(key)));
}

function login(name: string | null): Markdown {
  return name === null ? ours('nobody') : code(name);
}

function bucket(name: string | null): Markdown {
  return name === null ? ours('a local file') : md`the bucket ${code(name)}`;
}

function capabilities(names: readonly Capability[]): Markdown {
  return listed(names.map((name) => md`${ours(CAPABILITIES[name].does)} (${code(name)})`));
}

function countOfMembers(count: number): Markdown {
  return ours(count === 0 ? 'nobody' : `up to ${countOf(count, 'member', 'members')}`);
}
