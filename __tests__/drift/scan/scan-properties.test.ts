import fc from 'fast-check';
import { accessOf } from '../../../src/access/access-of.ts';
import { type AccessChange, diffAccess, hasEffect } from '../../../src/access/diff.ts';
import { type AccessModel, indexModel, type ModelIndex } from '../../../src/access/model.ts';
import { type Difference, inverse } from '../../../src/access/model-difference.ts';
import { difference, isEmpty, NO_OPERATIONS } from '../../../src/access/operation-set.ts';
import { desiredAccess, desiredAccessOnAnyDay } from '../../../src/access/sources/desired.ts';
import { concernedBy, withDifferences } from '../../../src/access/with-differences.ts';
import { appliedTeam } from '../../../src/drift/applied.ts';
import { type DriftFinding, differenceOf, type ScanResult } from '../../../src/drift/finding.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { isLater } from '../../../src/review/changes/people.ts';
import type { Team } from '../../../src/team/team.ts';
import { changedWith, manualChanges } from '../../support/changed-model.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { teams } from '../../support/team-arbitrary.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
/** Before, between and after the dates in manual changes. */
const LATER = ['2026-12-01T00:00:01Z', '2026-12-24T12:00:00Z', '2030-01-01T00:00:00Z'].map((text) => new Date(text));

/** Inside and outside of the addresses in manual changes. */
const ADDRESSES = ['192.0.2.7', '198.51.100.1'];

function gainersFrom(sourceIp: string, before: AccessModel, after: AccessModel): readonly string[] {
  const was = new Map(accessOf(before, { at: AT, sourceIp }).map(({ user, allowed }) => [user.name, allowed]));
  return accessOf(after, { at: AT, sourceIp })
    .filter(({ user, allowed }) => !isEmpty(difference(allowed, was.get(user.name) ?? NO_OPERATIONS)))
    .map(({ user }) => user.name);
}

/** Without plan; the file is the one that was applied, so that all is done by hand. */
function fastLook(team: Team, account: AccessModel): ScanResult {
  return scanOf({
    team: { ...team, snoozed: [], departed: [] },
    today: TODAY,
    at: AT,
    inventory: inventoryOf(account),
    plan: null,
    applied: { team: appliedTeam(team, TODAY), begun: [] },
  });
}

/** With those still there who are past their last day, or without. */
const stories = fc.tuple(teams(), manualChanges(), fc.boolean()).map(([team, done, isLate]) => {
  const declared = isLate ? desiredAccessOnAnyDay(team) : desiredAccess(team, TODAY);
  return { team, declared, account: changedWith(declared, team, done) };
});

function undone(findings: readonly DriftFinding[]): readonly Difference[] {
  return findings
    .filter(({ remediation }) => remediation === 'auto')
    .flatMap((finding) => differenceOf(finding) ?? [])
    .map(inverse);
}

const gives = ({ operations, ends, kind }: AccessChange) =>
  operations.gained.length > 0 || (kind === 'changed' && isLater(ends.after, ends.before));

test('automatic reverts, alone or together, grant no operation and no later last day, at any time and from any address', () => {
  let count = 0;
  fc.assert(
    fc.property(stories, ({ team, declared, account }) => {
      const undoing = undone(fastLook(team, account).findings);
      count += undoing.length;
      const documents = new Map(
        [...account.policies, ...declared.policies].map(({ arn, document }) => [arn, document]),
      );
      for (const differences of [undoing, ...undoing.map((one) => [one])]) {
        const after = withDifferences(account, differences, documents);
        for (const at of [AT, ...LATER]) expect(diffAccess(account, after, at).people.filter(gives)).toEqual([]);
        for (const sourceIp of ADDRESSES) expect(gainersFrom(sourceIp, account, after)).toEqual([]);
      }
    }),
    { numRuns: 120 },
  );
  expect(count).toBeGreaterThan(50);
});

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
    fc.property(stories, ({ team, declared, account }) => {
      const { findings } = fastLook(team, account);
      const sides = [indexModel(account), indexModel(declared)] as const;
      const reported = new Set(findings.flatMap((finding) => named(finding, ...sides)));
      const changed = diffAccess(declared, account, AT).people.filter(
        // A new user without access, or a deleted user past their last day, changes no access.
        (person) => hasEffect(person) && (person.kind === 'changed' || person.mayAct.after || person.mayAct.before),
      );
      count += changed.length;
      for (const { user } of changed) expect([...reported]).toContain(user);
    }),
    { numRuns: 200 },
  );
  expect(count).toBeGreaterThan(50);
});

test('the ids of a look are different, of letters that a snooze may have, and the fingerprint knows no order', () => {
  fc.assert(
    fc.property(stories, ({ team, account }) => {
      const look = fastLook(team, account);
      const ids = look.findings.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*(?:\/[A-Za-z0-9+=,.@_-]+)*$/);
      const backwards = { ...account, users: [...account.users].reverse(), groups: [...account.groups].reverse() };
      expect(fastLook(team, backwards).fingerprint).toBe(look.fingerprint);
    }),
    { numRuns: 200 },
  );
});

test('nothing is found on an account that is as the file says', () => {
  fc.assert(
    fc.property(teams(), (team) => {
      expect(fastLook(team, desiredAccess(team, TODAY))).toMatchObject({
        class: 'clean',
        findings: [],
        notChecked: [],
      });
    }),
  );
});
