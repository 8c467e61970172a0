import type { AccessModel } from '../../src/access/model.ts';
import { reconcile } from '../../src/cli/drift/reconcile.ts';
import { fullScan, quickScan } from '../../src/cli/drift/run-scan.ts';
import { applyRecord, noteApply } from '../../src/cli/session/apply-record.ts';
import type { LabSession } from '../../src/cli/session/lab-session.ts';
import type { ScanResult } from '../../src/drift/finding.ts';
import { driftLines } from '../../src/drift/report/terminal.ts';
import type { EmulatorMemory } from '../../src/emulator/hosted-account.ts';
import { canonicalDocument } from '../../src/iam/canonical.ts';
import type { PolicyDocument } from '../../src/iam/document.ts';
import type { Team } from '../../src/team/team.ts';
import { expectGolden } from '../support/golden.ts';
import { applied, bootstrapped, copyOf, inTurns, orThrow, withLab } from '../support/lab-in-test.ts';
import { comparableAccount } from '../support/lab-in-test-account.ts';
import { CREDENTIALS } from '../support/manual-changes/credentials.ts';
import type { ManualChange } from '../support/manual-changes/manual-change.ts';
import { PEOPLE } from '../support/manual-changes/people.ts';
import { POLICIES } from '../support/manual-changes/policies.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const team: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, reconcile: { mode: 'additions', perDay: 10 } },
};
const NOON = Date.parse('2026-11-25T12:00:00Z');
const DAY = 86_400_000;
const TABLE: readonly ManualChange[] = [...PEOPLE, ...POLICIES, ...CREDENTIALS];

/** What came of one manual change. */
interface Outcome {
  readonly full: readonly string[];
  readonly fast: readonly string[];
  readonly report: string;
  readonly reconciled: string;
  /** The ids of what is still found after reconciling. */
  readonly left: readonly string[];
  /** Whether the account is as it was before anybody laid hands on it, or as the hands left it. */
  readonly is: 'as before' | 'as changed' | 'something else';
  /** Who may do more after reconciling than the manual change left them. */
  readonly gained: readonly string[];
}

const outcomes = new Map<string, Outcome>();

beforeAll(async () => {
  const start = await withLab(await bootstrapped(), async (test) => {
    test.setClock(new Date(NOON).toISOString());
    await applied(test.lab(team, { today: '2026-11-25' }));
    return copyOf(test.memory);
  });
  await inTurns(TABLE, async (row) => void outcomes.set(row.what, await outcomeOf(row, start)));
}, 600_000);

async function outcomeOf(row: ManualChange, start: EmulatorMemory): Promise<Outcome> {
  return withLab(start, async (test) => {
    let now = NOON;
    const clock = () => test.setClock(new Date(now).toISOString());
    clock();
    const open = (): LabSession => test.lab(team, { today: new Date(now).toISOString().slice(0, 10) });
    const first = open();
    await noteApply(applyRecord(first.records), first, { state: 'applied' });
    // What is read from the account's memory goes on changing with it.
    const before = structuredClone(accessIn(test.memory.account));
    await row.done({
      iam: first.iam,
      endpoint: test.emulator.endpoint,
      wait(days) {
        now += days * DAY;
        clock();
      },
    });
    const lab = open();
    const changed = comparableAccount(test.memory.account, start.account);
    const accessThen = structuredClone(accessIn(test.memory.account));
    const fast = orThrow(await quickScan(lab, { trail: false }, SILENT)).scan;
    const scan = orThrow(await fullScan(lab, { trail: true }, SILENT));
    const { scan: look, attributed } = scan;
    const report = driftLines(look, lab.naming, {
      attributed,
      reconcile: 'additions',
    });
    const request = { reconcile: true, revert: [], ifFingerprint: null };
    const done = await reconcile(lab, scan, request, { yes: true }, SILENT);
    const after = orThrow(await fullScan(open(), { trail: false }, SILENT)).scan;
    const untouched = same(comparableAccount(test.memory.account, start.account), changed);
    const access = accessIn(test.memory.account);
    return {
      full: idsOf(look),
      fast: idsOf(fast),
      report: report.join('\n'),
      reconciled: done.outcome === 'reverted' ? `reverted: ${done.reverted.join(', ')}` : done.outcome,
      left: idsOf(after),
      is: untouched
        ? 'as changed'
        : same(inOrder(access, before), inOrder(before, before))
          ? 'as before'
          : 'something else',
      gained: gainedSince(accessThen, access),
    };
  });
}

