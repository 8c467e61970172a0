/** Arguments of a text that needs none. */
type NoArguments = Readonly<Record<never, never>>;

/** What a value of a team file is, or should be, in words that YAML's own names map to. */
export type ValueKind = 'text' | 'number' | 'true-or-false' | 'list' | 'map' | 'nothing';

/** The two kinds of things that have an id of their own. */
export type IdKind = 'role' | 'member' | 'departed';

interface FileFindingArgs {
  'file-missing': NoArguments;
  'file-is-directory': NoArguments;
  'file-unreadable': { readonly reason: string };
  'file-empty': NoArguments;
  'file-too-large': { readonly bytes: number; readonly limit: number };
  'file-not-utf8': NoArguments;
}

interface DocumentFindingArgs {
  /** `problem` is the code of the `yaml` library or `SPACE_AS_INDENT`, `reason` the library's message. */
  'yaml-syntax': { readonly reason: string; readonly problem: string };
  'yaml-too-deep': { readonly limit: number };
  'yaml-anchor': { readonly name: string };
  'yaml-alias': { readonly name: string };
  'yaml-tag': { readonly tag: string };
  'yaml-merge-key': NoArguments;
  'yaml-directive': { readonly directive: string };
  'yaml-many-documents': NoArguments;
  /** `firstLine` is the line of the key's first occurrence. */
  'duplicate-key': { readonly key: string; readonly firstLine: number };
  /** `source` is the key as written; null where it is a list or a map. */
  'key-not-text': { readonly source: string | null };
}

interface ShapeFindingArgs {
  /** `nested` where a map stands behind the key, as behind a member's or a role's. */
  'unknown-key': {
    readonly key: string;
    readonly known: readonly string[];
    readonly suggestion: string | null;
    readonly nested: boolean;
  };
  'missing-key': { readonly key: string };
  /** `source` is the value as written; null for lists and maps. */
  'wrong-type': { readonly expected: ValueKind; readonly actual: ValueKind; readonly source: string | null };
  'empty-value': { readonly expected: ValueKind };
  'empty-text': NoArguments;
}

interface TextFindingArgs {
  'template-expression': { readonly marker: string };
  /** `character` is `U+202E`. */
  'control-character': { readonly character: string };
  'bidirectional-character': { readonly character: string };
  'invisible-character': { readonly character: string };
  'broken-character': { readonly character: string };
}

interface LabFindingArgs {
  'unsupported-version': { readonly source: string };
  'invalid-lab': { readonly lab: string; readonly limit: number };
  'account-not-quoted': { readonly source: string };
  'account-not-twelve-digits': { readonly account: string };
  'invalid-id': { readonly kind: IdKind; readonly id: string };
  'id-too-long': { readonly kind: IdKind; readonly id: string; readonly name: string; readonly limit: number };
  'ids-equal-ignoring-case': { readonly kind: IdKind; readonly id: string; readonly other: string };
  'duplicate-entry': { readonly entry: string };
  'team-too-large': { readonly what: 'roles' | 'members'; readonly count: number; readonly limit: number };
}

interface RoleFindingArgs {
  'unknown-role': { readonly role: string; readonly suggestion: string | null; readonly known: readonly string[] };
  /** `[a, b, a]` */
  'role-circle': { readonly circle: readonly string[] };
  /** A name of the 2014 API. `capabilities` are those of the successors. */
  'unknown-operation-name': {
    readonly name: string;
    readonly successors: readonly string[];
    readonly capabilities: readonly string[];
    readonly note: string | null;
  };
  'unknown-permission': { readonly name: string; readonly suggestion: string | null };
  'unknown-managed-policy': { readonly name: string; readonly suggestion: string | null };
  'role-grants-nothing': { readonly role: string; readonly because: 'nothing-allowed' | 'all-denied' };
  'deny-without-effect': { readonly role: string; readonly name: string };
  'unused-role': { readonly role: string };
  'role-policy-too-long': { readonly role: string; readonly length: number; readonly limit: number };
}

