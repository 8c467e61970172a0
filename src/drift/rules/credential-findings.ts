import { accessOf } from '../../access/access-of.ts';
import { worstRisk } from '../../access/capability-access.ts';
import { around, type ModelIndex } from '../../access/model-index.ts';
import type { AccessKey, Inventory, UserCredentials } from '../../aws/inventory/types.ts';
import type { Risk } from '../../catalog/mturk.ts';
import { iamName } from '../../team/names.ts';
import { hasExpired, type Team } from '../../team/team.ts';
import type { DriftWhat } from '../rules/what.ts';
import { type Draft, draftOf } from '../scan/finding-draft.ts';

const DAY_MS = 86_400_000;
/** A key that nobody has used for so long after it was made was not needed. */
const UNUSED_AFTER_DAYS = 30;
/** How long a use by somebody who is suspended is news: until when she was allowed to, the file does not say. */
const RECENT_DAYS = 7;

/** A user of the lab, as far as her credentials are judged by it. */
interface Subject {
  readonly user: string;
  /** How many keys she may have; null where nothing but their use matters, because she is about to be removed. */
  readonly allowed: number | null;
  /** From when (milliseconds) no key of hers may have been used. */
  readonly ended: { readonly since: number; readonly because: 'suspended' | 'expired' | 'departed' } | null;
  readonly credentials: UserCredentials;
}

interface Judging {
  readonly at: number;
  readonly maxAgeDays: number;
}

/** What is wrong with what the lab's people sign in and sign requests with, and with the keys of the root user. */
export function credentialFindings(
  inventory: Inventory,
  team: Team,
  account: ModelIndex,
  today: string,
  at: Date,
): readonly Draft[] {
  const judging = { at: at.getTime(), maxAgeDays: team.settings.keyMaxAgeDays };
  const found = subjectsOf(inventory, team, today, judging.at).flatMap((subject) =>
    RULES.flatMap((rule) => rule(subject, judging)).map((what) =>
      draftOf(what, { risk: signsFor(what) ? riskOfUser(subject.user, account, at) : null }),
    ),
  );
  const rootKeys = inventory.root?.keys.filter(({ active }) => active) ?? [];
  const root = rootKeys.length === 0 ? [] : [draftOf({ kind: 'root-access-key', keys: rootKeys }, { risk: 'spends' })];
  return [...root, ...found];
}

function subjectsOf({ users }: Inventory, team: Team, today: string, at: number): readonly Subject[] {
  const members = team.members.map((member) => {
    const isLate = hasExpired(member, today);
    const late = isLate && member.until !== null ? endOfDay(member.until) : null;
    return {
      user: iamName(team.lab, member.key),
      allowed: isLate ? null : member.keys,
      ended:
        late !== null
          ? ({ since: late, because: 'expired' } as const)
          : member.suspended
            ? ({ since: at - RECENT_DAYS * DAY_MS, because: 'suspended' } as const)
            : null,
    };
  });
  const departed = team.departed.map(({ key, left }) => ({
    user: iamName(team.lab, key),
    allowed: null,
    ended: { since: endOfDay(left), because: 'departed' } as const,
  }));
  return [...members, ...departed].flatMap((subject) => {
    const credentials = users.get(subject.user)?.credentials;
    return credentials === undefined ? [] : [{ ...subject, credentials }];
  });
}

function endOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) + DAY_MS;
}

type Rule = (subject: Subject, judging: Judging) => readonly DriftWhat[];

const RULES: readonly Rule[] = [
  /** One that is switched off signs nothing: it is the second half of a rotation. */
  function extraKeys({ user, allowed, credentials }) {
    const keys = credentials.keys.filter(({ active }) => active);
    return allowed === null || keys.length <= allowed ? [] : [{ kind: 'too-many-access-keys', user, keys, allowed }];
  },

  function usedKeys({ user, ended, credentials: { keys } }) {
    if (ended === null) return [];
    return keys
      .filter(({ lastUsed }) => lastUsed !== null && Date.parse(lastUsed) >= ended.since)
      .map((key) => ({ kind: 'key-used-after-leaving', user, key, because: ended.because }));
  },

  function unusedKeys({ user, allowed, credentials: { keys } }, { at }) {
    if (allowed === null) return [];
    return keys
      .filter((key) => isUnused(key, at))
      .map((key) => ({ kind: 'unused-access-key' as const, user, key, days: ageInDays(key, at) }));
  },

  /** One that was never used is not to be replaced, and is found as such. */
  function oldKeys({ user, allowed, ended, credentials: { keys } }, { at, maxAgeDays }) {
    if (allowed === null) return [];
    const isSuspended = ended !== null;
    return keys
      .filter((key) => key.active && !isUnused(key, at) && ageInDays(key, at) > maxAgeDays)
      .map((key) => {
        const other = keys.find((each) => each !== key) ?? null;
        return {
          kind: 'old-access-key' as const,
          user,
          key,
          days: ageInDays(key, at),
          limit: maxAgeDays,
          other,
          isSuspended,
        };
      });
  },

  function consolePassword({ user, credentials: { password } }) {
    return password === null ? [] : [{ kind: 'console-password', user, lastUsed: password.lastUsed }];
  },

  function sshKeys({ user, credentials: { ssh } }) {
    return ssh.length === 0 ? [] : [{ kind: 'ssh-key', user, ids: ssh }];
  },

  function signingCertificates({ user, credentials: { certificates } }) {
    return certificates.length === 0 ? [] : [{ kind: 'signing-certificate', user, ids: certificates }];
  },

  function serviceCredentials({ user, credentials: { services } }) {
    return services.length === 0 ? [] : [{ kind: 'service-specific-credential', user, credentials: services }];
  },
];

function isUnused(key: AccessKey, at: number): boolean {
  const { active, isUseKnown, lastUsed } = key;
  return active && isUseKnown && lastUsed === null && ageInDays(key, at) >= UNUSED_AFTER_DAYS;
}

/** Whole days; none where nobody knows when it was made. */
function ageInDays({ created }: AccessKey, at: number): number {
  return created === null ? 0 : Math.floor((at - Date.parse(created)) / DAY_MS);
}

/** Whether somebody whom nobody thinks of may sign requests by it. */
function signsFor({ kind }: DriftWhat): boolean {
  return kind === 'too-many-access-keys' || kind === 'key-used-after-leaving';
}

function riskOfUser(user: string, account: ModelIndex, at: Date): Risk | null {
  const [access] = accessOf(around(account, [user]), { at });
  return access === undefined ? null : worstRisk(access.allowed);
}
