import type { AccessModel } from '../../../src/access/model.ts';
import { reconcile } from '../../../src/app/apply/reconcile.ts';
import { fullScan, quickScan } from '../../../src/app/drift/run-scan.ts';
import { noChanges } from '../../../src/app/plan/plan.ts';
import type { LabSession } from '../../../src/app/session/lab-session.ts';
import { appliedFacts, appliedIn, readRecord } from '../../../src/app/session/records.ts';
import { readIamEvents, WRITES } from '../../../src/aws/cloudtrail.ts';
import { readAuthorizationDetails } from '../../../src/aws/inventory/authorization-details.ts';
import { takeInventory } from '../../../src/aws/inventory/inventory.ts';
import { attribute, manualChanges } from '../../../src/drift/events/events.ts';
import type { ScanResult } from '../../../src/drift/finding.ts';
import { driftLines } from '../../../src/drift/report/terminal.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import { canonicalDocument } from '../../../src/iam/canonical.ts';
import type { PolicyDocument } from '../../../src/iam/document.ts';
import { ruleFor } from '../../../src/review/rule/rule.ts';
import type { Withheld } from '../../../src/review/rule/ruled.ts';
import type { Team } from '../../../src/team/team.ts';
import { type LabInTest, type LabMemory, orThrow, planned, withLab } from '../lab-in-test.ts';
import { afterApply } from '../model-apply.ts';
import { sampleTeam } from '../sample-team.ts';
import { SILENT } from '../silent-terminal.ts';
import { accessAt, accessIn } from '../transient-access.ts';
import type { ManualChange } from './manual-change.ts';

/** The team of the table of manual changes. */
export const RECONCILED_TEAM: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, reconcile: 'additions' },
};

const DAY_MS = 86_400_000;

/** How one manual change is found, and what one reconcile makes of it. */
export interface Outcome {
  readonly full: readonly string[];
  readonly quick: readonly string[];
  readonly report: string;
  /** What is withheld or kept: `fay operations`. */
  readonly withheld: readonly string[];
  /** The ids of what is still found after reconcile. */
  readonly left: readonly string[];
  /** Whether what the account had is as before the manual change. */
  readonly isAsBefore: boolean;
  /** Which users may do more after reconcile than after the manual change. */
  readonly gained: readonly string[];
  /** Which users may do more after reconcile than before the manual change. */
  readonly added: readonly string[];
}

interface Changed {
  /** A session of the day after the manual change. */
  session(): LabSession;
  readonly before: AccessModel;
}

/** Makes the manual change in a copy of an account to which the team was applied. */
function afterChange<T>(
  { done }: ManualChange,
  start: LabMemory,
  work: (test: LabInTest, changed: Changed) => Promise<T>,
): Promise<T> {
  return withLab(start, async (test) => {
    let now = Date.parse('2026-11-25T12:00:00Z');
    const setClock = () => test.setClock(new Date(now).toISOString());
    setClock();
    const session = () => test.lab(RECONCILED_TEAM, { today: new Date(now).toISOString().slice(0, 10) });
    const first = session();
    // The account's memory changes with the account.
    const before = structuredClone(accessIn(test.memory.account));
    await done({
      iam: first.iam,
      endpoint: test.emulator.endpoint,
      wait(days) {
        now += days * DAY_MS;
        setClock();
      },
    });
    return work(test, { session, before });
  });
}

/** Without Terraform: everything is decided on the inventory, and what an apply would leave is a model. */
export function decidedOutcome(row: ManualChange, start: LabMemory): Promise<Outcome> {
  return afterChange(row, start, async (_test, { session, before }) => {
    const lab = session();
    const { team, today, at } = lab;
    const record = orThrow(await readRecord(lab.records));
    const inventory = await takeInventory(lab.iam, { account: team.account, managed: isManaged, scope: 'all' });
    const { access } = inventory;
    const applied = appliedIn(record);
    const scanWith = (model: AccessModel, ids = applied?.ids) =>
      scanOf({
        ...{ team, today, at, plan: null, applied: applied && { ...applied, ids: ids ?? applied.ids } },
        inventory: { ...inventory, access: model },
      });
    const found = scanWith(access);
    const since = new Date('2026-11-20T00:00:00Z');
    const { events } = await readIamEvents(lab.cloudTrail(), WRITES, since, async () => {});
    // The report of a scan with a plan, which contributes nothing to these findings.
    const findings = attribute(found.findings, manualChanges(events, team), applied?.at ?? null);
    const scan = { ...found, eventsComplete: true, findings, planned: true };
    const account = await readAuthorizationDetails(lab.iam, team.account, 1000);
    const ruled = ruleFor({ team, today, account, applied: appliedFacts(record), restore: new Set() });
    const target = afterApply(access, ruled, team);
    return {
      full: idsOf(scan),
      quick: idsOf((await quickScan(lab, { cloudTrail: false }, SILENT)).scan),
      report: driftLines(scan, lab.naming, { isAttributed: true, reconcile: 'additions' }).join('\n'),
      ...endingOf(before, access, target, ruled.withheld),
      // An apply notes the groups by the names that they have then.
      left: idsOf(scanWith(target, applied === null ? undefined : { ...applied.ids, group: inventory.ids.group })),
    };
  });
}

