import * as z from 'zod';
import { type Failed, fail, type Result, succeed } from '../diagnostics/failure.ts';
import type { PlainMap, TeamDraft } from '../team/draft.ts';
import { suggester } from '../team/suggest.ts';
import type { Splice } from './splice.ts';
import type { Plain } from './style.ts';

const KEY = z.string();
const KEYS = z.array(KEY).readonly().default([]);
const DAY = z.iso.date();

export function isDay(text: string): boolean {
  return DAY.safeParse(text).success;
}

const edit = <Verb extends string, Shape extends z.ZodRawShape>(verb: Verb, shape: Shape) =>
  z.strictObject({ verb: z.literal(verb), ...shape }).readonly();

/** Every edit of a team file as data: what a command asks for, with values as the file has them. */
export const EDIT = z.discriminatedUnion('verb', [
  edit('member add', {
    ...{ member: KEY, name: KEY, email: KEY.optional(), github: KEY.optional(), roles: KEYS },
    ...{ from: DAY.optional(), until: DAY.optional(), sponsor: KEY.optional() },
  }),
  edit('member extend', { member: KEY, until: DAY }),
  edit('member suspend', { member: KEY }),
  edit('member resume', { member: KEY }),
  edit('member roles', { member: KEY, add: KEYS, remove: KEYS }),
  /** `sponsor` answers for those whom the member sponsors; `owner` becomes an owner if the member is one. */
  edit('member depart', {
    ...{ member: KEY, left: DAY, reason: KEY },
    ...{ sponsor: KEY.optional(), owner: KEY.optional() },
  }),
  edit('role add', { role: KEY, description: KEY.optional(), extends: KEYS, allow: KEYS, deny: KEYS }),
  edit('role allow', { role: KEY, permissions: KEYS }),
  edit('role deny', { role: KEY, permissions: KEYS }),
  /** Without permissions, the whole role. */
  edit('role remove', { role: KEY, permissions: KEYS }),
  edit('freeze', { capabilities: KEYS }),
  /** Without capabilities, everything. */
  edit('unfreeze', { capabilities: KEYS }),
  edit('snooze', { finding: KEY, until: DAY, reason: KEY }),
]);

export type Edit = z.infer<typeof EDIT>;
export type Verb = Edit['verb'];
type EditOf<Given extends Verb> = Extract<Edit, { readonly verb: Given }>;

/** What the edit is about: the last part of its branch's name. */
export function subjectOf(edit: Edit): string {
  if ('member' in edit) return edit.member;
  if ('role' in edit) return edit.role;
  return 'finding' in edit ? edit.finding : edit.capabilities.join('-');
}

/** The splices of an edit, or why the file has nothing to edit. `file` is as the user named it. */
export function splicesOf(edit: Edit, draft: TeamDraft, file: string): Result<readonly Splice[]> {
  const problem =
    'member' in edit ? memberProblem(edit, draft, file) : 'role' in edit ? roleProblem(edit, draft, file) : null;
  if (problem !== null) return problem;
  switch (edit.verb) {
    case 'member add': {
      const { verb: _, member, ...rest } = edit;
      return succeed([{ do: 'set', path: ['members', member], value: withoutEmpty(rest) }]);
    }
    case 'member extend':
      return succeed([{ do: 'set', path: ['members', edit.member, 'until'], value: edit.until }]);
    case 'member suspend':
      return succeed([{ do: 'set', path: ['members', edit.member, 'suspended'], value: true }]);
    case 'member resume':
      return succeed([{ do: 'unset', path: ['members', edit.member, 'suspended'] }]);
    case 'member roles': {
      const path = ['members', edit.member, 'roles'];
      return succeed([...listed('add', path, edit.add), ...listed('drop', path, edit.remove)]);
    }
    case 'member depart':
      return departure(edit, draft);
    case 'role add': {
      const { verb: _, role, ...rest } = edit;
      return succeed([{ do: 'set', path: ['roles', role], value: withoutEmpty(rest) }]);
    }
    case 'role allow':
      return succeed([
        ...listed('add', ['roles', edit.role, 'allow'], edit.permissions),
        ...listed('drop', ['roles', edit.role, 'deny'], edit.permissions),
      ]);
    case 'role deny':
      return succeed(listed('add', ['roles', edit.role, 'deny'], edit.permissions));
    case 'role remove': {
      if (edit.permissions.length === 0) return succeed([{ do: 'unset', path: ['roles', edit.role] }]);
      const lists = (['allow', 'deny'] as const).map((list) => ['roles', edit.role, list]);
      return succeed(lists.flatMap((path) => listed('drop', path, edit.permissions)));
    }
    case 'freeze':
      return succeed(listed('add', ['freeze'], edit.capabilities));
    case 'unfreeze':
      return succeed(listed('drop', ['freeze'], edit.capabilities.length > 0 ? edit.capabilities : frozenIn(draft)));
    case 'snooze': {
      const { finding, until, reason } = edit;
      const path = ['snoozed', finding];
      const isThere = draft.sections.snoozed.some(([key]) => key === finding);
      if (!isThere) return succeed([{ do: 'set', path, value: { until, reason } }]);
      return succeed([
        { do: 'set', path: [...path, 'until'], value: until },
        { do: 'set', path: [...path, 'reason'], value: reason },
      ]);
    }
  }
}

