import type { AccessGroup, AccessModel, AccessUser } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import type { EntityIds, Inventory, UserCredentials } from '../../src/aws/types.ts';
import type { ScanResult } from '../../src/drift/finding.ts';
import { scanOf } from '../../src/drift/scan/scan.ts';
import type { PolicyDocument, Statement } from '../../src/iam/document.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import type { Team } from '../../src/team/team.ts';
import { inventoryOf } from './inventory-of.ts';
import { sampleTeam } from './sample-team.ts';

export const TODAY = '2026-11-25';
export const AT = new Date(`${TODAY}T12:00:00Z`);
export const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';

/** The IAM name of a member or role of the sample team. */
export const name = (key: string) => `perception-lab-${key}`;

/** A record that knows no unique ids. */
export const NO_IDS = { user: new Map<string, string>(), group: new Map<string, string>() };

/** A record, or an account, in which a user or group has an id. */
export const idOf = (kind: 'user' | 'group', of: string, id: string): EntityIds => ({
  ...NO_IDS,
  [kind]: new Map([[of, id]]),
});

export type Credentials = Readonly<Record<string, Partial<UserCredentials>>>;

export interface GivenScan {
  readonly team?: Team;
  readonly today?: string;
  /** What was applied last; null where nothing is noted. */
  readonly applied?: Team | null;
  /** What applies began that did not end; nothing by default. */
  readonly begun?: readonly Team[];
  readonly account?: AccessModel;
  readonly credentials?: Credentials;
  readonly inventory?: Partial<Inventory>;
  /** As the last apply noted them; none by default. */
  readonly noted?: EntityIds;
  /** Null at the first check; none by default. */
  readonly knownAdministrators?: readonly string[] | null;
}

/** A look without an engine; where nothing else is given, at an account that is as the sample team says. */
export function scanOfAccount({
  team = sampleTeam,
  today = TODAY,
  applied = team,
  begun = [],
  account,
  credentials,
  inventory = {},
  noted = NO_IDS,
  knownAdministrators = [],
}: GivenScan): ScanResult {
  return scanOf({
    team,
    today,
    at: new Date(`${today}T12:00:00Z`),
    inventory: inventoryOf(account ?? desiredAccess(team, today), credentials, inventory),
    knownAdministrators,
    plan: null,
    applied: applied && {
      ...{ team: appliedTeam(applied, today), ids: noted },
      begun: begun.map((each) => appliedTeam(each, today)),
    },
  });
}

export function withoutMember(key: string): Team {
  return { ...sampleTeam, members: sampleTeam.members.filter((each) => each.key !== key) };
}

export function withMember(key: string, more: object): Team {
  const members = sampleTeam.members.map((each) => (each.key === key ? { ...each, ...more } : each));
  return { ...sampleTeam, members };
}

/** The team whose users are deleted so many days after the last day; null: never. */
export function deletesAfter(deleteAfterDays: number | null, team: Team = sampleTeam): Team {
  return { ...team, settings: { ...team.settings, deleteAfterDays } };
}

export type Change = (account: AccessModel) => AccessModel;
export const all =
  (...changes: readonly Change[]): Change =>
  (account) =>
    changes.reduce((model, change) => change(model), account);
export const changeUser =
  (key: string, change: (user: AccessUser) => Partial<AccessUser>): Change =>
  (account) => ({
    ...account,
    users: account.users.map((each) => (each.name === name(key) ? { ...each, ...change(each) } : each)),
  });
export const changeGroup =
  (key: string, change: (group: AccessGroup) => Partial<AccessGroup>): Change =>
  (account) => ({
    ...account,
    groups: account.groups.map((each) => (each.name === name(key) ? { ...each, ...change(each) } : each)),
  });
export const putInto = (key: string, group: string) =>
  changeUser(key, ({ groups }) => ({ groups: [...groups, group].sort() }));
export const takeOut = (key: string, group: string) =>
  changeUser(key, ({ groups }) => ({ groups: groups.filter((each) => each !== group) }));
export const write = (key: string, policy: string, document: PolicyDocument) =>
  changeUser(key, ({ inline }) => ({
    inline: [...inline.filter((each) => each.name !== policy), { name: policy, document }],
  }));
export const withUser =
  (more: Partial<AccessUser> & { readonly name: string }): Change =>
  (account) => ({
    ...account,
    users: [...account.users, { path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {}, ...more }],
  });
export const withGroup =
  (more: Partial<AccessGroup> & { readonly name: string }): Change =>
  (account) => ({ ...account, groups: [...account.groups, { path: '/', attached: [], inline: [], ...more }] });
export const withPolicy =
  (arn: string, document: PolicyDocument): Change =>
  (account) => ({
    ...account,
    policies: [...account.policies, { arn, name: arn.slice(arn.lastIndexOf('/') + 1), document }],
  });
export const withoutUser =
  (key: string): Change =>
  (account) => ({ ...account, users: account.users.filter((each) => each.name !== name(key)) });
export const edit =
  (arn: string, document: PolicyDocument | null): Change =>
  (account) => ({
    ...account,
    policies: account.policies.map((policy) => (policy.arn === arn ? { ...policy, document } : policy)),
  });
export const statement = (
  effect: 'Allow' | 'Deny',
  action: string | readonly string[],
  more: object = {},
): Statement => ({
  Effect: effect,
  Action: action,
  Resource: '*',
  ...more,
});
export const says = (...Statement: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
export const after = (moment: string) => ({ Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': moment } } });
export const until = (moment: string) => says({ Sid: 'Until', ...statement('Deny', '*', after(moment)) });
export const from = (address: string) => ({ Condition: { NotIpAddress: { 'aws:SourceIp': address } } });
export const stopArn = (policy: string) => `arn:aws:iam::123456789012:policy/${policy}`;
export const attach = (key: string, ...arns: readonly string[]) =>
  changeUser(key, ({ attached }) => ({ attached: [...attached, ...arns] }));