function idsOf({ findings }: ScanResult): readonly string[] {
  return findings.map(({ id }) => id);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What was in the account `before`, in an order that does not depend on who was put where first. */
function inOrder(model: AccessModel, before: AccessModel): unknown {
  const [users, groups] = [model.users.filter(isIn(before.users)), model.groups.filter(isIn(before.groups))];
  const policies = model.policies.filter(isIn(before.policies));
  const byName = <T extends { readonly name: string }>(list: readonly T[]) =>
    [...list].sort((one, other) => (one.name < other.name ? -1 : 1));
  const held = (one: { attached: readonly string[]; inline: AccessModel['users'][number]['inline'] }) => ({
    attached: [...one.attached].sort(),
    inline: byName(one.inline).map(({ name, document }) => [name, canonical(document)]),
  });
  return {
    users: byName(users).map((user) => ({
      ...user,
      ...held(user),
      groups: [...user.groups].sort(),
      tags: Object.entries(user.tags).sort(),
    })),
    groups: byName(groups).map((group) => ({ ...group, ...held(group) })),
    policies: byName(policies).map(({ arn, document }) => [arn, canonical(document)]),
  };
}

function isIn(list: readonly { readonly name: string }[]): (one: { readonly name: string }) => boolean {
  const names = new Set(list.map(({ name }) => name));
  return ({ name }) => names.has(name);
}

function canonical(document: PolicyDocument | null): string {
  return document === null ? '' : canonicalDocument(document);
}

function gainedSince(then: AccessModel, now: AccessModel): readonly string[] {
  const was = accessAt(then);
  return [...accessAt(now)].flatMap(([user, operations]) => {
    const more = [...operations].filter((operation) => was.get(user)?.has(operation) !== true);
    return more.length === 0 ? [] : [`${user} gained ${more.join(', ')}`];
  });
}

function outcomeFor({ what }: ManualChange): Outcome {
  const outcome = outcomes.get(what);
  if (outcome === undefined) throw new Error(`nothing came of: ${what}`);
  return outcome;
}

describe.each(TABLE.map((row) => [row.what, row] as const))('%s', (_what, row) => {
  test('is found, and nothing else is', () => {
    expect(outcomeFor(row).full).toEqual(row.finds);
  });

  test(row.access ? 'is found without an engine, too' : 'is found without an engine, or changes no access', () => {
    const { fast, full } = outcomeFor(row);
    if (row.access) expect(fast).toEqual(full);
    else expect(full).toEqual(expect.arrayContaining([...fast]));
  });

  test(`is ${row.reconcile} by reconciling, which gives no one any access`, () => {
    const { reconciled, left, is, gained } = outcomeFor(row);
    expect(gained).toEqual([]);
    if (row.leaves !== undefined) {
      expect({ left, is }).toEqual({ left: row.leaves, is: 'something else' });
    } else if (row.reconcile === 'undone') {
      expect(left).toEqual([]);
      expect(reconciled).toMatch(/^reverted: /);
      expect(is).toBe('as before');
    } else {
      expect({ reconciled, is, left }).toEqual({ reconciled: 'nothing', is: 'as changed', left: row.finds });
    }
  });
});

test('the report says in plain words who made the change and how to undo it', () => {
  const text = TABLE.map((row) => {
    const { report, reconciled } = outcomeFor(row);
    return `## ${row.what}\n\n${report}\n\n  reconciling: ${reconciled === 'nothing' ? row.reconcile : reconciled}\n`;
  });
  expectGolden('drift/manual-changes.txt', withoutTimes(text.join('\n')));
});

/** The account's clock stands still; only ids that AWS would make are another each time. */
function withoutTimes(text: string): string {
  return text.replace(/AKIA\w{16}/g, 'AKIA…').replace(/ACCA\w+|APKA\w+/g, 'id…');
}

test('the table has forty kinds at least, each once', () => {
  expect(new Set(TABLE.map(({ what }) => what)).size).toBe(TABLE.length);
  expect(TABLE.length).toBeGreaterThanOrEqual(40);
});
