import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { ruleOf } from '../../../src/drift/rules/rules.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import type { Team } from '../../../src/team/team.ts';
import { plainText, t } from '../../../src/text/text.ts';
import {
  AT,
  type Credentials,
  FULL,
  type GivenScan,
  name,
  scanOfAccount,
  TODAY,
  withMember,
  withoutMember,
  withUser,
} from '../../support/changed-account.ts';
import { inventoryOf, keyOf } from '../../support/inventory-of.ts';
import { IDENTITIES } from '../../support/recipients.ts';
import { naming } from '../../support/sample-scans.ts';
import { sampleTeam } from '../../support/sample-team.ts';

describe('credentials', () => {
  const old = keyOf({ id: null, created: '2026-08-26T12:00:00Z' });
  const left: Team = { ...withoutMember('bo'), departed: [{ key: 'bo', left: '2026-11-20', reason: 'graduated' }] };
  const cases: readonly (readonly [string, GivenScan & { credentials: Credentials }, readonly string[]])[] = [
    ['one key', { credentials: { [name('bo')]: { keys: [keyOf()] } } }, []],
    ['two keys', { credentials: { [name('bo')]: { keys: [keyOf(), keyOf()] } } }, ['too-many-access-keys/bo']],
    [
      'two keys, one of them switched off',
      { credentials: { [name('bo')]: { keys: [keyOf(), keyOf({ active: false })] } } },
      [],
    ],
    [
      'two keys where two are declared',
      { team: withMember('bo', { keys: 2 }), credentials: { [name('bo')]: { keys: [keyOf(), keyOf()] } } },
      [],
    ],
    [
      'a key where none is declared',
      { team: withMember('bo', { keys: 0 }), credentials: { [name('bo')]: { keys: [keyOf()] } } },
      ['too-many-access-keys/bo'],
    ],
    [
      'two keys where none is declared',
      { team: withMember('bo', { keys: 0 }), credentials: { [name('bo')]: { keys: [keyOf(), keyOf()] } } },
      ['too-many-access-keys/bo/2'],
    ],
    ['a key of 91 days', { credentials: { [name('bo')]: { keys: [old] } } }, ['old-access-key/bo']],
    ['a key of 90 days', { credentials: { [name('bo')]: { keys: [keyOf({ created: '2026-08-27T00:00:00Z' })] } } }, []],
    [
      'two old keys',
      { team: withMember('bo', { keys: 2 }), credentials: { [name('bo')]: { keys: [old, old] } } },
      ['old-access-key/bo', 'old-access-key/bo/2'],
    ],
    ['an old key that is switched off', { credentials: { [name('bo')]: { keys: [{ ...old, active: false }] } } }, []],
    [
      'a key of 30 days that was never used',
      { credentials: { [name('bo')]: { keys: [keyOf({ created: '2026-10-26T12:00:00Z', lastUsed: null })] } } },
      ['unused-access-key/bo'],
    ],
    [
      'a key that is too old and was never used: it needs no replacement',
      { credentials: { [name('bo')]: { keys: [keyOf({ created: '2026-08-01T12:00:00Z', lastUsed: null })] } } },
      ['unused-access-key/bo'],
    ],
    [
      'one of 30 days that is inactive',
      {
        credentials: {
          [name('bo')]: { keys: [keyOf({ created: '2026-10-26T12:00:00Z', lastUsed: null, active: false })] },
        },
      },
      [],
    ],
    [
      'one of 29 days',
      { credentials: { [name('bo')]: { keys: [keyOf({ created: '2026-10-27T12:00:00Z', lastUsed: null })] } } },
      [],
    ],
    [
      'a key whose last use is unknown',
      {
        credentials: {
          [name('bo')]: { keys: [keyOf({ created: '2026-10-26T12:00:00Z', lastUsed: null, isUseKnown: false })] },
        },
      },
      [],
    ],
    [
      'a key of a suspended member, used seven days ago',
      { credentials: { [name('cy')]: { keys: [keyOf({ lastUsed: '2026-11-18T12:00:00Z' })] } } },
      ['key-used-after-leaving/cy/2026-11-18'],
    ],
    [
      'a key of a suspended member, used an hour earlier',
      { credentials: { [name('cy')]: { keys: [keyOf({ lastUsed: '2026-11-18T11:00:00Z' })] } } },
      [],
    ],
    [
      'a key used after the last day',
      {
        today: '2027-06-02',
        account: desiredAccess(sampleTeam, TODAY),
        credentials: { [name('bo')]: { keys: [keyOf({ lastUsed: '2027-06-01T00:00:00Z' })] } },
      },
      ['key-used-after-leaving/bo/2027-06-01'],
    ],
    [
      'a key used on the last day, and no other finding about the keys',
      {
        today: '2027-06-02',
        account: desiredAccess(sampleTeam, TODAY),
        credentials: {
          [name('bo')]: { keys: [old, keyOf({ lastUsed: null }), keyOf({ lastUsed: '2027-05-31T23:00:00Z' })] },
        },
      },
      [],
    ],
    [
      'a key used after the member left',
      {
        team: left,
        applied: sampleTeam,
        account: desiredAccess(sampleTeam, TODAY),
        credentials: { [name('bo')]: { keys: [keyOf({ lastUsed: '2026-11-21T00:00:00Z' })] } },
      },
      ['key-used-after-leaving/bo/2026-11-21', 'unmanaged-user/bo/spends'],
    ],
    ['a password', { credentials: { [name('bo')]: { password: { lastUsed: null } } } }, ['console-password/bo']],
    [
      'what has nothing to do with Mechanical Turk',
      {
        credentials: {
          [name('bo')]: {
            ssh: ['APKA1'],
            certificates: ['C1'],
            services: [{ id: 'ACCA1', service: 'codecommit.amazonaws.com' }],
          },
        },
      },
      ['ssh-key/bo', 'signing-certificate/bo', 'service-specific-credential/bo'],
    ],
    [
      'an unmanaged user without access',
      {
        account: withUser({ name: 'guest' })(desiredAccess(sampleTeam, TODAY)),
        credentials: { guest: { keys: [old, old], password: { lastUsed: null } } },
      },
      ['user-without-boundary/guest'],
    ],
  ];

  const settings = { ...sampleTeam.settings, rotateAfterDays: 180 };
  const { recipient } = IDENTITIES[0];
  const bo = { keys: 1, recipient, until: null };
  const rotating = { ...withMember('bo', bo), settings };
  const keysOf = (...keys: readonly (readonly [created: string, lastUsed: string | null, active?: boolean])[]) => ({
    [name('bo')]: {
      keys: keys.map(([created, lastUsed, active = true]) => keyOf({ created, lastUsed, active, id: created })),
    },
  });
  const aged: readonly (readonly [string, Team, Credentials, readonly string[]])[] = [
    ['rotated keys: younger than 180 days', rotating, keysOf(['2026-07-01T12:00:00Z', '2026-11-25T12:00:00Z']), []],
    ['rotated keys: due', rotating, keysOf(['2026-01-01T12:00:00Z', '2026-11-25T12:00:00Z']), []],
    [
      'rotated keys: in progress',
      rotating,
      keysOf(['2026-01-01T12:00:00Z', '2026-11-25T12:00:00Z'], ['2026-11-20T12:00:00Z', null]),
      [],
    ],
    [
      'rotated keys: both in use after 30 days',
      rotating,
      keysOf(['2026-01-01T12:00:00Z', '2026-11-25T12:00:00Z'], ['2026-10-20T12:00:00Z', '2026-11-25T11:00:00Z']),
      ['too-many-access-keys/bo', 'old-access-key/bo'],
    ],
    [
      'rotated keys: the newer is inactive',
      rotating,
      keysOf(['2026-01-01T12:00:00Z', '2026-11-25T12:00:00Z'], ['2026-10-20T12:00:00Z', '2026-11-01T12:00:00Z', false]),
      ['old-access-key/bo'],
    ],
    [
      'rotated keys, but not those of a suspended member',
      { ...withMember('bo', { ...bo, suspended: true }), settings },
      keysOf(['2026-01-01T12:00:00Z', '2026-11-01T12:00:00Z']),
      ['old-access-key/bo'],
    ],
    [
      'a key of a suspended member that is younger than 180 days',
      { ...withMember('bo', { ...bo, suspended: true }), settings },
      keysOf(['2026-07-01T12:00:00Z', '2026-11-01T12:00:00Z']),
      [],
    ],
    [
      'a recipient without rotation: the age is reported',
      withMember('bo', bo),
      keysOf(['2026-07-01T12:00:00Z', '2026-11-25T12:00:00Z']),
      ['old-access-key/bo'],
    ],
    [
      'a recipient without rotation: a second key may be of someone else',
      withMember('bo', bo),
      keysOf(['2026-07-01T12:00:00Z', '2026-11-25T12:00:00Z'], ['2026-11-20T12:00:00Z', null]),
      ['too-many-access-keys/bo', 'old-access-key/bo'],
    ],
  ];
  test.each(aged)('%s', (_what, team, credentials, expected) => {
    expect(scanOfAccount({ team, credentials }).findings.map(({ id }) => id)).toEqual(expected);
  });

  const used = ['2026-07-01T12:00:00Z', '2026-11-25T12:00:00Z'] as const;
  test.each<[string, Team, Credentials, string]>([
    [
      'by one command, and no key of theirs by hand',
      withMember('bo', bo),
      keysOf(used),
      'Run mturk-team keys create bo; keys sync then deactivates this one.',
    ],
    [
      'by the other key',
      withMember('bo', bo),
      keysOf(used, ['2026-11-20T12:00:00Z', null, false]),
      'Move to the other key, then deactivate this one:',
    ],
    ['by none after a suspension', withMember('bo', { ...bo, suspended: true }), keysOf(used), 'Deactivate it:'],
  ])('an old key of a member with a recipient is replaced %s', (_what, team, credentials, toFix) => {
    const finding = scanOfAccount({ team, credentials }).findings.find(({ rule }) => rule === 'old-access-key');
    const remedy = finding && ruleOf(finding).remedy?.(finding, naming);
    expect(remedy?.commands === undefined).toBe(!toFix.endsWith(':'));
    expect(plainText(remedy?.toFix ?? t``)).toBe(toFix);
  });

  test.each(cases)('%s', (_what, given, expected) => {
    expect(scanOfAccount(given).findings.map(({ id }) => id)).toEqual(expected);
  });

  test('an old key knows of the other one, and of a suspension: both decide what replaces it', () => {
    const other = keyOf({ active: false });
    const credentials = { [name('bo')]: { keys: [old, other] }, [name('cy')]: { keys: [old] } };
    const keys = scanOfAccount({ credentials }).findings.flatMap(({ rule, data }) =>
      rule === 'old-access-key' ? [data] : [],
    );
    expect(keys).toMatchObject([
      { user: name('bo'), other, isSuspended: false },
      { user: name('cy'), other: null, isSuspended: true },
    ]);
  });

  test('an extra key weighs what its owner may do', () => {
    const keys = [keyOf(), keyOf()];
    const { findings } = scanOfAccount({ credentials: { [name('bo')]: { keys }, [name('cy')]: { keys } } });
    expect(findings.map(({ id, risk }) => [id, risk])).toEqual([
      ['too-many-access-keys/bo', 'spends'],
      ['key-used-after-leaving/cy/2026-11-25', null],
      ['key-used-after-leaving/cy/2026-11-25/2', null],
      ['too-many-access-keys/cy', null],
    ]);
  });

  test("keys of the root user are the lab's business too, those in use", () => {
    const inventory = (active: boolean) =>
      inventoryOf(desiredAccess(sampleTeam, TODAY), {}, { rootKeys: [keyOf({ active })] });
    const ids = (active: boolean) =>
      scanOf({
        team: sampleTeam,
        today: TODAY,
        at: AT,
        inventory: inventory(active),
        plan: null,
        applied: null,
      }).findings.map(({ id, risk }) => [id, risk]);
    expect([ids(true), ids(false)]).toEqual([[['root-access-key', 'spends']], []]);
  });

  test('keys of an unmanaged user are part of the finding', () => {
    const keys = [keyOf({ lastUsed: '2019-05-31T00:00:00Z' })];
    const account = withUser({ name: 'old-mturk-user', attached: [FULL] })(desiredAccess(sampleTeam, TODAY));
    const { findings } = scanOfAccount({ account, credentials: { 'old-mturk-user': { keys } } });
    expect(findings).toMatchObject([{ rule: 'unmanaged-user', data: { keys }, escalates: [], risk: 'spends' }]);
  });
});
