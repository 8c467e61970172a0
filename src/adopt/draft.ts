import { isMap, isScalar, type Node, parseDocument } from 'yaml';
import { policyName } from '../access/model.ts';
import { flowEntry, flowText, type Plain } from '../edit/style.ts';
import { mapOf } from '../team/draft.ts';
import type { RetiredAction } from './candidates.ts';
import type { Proposal, ProposedMember, ProposedRole } from './proposal.ts';

/**
 * The file with the proposed roles and members in place of its own, and every other line as it is. What the file says of
 * kept roles and members, and of adopted members besides their roles, stays. `keys` is the number of access keys by user.
 */
export function draftText(file: string, proposal: Proposal, keys: ReadonlyMap<string, number>): string {
  const { contents } = parseDocument(file);
  if (!isMap(contents)) return file;
  const data: unknown = contents.toJSON();
  const section = (name: string) => mapOf(mapOf(data)[name]);
  const [roles, members] = [section('roles'), section('members')];
  const sections: Readonly<Record<string, readonly string[]>> = {
    roles: [
      'roles: # drafted: members with equal access have one role. The names are guesses',
      ...proposal.kept.roles.map((key) => entryLine(key, roles[key])),
      ...proposal.roles.flatMap((role) => roleLines(role, proposal.members)),
    ],
    members: [
      'members:',
      ...QUESTIONS,
      ...proposal.kept.members.map(
        (key) => `${entryLine(key, members[key])} # no IAM user of that name: adopt --finish creates one`,
      ),
      ...proposal.members.map((member) => memberLine(member, mapOf(members[member.candidate.key]), keys)),
    ],
  };
  let out = '';
  let end = 0;
  for (const { key, value } of contents.items) {
    const lines = isScalar(key) ? sections[String(key.value)] : undefined;
    const [from] = (key as Node).range ?? [];
    const [, , to] = (value as Node | null)?.range ?? [];
    if (lines === undefined || from === undefined || to === undefined) continue;
    out += `${file.slice(end, from)}${lines.join('\n')}\n`;
    end = to;
    if (end < file.length && !file.startsWith('\n', end)) out += '\n';
  }
  return out + file.slice(end);
}

const QUESTIONS = [
  '  # AWS knows neither names nor GitHub logins: write `name` and `github`, of owners at least.',
  '  # Is a user shared, or has someone left? Set `until` for those who leave; remove who must not be adopted.',
];

function entryLine(key: string, value: unknown): string {
  return `  ${flowEntry([], [key, value as Plain])}`;
}

function roleLines(role: ProposedRole, members: readonly ProposedMember[]): readonly string[] {
  const people = members.filter((member) => member.role === role.key);
  const retired = retiredLines(people.flatMap(({ candidate }) => candidate.retired));
  const lists = { extends: role.extends, managed: role.managed, allow: role.allow, deny: role.deny };
  const sources = role.sources.map(({ kind, name }) => `${kind} ${name}`);
  const last = Object.entries(lists).filter(([, items]) => items.length > 0);
  return [
    `  # From ${sources.slice(0, MOST_SOURCES).join(', ')}`,
    ...retired.slice(0, MOST_RETIRED).map((line) => `  # ${line}`),
    `  ${flow(role.key)}:`,
    ...last.map(([name, items], index) => {
      const note = index === last.length - 1 && role.parts.length > 0 ? ` # not all of ${role.parts.join(', ')}` : '';
      return `    ${name}: ${flow(items)}${note}`;
    }),
  ];
}

const MOST_SOURCES = 4;
const MOST_RETIRED = 12;

/** What some actions meant that mean nothing today, by policy. */
function retiredLines(retired: readonly RetiredAction[]): readonly string[] {
  const doesOf = ({ effect, grant }: RetiredAction) =>
    `${policyName(grant.policy)} ${effect === 'Allow' ? 'allows' : 'denies'}`;
  return distinct(retired.map(doesOf)).flatMap((does) => {
    const actions = retired.filter((each) => doesOf(each) === does);
    const names = distinct(actions.map(({ action }) => action.slice(action.indexOf(':') + 1)));
    const meant = distinct(actions.flatMap(({ successors }) => successors));
    const list = actions[0]?.effect === 'Allow' ? 'allow' : 'deny';
    return [
      `${does} what no longer exists and has no effect: ${names.join(', ')}`,
      ...(meant.length === 0 ? [] : [`If that was meant, add ${list}: ${flow(meant)}`]),
    ];
  });
}

function memberLine(
  { candidate: { key, user }, role, suspended }: ProposedMember,
  written: Readonly<Record<string, unknown>>,
  keys: ReadonlyMap<string, number>,
): string {
  const value = {
    name: user.name,
    ...(/^[^@]+@[^@]+\.[a-z]{2,}$/i.test(user.name) ? { email: user.name } : {}),
    ...written,
    roles: [role],
    ...(suspended ? { suspended } : {}),
    ...((keys.get(user.name) ?? 0) > 1 ? { keys: 2 } : {}),
  };
  return `${entryLine(key, value)} # IAM user ${user.name}`;
}

function distinct<Item>(items: readonly Item[]): readonly Item[] {
  return [...new Set(items)];
}

/** In brackets, as an edit writes it. */
function flow(value: Plain): string {
  return flowText([], value);
}