function listed(verb: 'add' | 'drop', path: readonly string[], values: readonly string[]): readonly Splice[] {
  return values.map((value) => ({ do: verb, path, value }));
}

function frozenIn({ freeze }: TeamDraft): readonly string[] {
  return freeze.filter((capability) => capability !== null);
}

function withoutEmpty(entry: Readonly<Record<string, string | readonly string[] | undefined>>): Plain {
  return Object.fromEntries(
    Object.entries(entry).flatMap(([key, value]) => (value === undefined || value.length === 0 ? [] : [[key, value]])),
  );
}

/** Whom the member sponsors. */
export function sponsoredBy({ sections }: TeamDraft, member: string): readonly string[] {
  return sections.members.flatMap(([key, { sponsor }]) => (sponsor === member ? [key] : []));
}

/** Whether the member is the only owner. */
export function isLastOwner({ owners }: TeamDraft, member: string): boolean {
  return owners?.includes(member) === true && owners.every((owner) => owner === member);
}

function departure(edit: EditOf<'member depart'>, draft: TeamDraft): Result<readonly Splice[]> {
  const { member, left, reason, sponsor, owner } = edit;
  const sponsored = sponsoredBy(draft, member);
  if (sponsor === undefined && sponsored.length > 0) {
    return fail('edit-needs-option', { option: '--sponsor', member, members: sponsored });
  }
  if (owner === undefined && isLastOwner(draft, member)) {
    return fail('edit-needs-option', { option: '--owner', member, members: [] });
  }
  const isOwner = draft.owners?.includes(member) === true;
  return succeed([
    // No one is their own sponsor.
    ...sponsored.map((key): Splice => {
      const path = ['members', key, 'sponsor'];
      return sponsor === undefined || key === sponsor ? { do: 'unset', path } : { do: 'set', path, value: sponsor };
    }),
    ...(isOwner && owner !== undefined ? listed('add', ['owners'], [owner]) : []),
    ...(isOwner ? listed('drop', ['owners'], [member]) : []),
    { do: 'unset', path: ['members', member] },
    { do: 'set', path: ['departed', member], value: { left, reason } },
  ]);
}

function memberProblem(
  { verb, member }: Edit & { readonly member: string },
  draft: TeamDraft,
  file: string,
): Failed | null {
  const { members } = draft.sections;
  const isThere = members.some(([key]) => key === member);
  if (verb === 'member add') return isThere ? fail('entry-exists', { file, section: 'members', key: member }) : null;
  if (isThere) return null;
  const keys = members.map(([key]) => key);
  const byName = members.find(([, entry]) => sameName(entry, member))?.[0];
  const near = byName ?? suggester()(member, keys);
  const because =
    near === null ? ({ kind: 'none', members: keys } as const) : ({ kind: 'similar', member: near } as const);
  return fail('unknown-member', { member, file, because });
}

function sameName({ name }: PlainMap, text: string): boolean {
  return typeof name === 'string' && name.toLowerCase() === text.toLowerCase();
}

function roleProblem(
  edit: Edit & { readonly role: string },
  { roles, members }: TeamDraft,
  file: string,
): Failed | null {
  const { verb, role } = edit;
  const keys = roles.map(({ key }) => key);
  const isThere = keys.includes(role);
  if (verb === 'role add') return isThere ? fail('entry-exists', { file, section: 'roles', key: role }) : null;
  if (!isThere) return fail('unknown-role', { role, file, similar: suggester()(role, keys), roles: keys });
  if (verb !== 'role remove' || edit.permissions.length > 0) return null;
  const having = members.filter((member) => member.roles?.includes(role)).map(({ key }) => key);
  const extending = roles.filter((other) => other.extends.includes(role)).map(({ key }) => key);
  return having.length + extending.length === 0
    ? null
    : fail('role-in-use', { role, members: having, roles: extending });
}
