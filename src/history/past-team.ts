import * as z from 'zod';
import { MANAGED_POLICY_NAMES } from '../catalog/managed-policies.ts';
import { type Capability, frozenCapabilities, isCapability, isOperation, operationsOf } from '../catalog/mturk.ts';
import { isObject } from '../diagnostics/parse-data.ts';
import { listIn, type PlainMap, sortedEntries } from '../team/draft.ts';
import { resolveRoles, wholeRole } from '../team/resolve-roles.ts';
import { memberSchema, roleSchema, teamFileSchema } from '../team/schema.ts';
import { DEFAULT_MEMBER, DEFAULT_SETTINGS, type Member, type Role, type Team } from '../team/team.ts';
import type { PieceReader } from './pieces.ts';

/** Why a version of the file says nothing about access: the file is gone, is no YAML, or a value that decides access is not known. */
export type Unreadable = { readonly kind: 'deleted' | 'not-yaml' } | { readonly kind: 'value'; readonly path: string };

/** The team of a version as it is read today, with the names in it that mean nothing today. */
export type PastTeam =
  | { readonly team: Team; readonly ignored: readonly string[]; readonly unreadable: null }
  | { readonly team: null; readonly unreadable: Unreadable };

/** It decides no access. */
const UNKNOWN_ACCOUNT = '000000000000';

/** A reader of old files: what decides access must be known, and everything else is left out or ignored. */
export function pastTeamReader(read: PieceReader): (text: string) => PastTeam {
  const members = new WeakMap<object, Read<Member>>();
  const roles = new WeakMap<object, Read<readonly Role[]>>();
  return (text) => {
    const file = read(text);
    if (file === null) return { team: null, unreadable: { kind: 'not-yaml' } };
    const found = new Problems();
    const memberMap = found.section(file.members, 'members');
    const roleMap = found.section(file.roles, 'roles');
    found.ignore(file, teamFileSchema, '');
    const team: Team = {
      lab: found.read(z.string(), file.lab, 'lab') ?? '',
      account: typeof file.account === 'string' ? file.account : UNKNOWN_ACCOUNT,
      owners: listIn(file.owners)?.filter((owner) => owner !== null) ?? [],
      roles: found.add(once(roles, roleMap, () => rolesOf(roleMap))),
      members: sortedEntries(memberMap).map(([key, entry]) => {
        const map = found.map(entry, `members.${key}`);
        return found.add(once(members, map, () => memberOf(key, map)));
      }),
      departed: sortedEntries(found.map(file.departed, 'departed')).map(([key, entry]) => {
        const { left } = found.map(entry, `departed.${key}`);
        return { key, left: found.read(DAY.nullish(), left, `departed.${key}.left`) ?? '', reason: '' };
      }),
      freeze: found.frozen(file.freeze),
      snoozed: [],
      settings: DEFAULT_SETTINGS,
    };
    const [path] = found.wrong;
    if (path !== undefined) return { team: null, unreadable: { kind: 'value', path } };
    return { team, ignored: found.ignored, unreadable: null };
  };
}

/** What was read, the paths of values that are not known, and the names that are ignored. */
interface Read<Value> {
  readonly value: Value;
  readonly wrong: readonly string[];
  readonly ignored: readonly string[];
}

function once<Value>(known: WeakMap<object, Value>, of: object, read: () => Value): Value {
  const value = known.get(of) ?? read();
  known.set(of, value);
  return value;
}

/** Reads values of a file. What is absent is empty; what is there and is not known is a problem. */
class Problems {
  readonly wrong: string[] = [];
  readonly ignored: string[] = [];

  add<Value>({ value, wrong, ignored }: Read<Value>): Value {
    this.wrong.push(...wrong);
    this.ignored.push(...ignored);
    return value;
  }

  map(value: unknown, path: string): PlainMap {
    if (isObject(value)) return value;
    if (value !== undefined && value !== null) this.wrong.push(path);
    return {};
  }

  /** No lab is without members and roles: where they seem to be missing, they are where they should not be. */
  section(value: unknown, path: string): PlainMap {
    const map = this.map(value, path);
    if (Object.keys(map).length === 0) this.wrong.push(path);
    return map;
  }

  read<Value>(schema: z.ZodType<Value>, value: unknown, path: string): Value | undefined {
    const { success, data } = schema.safeParse(value);
    if (!success) this.wrong.push(path);
    return data;
  }

  frozen(value: unknown): readonly Capability[] {
    const names = this.read(LIST, value, 'freeze') ?? [];
    // A brake that is not known could stop anything.
    if (names.some((name) => name !== 'spend' && !isCapability(name))) this.wrong.push('freeze');
    return frozenCapabilities(names);
  }

  /** Keys of an entry that this version does not know. */
  ignore(map: PlainMap, { shape }: { readonly shape: object }, path: string): void {
    for (const key of Object.keys(map)) {
      if (!Object.hasOwn(shape, key)) this.ignored.push(path === '' ? key : `${path}.${key}`);
    }
  }
}

const DAY = z.iso.date();
const LIST = z.array(z.string()).nullish();

function memberOf(key: string, map: PlainMap): Read<Member> {
  const found = new Problems();
  const path = `members.${key}`;
  found.ignore(map, memberSchema, path);
  const value: Member = {
    key,
    name: typeof map.name === 'string' ? map.name : key,
    ...DEFAULT_MEMBER,
    sponsor: typeof map.sponsor === 'string' ? map.sponsor : null,
    // It decides no access.
    reviewed: DAY.safeParse(map.reviewed).data ?? null,
    suspended: found.read(z.boolean().optional(), map.suspended, `${path}.suspended`) ?? false,
    roles: [...(found.read(LIST, map.roles, `${path}.roles`) ?? [])].sort(),
    from: found.read(DAY.nullish(), map.from, `${path}.from`) ?? null,
    until: found.read(DAY.nullish(), map.until, `${path}.until`) ?? null,
  };
  return { value, ...found };
}

function rolesOf(map: PlainMap): Read<readonly Role[]> {
  const found = new Problems();
  const drafts = sortedEntries(map).map(([key, entry]) => {
    const path = `roles.${key}`;
    const role = found.map(entry, path);
    found.ignore(role, roleSchema, path);
    const names = (part: string) => found.read(LIST, role[part], `${path}.${part}`) ?? [];
    const [allow, deny] = [names('allow'), names('deny')];
    for (const name of [...allow, ...deny]) if (!means(name)) found.ignored.push(`${path}: ${name}`);
    // AWS's other policies could allow anything.
    const managed = found.read(z.array(z.enum(MANAGED_POLICY_NAMES)).nullish(), role.managed, `${path}.managed`) ?? [];
    return { key, extends: names('extends'), allow, deny, managed };
  });
  const resolved = resolveRoles(drafts);
  return { value: drafts.map((draft) => wholeRole({ ...draft, description: null }, resolved)), ...found };
}

/** Whether a name in `allow` or `deny` means an operation today: a retired one grants and denies nothing. */
function means(name: string): boolean {
  return name === '*' || isOperation(name) || (isCapability(name) && operationsOf(name).length > 0);
}
