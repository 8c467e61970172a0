/** What bootstrap sets up, in the order in which it does. */
type PartKind = 'bucket' | 'provider' | 'boundary' | 'role' | 'lock-file';

/** One thing that is so, or not. `exists` is the first of every part. */
export interface Setting<Id extends string = string> {
  readonly id: Id;
  /** `missing`: there is none; `different`: there is another one; `unwanted`: there is one, and should be none. */
  readonly state: 'missing' | 'different' | 'unwanted' | 'as-wanted';
}

/** A part of the setup, compared with what this version wants of it: data for bootstrap and doctor alike. */
export interface SetupPart<Id extends string = string> {
  readonly kind: PartKind;
  /** The bucket's or the role's name, the provider's or the boundary's ARN, the file. */
  readonly name: string;
  readonly settings: readonly Setting<Id>[];
}

export function partAction({ settings }: SetupPart): 'create' | 'change' | 'delete' | 'as-wanted' {
  if (settings[0]?.state === 'missing') return 'create';
  if (settings[0]?.state === 'unwanted') return 'delete';
  return settings.every(({ state }) => state === 'as-wanted') ? 'as-wanted' : 'change';
}

/** The settings of a part that is not there. */
export function missing<Id extends string>(...ids: readonly Id[]): readonly Setting<Id>[] {
  return ids.map((id) => ({ id, state: 'missing' }));
}

/** A setting that is there, and as wanted or not. */
export function setting<Id extends string>(id: Id, isWanted: boolean): Setting<Id> {
  return { id, state: isWanted ? 'as-wanted' : 'different' };
}

/** By the id of a setting. `exists` needs no words. */
const SETTINGS: Readonly<Record<string, string>> = {
  'public-access': 'public access blocked',
  ownership: 'no access control lists',
  versioning: 'versioning',
  encryption: 'encryption',
  policy: 'TLS only and no other access or denial',
  'old-versions': 'old versions expire',
  audience: 'audience sts.amazonaws.com',
  path: 'path',
  trust: 'trust policy',
  permissions: 'permissions',
  boundary: 'no permissions boundary',
  'other-policies': 'no other policies',
};

/** The settings that are not as wanted. */
export function settingWords({ settings }: Pick<SetupPart, 'settings'>): readonly string[] {
  return settings.filter(({ state }) => state !== 'as-wanted').flatMap(({ id }) => SETTINGS[id] ?? []);
}
