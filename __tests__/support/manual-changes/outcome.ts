import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { readIamEvents, WRITES } from '../../../src/aws/cloudtrail.ts';
import { takeInventory } from '../../../src/aws/inventory/inventory.ts';
import { reconcile } from '../../../src/cli/drift/reconcile.ts';
import { fullScan, quickScan } from '../../../src/cli/drift/run-scan.ts';
import type { LabSession } from '../../../src/cli/session/lab-session.ts';
import { applyRecord, noteApply, readApplied } from '../../../src/cli/session/records.ts';
import { attribute, manualChanges } from '../../../src/drift/events/events.ts';
import { differenceOf, type ScanResult } from '../../../src/drift/finding.ts';
import { decideReconcile, NO_RECONCILE_RECORD, type ReconcileRequest } from '../../../src/drift/remediation/decide.ts';
import { revertedModel } from '../../../src/drift/remediation/revert-config.ts';
import { driftLines } from '../../../src/drift/report/terminal.ts';
import { inNamesOfAccount } from '../../../src/drift/rules/renamed.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import type { EmulatorMemory } from '../../../src/emulator/hosted-account.ts';
import { canonicalDocument } from '../../../src/iam/canonical.ts';
import type { PolicyDocument } from '../../../src/iam/document.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import type { Team } from '../../../src/team/team.ts';
import { type LabInTest, orThrow, withLab } from '../lab-in-test.ts';
import { comparableAccount } from '../lab-in-test-account.ts';
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
const REQUEST: ReconcileRequest = { reconcile: true, revert: [], ifFingerprint: null };

/** How one manual change is found, and what reconcile makes of it. */
export interface Outcome {
  readonly full: readonly string[];
  readonly quick: readonly string[];
  readonly report: string;
  /** `nothing`, or the ids of what is reverted. */
  readonly reconciled: string;
  /** The ids of what is still found after reconcile. */
  readonly left: readonly string[];
  /** The account after reconcile: as before the manual change, as after it, or otherwise. */
  readonly is: 'as before' | 'as changed' | 'something else';
  /** Which users may do more after reconcile than after the manual change. */
  readonly gained: readonly string[];
}

interface Changed {
  /** A session of the day after the manual change. */
  session(): LabSession;
  readonly before: AccessModel;
}

/** Makes the manual change in a copy of an account to which the team was applied. */
function afterChange<T>(
  { done }: ManualChange,
  start: EmulatorMemory,
  work: (test: LabInTest, changed: Changed) => Promise<T>,
): Promise<T> {
  return withLab(start, async (test) => {
    let now = Date.parse('2026-11-25T12:00:00Z');
    const setClock = () => test.setClock(new Date(now).toISOString());
    setClock();
    const session = () => test.lab(RECONCILED_TEAM, { today: new Date(now).toISOString().slice(0, 10) });
    const first = session();
    await noteApply(applyRecord(first.records), first, { state: 'applied' });
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

/** Without Terraform: everything is decided on the inventory, and what reconcile would revert is computed. */
export function decidedOutcome(row: ManualChange, start: EmulatorMemory): Promise<Outcome> {
  return afterChange(row, start, async (_test, { session, before }) => {
    const lab = session();
    const { team, today, at, now } = lab;
    const applied = appliedTeam(team, '2026-11-25');
    const noted = orThrow(await readApplied(lab.records));
    const inventory = await takeInventory(lab.iam, { account: team.account, managed: isManaged, scope: 'all', now });
    const { access } = inventory;
    const scanWith = (model: AccessModel) =>
      scanOf({
        ...{ team, today, at, plan: null, applied: noted },
        inventory: { ...inventory, access: model },
      });
    const found = scanWith(access);
    const since = new Date('2026-11-20T00:00:00Z');
    const { events } = await readIamEvents(lab.cloudTrail(), WRITES, since, async () => {});
    // The report of a scan with a plan, which contributes nothing to these findings.
    const scan = {
      ...found,
      eventsComplete: true,
      findings: attribute(found.findings, manualChanges(events, team)),
      planned: true,
    };
    const completed = { scan, complete: inventory.isAccessKnown, access };
    const decision = decideReconcile(completed, team, applied, REQUEST, NO_RECONCILE_RECORD);
    if (decision.kind === 'blocked') throw new Error(JSON.stringify(decision.block));
    const differences = inNamesOfAccount(
      decision.reverts.flatMap((finding) => differenceOf(finding) ?? []),
      scan.findings,
    );
    const target = revertedModel(access, desiredAccess(applied, applied.day), differences, decision.deletions);
    return {
      full: idsOf(scan),
      quick: idsOf((await quickScan(lab, { cloudTrail: false }, SILENT)).scan),
      report: driftLines(scan, lab.naming, { attributed: true, reconcile: 'additions' }).join('\n'),
      reconciled: revertedText(decision.reverts.map(({ id }) => id)),
      left: idsOf(scanWith(target)),
      is: decision.reverts.length === 0 ? 'as changed' : comparedWith(before, target),
      gained: gainedSince(access, target),
    };
  });
}

/** With Terraform: found by a full check, and reverted by an apply of a saved plan. */
export function appliedOutcome(row: ManualChange, start: EmulatorMemory): Promise<Outcome> {
  return afterChange(row, start, async (test, { session, before }) => {
    const lab = session();
    const changed = comparableAccount(test.memory.account, start.account);
    const access = structuredClone(accessIn(test.memory.account));
    const quick = (await quickScan(lab, { cloudTrail: false }, SILENT)).scan;
    const completed = orThrow(await fullScan(lab, { cloudTrail: true }, SILENT));
    const { scan, attributed } = completed;
    const done = await reconcile(lab, completed, REQUEST, { yes: true }, SILENT);
    const left = idsOf(orThrow(await fullScan(session(), { cloudTrail: false }, SILENT)).scan);
    const isUntouched = isSame(comparableAccount(test.memory.account, start.account), changed);
    const after = accessIn(test.memory.account);
    return {
      full: idsOf(scan),
      quick: idsOf(quick),
      report: driftLines(scan, lab.naming, { attributed, reconcile: 'additions' }).join('\n'),
      reconciled: done.outcome === 'reverted' ? revertedText(done.reverted) : done.outcome,
      left,
      is: isUntouched ? 'as changed' : comparedWith(before, after),
      gained: gainedSince(access, after),
    };
  });
}

function isManaged({ name, path }: { readonly name: string; readonly path: string }): boolean {
  const { lab, members } = RECONCILED_TEAM;
  return path.startsWith(`/mturk/${lab}/`) || members.some(({ key }) => name === `${lab}-${key}`);
}

function revertedText(ids: readonly string[]): string {
  return ids.length === 0 ? 'nothing' : `reverted: ${ids.join(', ')}`;
}

function idsOf({ findings }: ScanResult): readonly string[] {
  return findings.map(({ id }) => id);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function comparedWith(before: AccessModel, after: AccessModel): Outcome['is'] {
  return isSame(inOrder(after, before), inOrder(before, before)) ? 'as before' : 'something else';
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

function gainedSince(then: AccessModel, now: AccessModel): readonly string[] {
  const was = accessAt(then);
  return [...accessAt(now)].flatMap(([user, operations]) => {
    const more = [...operations].filter((operation) => was.get(user)?.has(operation) !== true);
    return more.length === 0 ? [] : [`${user} gained ${more.join(', ')}`];
  });
}