interface MemberFindingArgs {
  'member-without-roles': { readonly member: string };
  'too-many-roles': { readonly member: string; readonly count: number; readonly limit: number };
  'invalid-date': { readonly source: string; readonly because: 'format' | 'calendar' };
  'date-not-quoted': { readonly source: string };
  'until-passed': { readonly member: string; readonly until: string };
  'invalid-email': { readonly email: string };
  'invalid-github-login': { readonly login: string };
  'unknown-sponsor': { readonly sponsor: string; readonly suggestion: string | null };
  'own-sponsor': { readonly member: string };
  'sponsor-departed': { readonly sponsor: string };
  'sponsor-expired': { readonly sponsor: string; readonly until: string };
  'member-also-departed': { readonly member: string };
  'left-in-future': { readonly member: string; readonly left: string };
  'unknown-owner': { readonly owner: string; readonly suggestion: string | null };
  'owner-departed': { readonly owner: string };
  'owner-expired': { readonly owner: string; readonly until: string };
  'no-owner': { readonly because: 'nobody-named' | 'all-expired' };
}

interface SettingsFindingArgs {
  'unknown-freeze': { readonly name: string; readonly suggestion: string | null };
  'invalid-max-removals': { readonly source: string };
  /** Another whole number that is none, or out of its range; `maximum` is null where there is none. */
  'invalid-count': {
    readonly key: string;
    readonly source: string;
    readonly minimum: number;
    readonly maximum: number | null;
    readonly usual: number;
  };
  'unknown-reconcile-mode': { readonly mode: string; readonly suggestion: string | null };
  'invalid-bucket-name': { readonly bucket: string };
  'invalid-region': { readonly region: string };
  /** A key of `snoozed`. `unknown` is its first part where that alone is wrong: there is no such kind of finding. */
  'invalid-finding-id': {
    readonly id: string;
    readonly unknown: { readonly kind: string; readonly suggestion: string | null } | null;
  };
  'snooze-passed': { readonly finding: string; readonly until: string };
  /** `limit` is the last day that is not too far away. */
  'snooze-far-away': { readonly finding: string; readonly until: string; readonly limit: string };
}

/** What can be wrong with a team file. */
export interface TeamFindingArgs
  extends FileFindingArgs,
    DocumentFindingArgs,
    ShapeFindingArgs,
    TextFindingArgs,
    LabFindingArgs,
    RoleFindingArgs,
    MemberFindingArgs,
    SettingsFindingArgs {}

// A record, so that the compiler notices a code that is missing here.
const CODES: Readonly<Record<keyof TeamFindingArgs, true>> = {
  'file-missing': true,
  'file-is-directory': true,
  'file-unreadable': true,
  'file-empty': true,
  'file-too-large': true,
  'file-not-utf8': true,
  'yaml-syntax': true,
  'yaml-too-deep': true,
  'yaml-anchor': true,
  'yaml-alias': true,
  'yaml-tag': true,
  'yaml-merge-key': true,
  'yaml-directive': true,
  'yaml-many-documents': true,
  'duplicate-key': true,
  'key-not-text': true,
  'unknown-key': true,
  'missing-key': true,
  'wrong-type': true,
  'empty-value': true,
  'empty-text': true,
  'template-expression': true,
  'control-character': true,
  'bidirectional-character': true,
  'invisible-character': true,
  'broken-character': true,
  'unsupported-version': true,
  'invalid-lab': true,
  'account-not-quoted': true,
  'account-not-twelve-digits': true,
  'invalid-id': true,
  'id-too-long': true,
  'ids-equal-ignoring-case': true,
  'duplicate-entry': true,
  'team-too-large': true,
  'unknown-role': true,
  'role-circle': true,
  'unknown-operation-name': true,
  'unknown-permission': true,
  'unknown-managed-policy': true,
  'role-grants-nothing': true,
  'deny-without-effect': true,
  'unused-role': true,
  'role-policy-too-long': true,
  'member-without-roles': true,
  'too-many-roles': true,
  'invalid-date': true,
  'date-not-quoted': true,
  'until-passed': true,
  'invalid-email': true,
  'invalid-github-login': true,
  'unknown-sponsor': true,
  'own-sponsor': true,
  'sponsor-departed': true,
  'sponsor-expired': true,
  'member-also-departed': true,
  'left-in-future': true,
  'unknown-owner': true,
  'owner-departed': true,
  'owner-expired': true,
  'no-owner': true,
  'unknown-freeze': true,
  'invalid-max-removals': true,
  'invalid-count': true,
  'unknown-reconcile-mode': true,
  'invalid-bucket-name': true,
  'invalid-region': true,
  'invalid-finding-id': true,
  'snooze-passed': true,
  'snooze-far-away': true,
};

export const TEAM_FINDING_CODES = Object.keys(CODES) as (keyof TeamFindingArgs)[];
