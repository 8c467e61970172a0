import { memberKeyOf, userText } from '../../access/text/names.ts';
import type { AccessKey } from '../../aws/types.ts';
import { dateWords } from '../../text/dates.ts';
import { pasted } from '../../text/escape.ts';
import { codeText, counted, countedText, listTexts, sentences, strongText, t, trusted } from '../../text/text.ts';
import { ageInDays, isRotating, keyUseText, riskOfUser } from './access-keys.ts';
import { keyCommands } from './aws-command.ts';
import { detected, type Rule, subjectParts } from './rule.ts';

export const rootAccessKey: Rule<'root-access-key'> = {
  severity: 'critical',
  idEffect: 'never',
  usesCredentialReport: true,
  detect: ({ inventory }) => {
    const keys = inventory.rootKeys?.filter(({ active }) => active) ?? [];
    return keys.length === 0 ? [] : [detected('root-access-key', { keys }, { risk: 'spends' })];
  },
  idParts: ({ keys }) => (keys.length > 1 ? [String(keys.length)] : []),
  title: () => t`The root user has an access key`,
  effect: t`${strongText(t`Full control of the account`)}`,
  remedy: ({ data: { keys } }) => ({
    detail: sentences(
      t`A root key can do everything in the account, and no policy limits it.`,
      keys.some(({ created }) => created === null) ? t`The credential report does not list it yet.` : null,
    ),
    toFix: t`Sign in as the root user, then Security credentials, Access keys, Delete.`,
  }),
};

export const keyUsedAfterLeaving: Rule<'key-used-after-leaving'> = {
  severity: 'high',
  idEffect: 'never',
  // A later use is another finding.
  idParts: (data, names) => [...subjectParts(data, names), (data.key.lastUsed ?? '').slice(0, 10)],
  usesCredentialReport: true,
  detect: ({ credentialUsers, account, at }) =>
    credentialUsers.flatMap(({ user, ended, credentials: { keys } }) =>
      ended === null
        ? []
        : keys
            // Equivalent if mutated: no use is after no time.
            .filter(({ lastUsed }) => lastUsed !== null && Date.parse(lastUsed) >= ended.since)
            .map((key) =>
              detected(
                'key-used-after-leaving',
                { user, key, because: ended.because },
                { risk: riskOfUser(user, account, at) },
              ),
            ),
    ),
  title: ({ user }, names) => t`Access key of ${userText(user, names)} used after access ended`,
  effect: t`Someone has the key and uses it`,
  remedy: ({ data: { user, key } }) => ({
    detail: keyUseText(key),
    toFix: key.active
      ? t`Deactivate it, ask who used it, then snooze this:`
      : t`It is inactive. Ask who used it, then snooze this.`,
    commands: key.active ? keyCommands(user, [key]) : [],
  }),
  entity: () => null,
};

/** A key not used for so long after its creation is not needed. */
const UNUSED_AFTER_DAYS = 30;
const EFFECT = t`A leaked key stays usable`;

/** A key that was never used needs no rotation: `unused-access-key` reports it. */
export const oldAccessKey: Rule<'old-access-key'> = {
  severity: 'low',
  usesCredentialReport: true,
  detect: ({ credentialUsers, team, at }) => {
    const { keyMaxAgeDays, rotateAfterDays } = team.settings;
    return credentialUsers.flatMap((member) => {
      const { user, allowed, ended, credentials, hasRecipient } = member;
      const { keys } = credentials;
      const limit = hasRecipient ? (rotateAfterDays ?? keyMaxAgeDays) : keyMaxAgeDays;
      if (allowed === null || isRotating(member, team)) return [];
      return keys
        .filter((key) => key.active && !isUnused(key, at) && ageInDays(key, at) > limit)
        .map((key) => {
          const other = keys.find((each) => each !== key) ?? null;
          const facts = { days: ageInDays(key, at), limit, other, isSuspended: ended !== null };
          return detected('old-access-key', { user, key, ...facts, hasRecipient });
        });
    });
  },
  title: ({ user, days }, names) => t`Access key of ${userText(user, names)} is ${trusted(counted(days, 'day'))} old`,
  effect: EFFECT,
  remedy({ data: { user, key, other, isSuspended, hasRecipient = false } }, names) {
    const detail = keyUseText(key);
    if (hasRecipient && other === null && !isSuspended) {
      const command = `mturk-team keys create ${pasted(memberKeyOf(user, names) ?? '')}`;
      return { detail, toFix: t`Run ${codeText(command)}; ${codeText('keys sync')} then deactivates this one.` };
    }
    return {
      detail,
      toFix: isSuspended
        ? t`Deactivate it:`
        : other === null
          ? t`Create a second key, then deactivate this one:`
          : t`Move to the other key, then deactivate this one:`,
      commands: keyCommands(user, [key]),
    };
  },
  entity: () => null,
};