/** With Terraform: found by a full check, and reverted by the apply of the applied team. */
export function appliedOutcome(row: ManualChange, start: LabMemory): Promise<Outcome> {
  return afterChange(row, start, async (test, { session, before }) => {
    const lab = session();
    const access = structuredClone(accessIn(test.memory.account));
    const quick = (await quickScan(lab, { cloudTrail: false }, SILENT)).scan;
    const completed = orThrow(await fullScan(lab, { cloudTrail: true }, SILENT));
    const { scan, attributed } = completed;
    const said = new Set((await planned(session())).change.people.map(({ user }) => user));
    orThrow(await reconcile(lab, completed, SILENT));
    const unsaid = changedSince(access, accessIn(test.memory.account)).filter((user) => !said.has(user));
    if (unsaid.length > 0) throw new Error(`the plan says nothing of ${unsaid.join(', ')}`);
    const scanned = row.access
      ? await quickScan(session(), { cloudTrail: false }, SILENT)
      : orThrow(await fullScan(session(), { cloudTrail: false }, SILENT));
    const left = idsOf(scanned.scan);
    const again = await planned(session());
    if (!noChanges(again)) throw new Error('a plan after reconcile is not empty');
    return {
      full: idsOf(scan),
      quick: idsOf(quick),
      // The decided outcome has no events of keys, which stay.
      report: driftLines({ ...scan, changedBack: [] }, lab.naming, {
        isAttributed: attributed,
        reconcile: 'additions',
      }).join('\n'),
      ...endingOf(before, access, accessIn(test.memory.account), again.ruled.withheld),
      left,
    };
  });
}

function endingOf(before: AccessModel, changed: AccessModel, after: AccessModel, withheld: readonly Withheld[]) {
  return {
    withheld: withheld.map(({ key, kind }) => `${key} ${kind}`),
    isAsBefore: isSame(inOrder(after, before), inOrder(before, before)),
    gained: gainedSince(changed, after),
    added: gainedSince(before, after),
  };
}

function isManaged({ name, path }: { readonly name: string; readonly path: string }): boolean {
  const { lab, members } = RECONCILED_TEAM;
  return path.startsWith(`/mturk/${lab}/`) || members.some(({ key }) => name === `${lab}-${key}`);
}

function idsOf({ findings }: ScanResult): readonly string[] {
  return findings.map(({ id }) => id);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What was in the account `before`, in an order that does not depend on the order of the calls. */
function inOrder(model: AccessModel, before: AccessModel): unknown {
  const [users, groups] = [model.users.filter(isIn(before.users)), model.groups.filter(isIn(before.groups))];
  const policies = model.policies.filter(isIn(before.policies));
  const byName = <T extends { readonly name: string }>(list: readonly T[]) =>
    [...list].sort((one, other) => (one.name < other.name ? -1 : 1));
  const policiesOf = (one: { attached: readonly string[]; inline: AccessModel['users'][number]['inline'] }) => ({
    attached: [...one.attached].sort(),
    inline: byName(one.inline).map(({ name, document }) => [name, canonical(document)]),
  });
  return {
    users: byName(users).map(({ name, path, boundary, ...user }) => ({
      ...{ name, path, boundary },
      ...policiesOf(user),
      groups: [...user.groups].sort(),
      tags: Object.entries(user.tags).sort(),
    })),
    groups: byName(groups).map(({ name, path, ...group }) => ({ name, path, ...policiesOf(group) })),
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

/** Whose access is another one. */
function changedSince(then: AccessModel, now: AccessModel): readonly string[] {
  const [was, is] = [accessAt(then), accessAt(now)];
  return [...new Set([...was.keys(), ...is.keys()])].filter(
    (user) => [...(was.get(user) ?? [])].sort().join() !== [...(is.get(user) ?? [])].sort().join(),
  );
}

function gainedSince(then: AccessModel, now: AccessModel): readonly string[] {
  const was = accessAt(then);
  return [...accessAt(now)].flatMap(([user, operations]) => {
    const more = [...operations].filter((operation) => was.get(user)?.has(operation) !== true);
    return more.length === 0 ? [] : [`${user} gained ${more.join(', ')}`];
  });
}
