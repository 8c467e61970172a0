import * as z from 'zod';
import { type Failed, fail, type Result, succeed } from '../diagnostics/failure.ts';
import { listIn, type TeamDraft } from '../team/draft.ts';
import { nearMember, suggester } from '../team/suggest.ts';
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
    ...{ from: DAY.optional(), until: DAY.optional(), sponsor: KEY.optional(), recipient: KEY.optional() },
    ...{ reviewed: DAY.optional() },
  }),
  edit('member extend', { member: KEY, until: DAY }),
  edit('member suspend', { member: KEY }),
  edit('member resume', { member: KEY }),
  edit('member roles', { member: KEY, add: KEYS, remove: KEYS }),
  edit('member recipient', { member: KEY, recipient: KEY }),
  edit('member sponsor', { member: KEY, sponsor: KEY }),
  edit('member reviewed', { members: KEYS, reviewed: DAY }),
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

/** What the edit is about, as it stands behind its verb. */
export function subjectOf(edit: Edit): string {
  if ('member' in edit) return edit.member;
  if ('role' in edit) return edit.role;
  if ('members' in edit) return edit.members.join(' ');
  return 'finding' in edit ? edit.finding : edit.capabilities.join(' ');
}

/** The splices of an edit, or why the file has nothing to edit. `file` is as the user named it. */
export function splicesOf(edit: Edit, draft: TeamDraft, file: string): Result<readonly Splice[]> {
  return problemOf(edit, draft, file) ?? succeed(changesOf(edit, draft));
}

function problemOf(edit: Edit, draft: TeamDraft, file: string): Failed | null {
  if ('member' in edit) return memberProblem(edit, draft, file);
  if ('members' in edit) return unknownMember(edit.members, draft, file);
  return 'role' in edit ? roleProblem(edit, draft, file) : null;
}

type KeyPath = Splice['path'];

const set = (path: KeyPath, value: Plain): Splice => ({ do: 'set', path, value });
const unset = (path: KeyPath): Splice => ({ do: 'unset', path });
const add = (path: KeyPath, values: readonly string[]) => values.map((value): Splice => ({ do: 'add', path, value }));
const drop = (path: KeyPath, values: readonly string[]) => values.map((value): Splice => ({ do: 'drop', path, value }));

function changesOf(edit: Edit, draft: TeamDraft): readonly Splice[] {
  const entry = 'member' in edit ? ['members', edit.member] : 'role' in edit ? ['roles', edit.role] : [];
  switch (edit.verb) {
    case 'member add': {
      // Someone who comes back has not left.
      const isBack = draft.departed.some(([key]) => key === edit.member);
      return [...(isBack ? [unset(['departed', edit.member])] : []), set(entry, entryOf(edit))];
    }
    case 'role add':
      return [set(entry, entryOf(edit))];
    case 'member extend':
      return [set([...entry, 'until'], edit.until)];
    case 'member suspend':
      return [set([...entry, 'suspended'], true)];
    case 'member resume':
      return [unset([...entry, 'suspended'])];
    case 'member roles':
      return [...add([...entry, 'roles'], edit.add), ...drop([...entry, 'roles'], edit.remove)];
    case 'member recipient':
      return [set([...entry, 'recipient'], edit.recipient)];
    case 'member sponsor':
      return [set([...entry, 'sponsor'], edit.sponsor)];
    case 'member reviewed':
      return [...new Set(edit.members)].map((key) => set(['members', key, 'reviewed'], edit.reviewed));
    case 'member depart':
      return departure(edit, draft);
    case 'role allow':
      return [...add([...entry, 'allow'], edit.permissions), ...drop([...entry, 'deny'], edit.permissions)];
    case 'role deny':
      return add([...entry, 'deny'], edit.permissions);
    case 'role remove':
      if (edit.permissions.length === 0) return [unset(entry)];
      return ['allow', 'deny'].flatMap((list) => drop([...entry, list], edit.permissions));
    case 'freeze':
      return add(['freeze'], edit.capabilities);
    case 'unfreeze':
      return drop(
        ['freeze'],
        edit.capabilities.length > 0 ? edit.capabilities : draft.freeze.filter((each) => each !== null),
      );
    case 'snooze': {
      const { finding, until, reason } = edit;
      const path = ['snoozed', finding];
      const isThere = draft.snoozed.some(([key]) => key === finding);
      return isThere
        ? [set([...path, 'until'], until), set([...path, 'reason'], reason)]
        : [set(path, { until, reason })];
    }
  }
}

/** What the file says of a new member or role: nothing that is empty. */
function entryOf(edit: EditOf<'member add' | 'role add'>): Plain {
  const fields = Object.entries(edit).filter(([key]) => !['verb', 'member', 'role'].includes(key));
  return Object.fromEntries(fields.filter(([, value = '']) => value.length > 0));
}

/** Whom the member sponsors. */
export function sponsoredBy({ members }: TeamDraft, member: string): readonly string[] {
  return members.flatMap(([key, { sponsor }]) => (sponsor === member ? [key] : []));
}

/** Whether the member is the only owner. */
export function isLastOwner({ owners }: TeamDraft, member: string): boolean {
  return owners?.includes(member) === true && owners.every((owner) => owner === member);
}

function departure(edit: EditOf<'member depart'>, draft: TeamDraft): readonly Splice[] {
  const { member, left, reason, sponsor, owner } = edit;
  const isOwner = draft.owners?.includes(member) === true;
  return [
    // No one is their own sponsor.
    ...sponsoredBy(draft, member).map((key) => {
      const path = ['members', key, 'sponsor'];
      return sponsor === undefined || key === sponsor ? unset(path) : set(path, sponsor);
    }),
    ...(isOwner && owner !== undefined ? add(['owners'], [owner]) : []),
    ...(isOwner ? drop(['owners'], [member]) : []),
    unset(['members', member]),
    set(['departed', member], { left, reason }),
  ];
}

/** Someone must take the place of a sponsor, and of the only owner. */
function departureProblem({ member, sponsor, owner }: EditOf<'member depart'>, draft: TeamDraft): Failed | null {
  const members = sponsoredBy(draft, member);
  if (sponsor === undefined && members.length > 0) {
    return fail('edit-needs-option', { option: '--sponsor', member, members });
  }
  const isMissing = owner === undefined && isLastOwner(draft, member);
  return isMissing ? fail('edit-needs-option', { option: '--owner', member, members: [] }) : null;
}

function memberProblem(edit: Edit & { readonly member: string }, draft: TeamDraft, file: string): Failed | null {
  const { verb, member } = edit;
  const unknown = unknownMember([member], draft, file);
  if (verb !== 'member add') return unknown ?? (verb === 'member depart' ? departureProblem(edit, draft) : null);
  return unknown === null ? fail('entry-exists', { file, section: 'members', key: member }) : null;
}

function unknownMember(keys: readonly string[], draft: TeamDraft, file: string): Failed | null {
  const members = draft.members.map(([key, { name }]) => ({ key, name }));
  const member = keys.find((each) => !members.some(({ key }) => key === each));
  return member === undefined ? null : fail('unknown-member', { member, file, because: nearMember(member, members) });
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
  const having = members.flatMap(([key, member]) => (listIn(member.roles)?.includes(role) ? [key] : []));
  const extending = roles.filter((other) => other.extends.includes(role)).map(({ key }) => key);
  return having.length + extending.length === 0
    ? null
    : fail('role-in-use', { role, members: having, roles: extending });
}
