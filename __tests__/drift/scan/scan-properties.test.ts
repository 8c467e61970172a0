import fc from 'fast-check';
import { accessOf, allowedByName } from '../../../src/access/access-of.ts';
import { diffAccess, hasEffect } from '../../../src/access/diff.ts';
import { indexModel, type ModelIndex } from '../../../src/access/model.ts';
import { difference, isEmpty, listOperations, NO_OPERATIONS, operationSet } from '../../../src/access/operation-set.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { concernedBy } from '../../../src/access/with-differences.ts';
import { type DriftFinding, differenceOf } from '../../../src/drift/finding.ts';
import { iamName } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import { scanOfAccount } from '../../support/changed-account.ts';
import { changedAccounts, renamedAccounts, scanOfChanged } from '../../support/changed-model.ts';
import { EXHAUSTIVE, runs, testInTurn } from '../../support/exhaustive.ts';
import { teams } from '../../support/team-arbitrary.ts';

const test = testInTurn(2);

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);

/** Names of the users that a finding is about, directly or through what they have. */
function named(finding: DriftFinding, account: ModelIndex, declared: ModelIndex): readonly string[] {
  const names = finding.changes.map(({ user }) => user);
  const difference = differenceOf(finding);
  if (difference !== null) return [...names, ...[account, declared].flatMap((index) => concernedBy(index, difference))];
  switch (finding.rule) {
    case 'unmanaged-user':
    case 'unmanaged-group-membership':
      return [...names, finding.data.user];
    case 'unmanaged-group': {
      const { group, keeps } = finding.data;
      return [...names, ...keeps.map(({ user }) => user), ...(account.members.get(group) ?? [])];
    }
    default:
      return names;
  }
}

test('every change of access is found without Terraform', () => {
  let count = 0;
  fc.assert(
    fc.property(changedAccounts(), ({ team, declared, account }) => {
      const { findings } = scanOfChanged(team, account);
      const sides = [indexModel(account), indexModel(declared)] as const;
      const reported = new Set(findings.flatMap((finding) => named(finding, ...sides)));
      const changed = diffAccess(declared, account, AT).people.filter(
        // A new user without access, or a deleted user past their last day, changes no access.
        (person) =>
          hasEffect(person) && (person.kind === 'changed' || person.allowed.after + person.allowed.before > 0),
      );
      count += changed.length;
      for (const { user } of changed) expect([...reported]).toContain(user);
    }),
    { numRuns: runs(200) },
  );
  expect(count).toBeGreaterThan(runs(50));
});

test('all that anyone can do beside the file is in a finding about them, whatever has whose name', () => {
  let count = 0;
  fc.assert(
    fc.property(renamedAccounts(), (given) => {
      const { team, declared, account, ids, noted } = given;
      const { findings } = scanOfChanged(team, account, given);
      const file = allowedByName(accessOf(declared, { at: AT }));
      for (const { user, allowed } of accessOf(account, { at: AT })) {
        const id = ids.user.get(user.name) ?? '';
        const gained = difference(allowed, (noted.user.has(id) ? file.get(id) : undefined) ?? NO_OPERATIONS);
        if (isEmpty(gained)) continue;
        count += 1;
        const name = noted.user.has(id) ? id : user.name;
        const reported = findings.flatMap((finding) => {
          const keeps = 'keeps' in finding.data ? finding.data.keeps : [];
          return [...finding.changes, ...keeps].filter((each) => each.user === name);
        });
        const known = operationSet(reported.flatMap(({ operations }) => operations.gained));
        expect({ name, hidden: listOperations(difference(gained, known)) }).toEqual({ name, hidden: [] });
      }
    }),
    { numRuns: runs(400) },
  );
  expect(count).toBeGreaterThan(runs(100));
});

/** What was applied: as it is, or before anyone has begun. */
const APPLIED: readonly ((team: Team) => Team)[] = [
  (team) => team,
  (team) => ({ ...team, members: team.members.map((each) => ({ ...each, from: '2026-12-20', until: null })) }),
];