export const unusedAccessKey: Rule<'unused-access-key'> = {
  severity: 'low',
  usesCredentialReport: true,
  detect: ({ credentialUsers, at }) =>
    credentialUsers.flatMap(({ user, allowed, credentials: { keys } }) =>
      keys
        .filter((key) => allowed !== null && isUnused(key, at))
        .map((key) => detected('unused-access-key', { user, key, days: ageInDays(key, at) })),
    ),
  title: ({ user, days }, names) =>
    t`Access key of ${userText(user, names)} is unused for ${trusted(counted(days, 'day'))}`,
  effect: EFFECT,
  remedy: ({ data: { user, key } }) => ({
    detail: keyUseText(key),
    toFix: t`Deactivate it, then delete it:`,
    commands: keyCommands(user, [key]),
  }),
  entity: () => null,
};

function isUnused(key: AccessKey, at: Date): boolean {
  const { active, isUseKnown, lastUsed } = key;
  return active && isUseKnown && lastUsed === null && ageInDays(key, at) >= UNUSED_AFTER_DAYS;
}

export const tooManyAccessKeys: Rule<'too-many-access-keys'> = {
  severity: 'low',
  idEffect: 'never',
  usesCredentialReport: true,
  /** Only active keys: an inactive one signs nothing, and is the second half of a rotation. */
  detect: ({ credentialUsers, account, at, team }) =>
    credentialUsers.flatMap((each) => {
      const { user, allowed, credentials } = each;
      const keys = credentials.keys.filter(({ active }) => active);
      return allowed === null || keys.length <= allowed || isRotating(each, team)
        ? []
        : [detected('too-many-access-keys', { user, keys, allowed }, { risk: riskOfUser(user, account, at) })];
    }),
  idParts: ({ user, keys, allowed }, names) => {
    const extra = keys.length - allowed;
    return [...names.user(user), ...(extra > 1 ? [String(extra)] : [])];
  },
  title: ({ user, keys }, names) => t`${userText(user, names)} has ${trusted(counted(keys.length, 'access key'))}`,
  effect: t`More keys that can leak`,
  remedy: ({ data: { user, keys, allowed } }, names) => {
    const key = memberKeyOf(user, names);
    const extra = allowed === 0 ? keys : leastUsed(keys);
    return {
      detail: t`${countedText(keys.length, 'active key')}, last used ${listTexts([...new Set(keys.map(useOf))].map(trusted))}.`,
      toFix:
        allowed === 0
          ? t`Deactivate every key:`
          : extra.some(({ lastUsed }) => lastUsed === null)
            ? t`Deactivate the key that was never used:`
            : t`Ask ${userText(user, names)} which key is still needed, then deactivate the other:`,
      commands: keyCommands(user, extra),
      ifIntended:
        key === null
          ? null
          : t`Set ${codeText(`keys: ${keys.length}`)} for ${codeText(key)} in ${codeText('team.yaml')}.`,
    };
  },
  calls: /^CreateAccessKey$/,
};

function useOf({ isUseKnown, lastUsed }: AccessKey): string {
  return lastUsed === null ? (isUseKnown ? 'never' : 'at an unknown time') : dateWords(lastUsed);
}

/** Of two keys the one used longest ago; none if both were used on the same day, or AWS does not say when. */
function leastUsed(keys: readonly AccessKey[]): readonly AccessKey[] {
  const dayOf = ({ lastUsed }: AccessKey) => lastUsed?.replace(/T.*/, '') ?? '';
  const least = keys.filter((key) => keys.every((other) => dayOf(key) <= dayOf(other)));
  return least.length === 1 && keys.every(({ isUseKnown }) => isUseKnown) ? least : [];
}