/** A file that was merged, and of which nothing is applied. */
const MERGED: readonly ((team: Team) => Team)[] = [
  (team) => ({ ...team, members: team.members.slice(1) }),
  (team) => ({ ...team, members: [] }),
  (team) => ({ ...team, members: team.members.map((each) => ({ ...each, suspended: !each.suspended })) }),
  (team) => ({ ...team, members: team.members.map((each) => ({ ...each, until: '2026-12-24', from: null })) }),
  (team) => ({ ...team, members: team.members.map((each) => ({ ...each, roles: team.roles.map(({ key }) => key) })) }),
  (team) => ({ ...team, roles: team.roles.map((each) => ({ ...each, allow: ['GetHIT', 'SendBonus'], managed: [] })) }),
  (team) => ({ ...team, roles: team.roles.map((each) => ({ ...each, deny: ['SendBonus'] })) }),
];

/** The name of each user, but of one. */
const idsOf = (names: readonly string[], replaced?: string) => ({
  user: new Map(names.map((name) => [name, name === replaced ? 'another' : name])),
  group: new Map<string, string>(),
});

test('what neither the file nor what was applied gives waits for no apply', () => {
  let count = 0;
  fc.assert(
    fc.property(
      changedAccounts(fc.tuple(teams(), fc.constantFrom(...APPLIED)).map(([team, at]) => at(team))),
      fc.constantFrom(...MERGED),
      fc.boolean(),
      fc.nat(9),
      ({ team, declared, account }, merge, isBegun, place) => {
        const file = merge(team);
        const replaced = account.users[place]?.name;
        const names = declared.users.map(({ name }) => name);
        const { findings } = scanOfAccount({
          ...{ team: { ...file, snoozed: [], departed: [] }, applied: team, account },
          ...{ begun: isBegun ? [file] : [], noted: idsOf(names) },
          inventory: {
            ids: idsOf(
              account.users.map(({ name }) => name),
              replaced,
            ),
          },
        });
        const given = [declared, desiredAccess(file, TODAY)].map((model) => allowedByName(accessOf(model, { at: AT })));
        for (const { user, allowed } of accessOf(account, { at: AT })) {
          const isReplaced = user.name === replaced && names.includes(replaced);
          const beyond = (isReplaced ? [] : given).reduce(
            (rest, of) => difference(rest, of.get(user.name) ?? NO_OPERATIONS),
            allowed,
          );
          const isInFile = file.members.some(({ key }) => iamName(file.lab, key) === user.name);
          // An apply that began to delete a user may have taken its limits already.
          if (isBegun && !isInFile && !isReplaced) continue;
          // Who can take full control can do all.
          if (isEmpty(beyond) || findings.some(({ escalates }) => escalates.includes(user.name))) continue;
          count += 1;
          const known = operationSet(
            findings.flatMap(({ cause, changes, data }) =>
              [...changes, ...('keeps' in data ? data.keeps : [])].flatMap((each) =>
                each.user === user.name && (cause === 'manual' || cause === 'unmanaged') ? each.operations.gained : [],
              ),
            ),
          );
          expect({ user: user.name, waits: listOperations(difference(beyond, known)) }).toEqual({
            user: user.name,
            waits: [],
          });
        }
      },
    ),
    { numRuns: runs(200) },
  );
  // Of few cases, none may have any.
  expect(count).toBeGreaterThan(EXHAUSTIVE ? 5 : -1);
});

test('the ids of a scan are different, of letters that a snooze may have, in any order of the account', () => {
  fc.assert(
    fc.property(changedAccounts(), ({ team, account }) => {
      const scan = scanOfChanged(team, account);
      const ids = scan.findings.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*(?:\/[A-Za-z0-9+=,.@_-]+)*$/);
      const backwards = { ...account, users: [...account.users].reverse(), groups: [...account.groups].reverse() };
      expect(
        scanOfChanged(team, backwards)
          .findings.map(({ id }) => id)
          .sort(),
      ).toEqual([...ids].sort());
    }),
    { numRuns: runs(200) },
  );
});

test('nothing is found on an account that is as the file says', () => {
  fc.assert(
    fc.property(teams(), (team) => {
      expect(scanOfChanged(team, desiredAccess(team, TODAY))).toMatchObject({
        class: 'clean',
        findings: [],
        notChecked: [],
      });
    }),
  );
});
