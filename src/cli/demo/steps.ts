import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { AccessChange } from '../../access/diff.ts';
import { reconcile } from '../../app/apply/reconcile.ts';
import { fullScan, quickScan } from '../../app/drift/run-scan.ts';
import { writeScanReport } from '../../app/drift/write-report.ts';
import { writePage } from '../../app/page.ts';
import { noChanges, planStack, type StackPlan } from '../../app/plan/plan.ts';
import { applyBootstrap, type LabSession } from '../../app/session/lab-session.ts';
import { OPERATIONS } from '../../catalog/mturk.ts';
import type { DriftFinding } from '../../drift/finding.ts';
import { effectWords, findingTitle } from '../../drift/report/finding-view.ts';
import { reviewedPlan } from '../../review/changes/classify-plan.ts';
import { planLine } from '../../review/text/change-text.ts';
import { iamName } from '../../team/names.ts';
import { readTeam } from '../../team/parse/read-team.ts';
import { membersWithUser } from '../../team/team.ts';
import { WIDEST_NAME } from '../../text/columns.ts';
import { DAY_MS } from '../../text/dates.ts';
import { counted, plainText } from '../../text/text.ts';
import { deliverKey } from './access-key.ts';
import { allowedWith, createdKey } from './calls.ts';
import {
  applyPlan,
  type DemoContext,
  done,
  editFile,
  isGivenTo,
  labFor,
  quiet,
  StepFailed,
  secondsText,
} from './lab.ts';
import { accessAfter } from './print.ts';
import { type DemoChange, demoChanges, INTRUDER, isFindingOf, OLD_USER } from './scenario.ts';

export const STEPS = 11;

/** Runs the steps, and gives the lab as it is then. Throws `StepFailed` if one cannot be carried out; a failed check does not end the demo. */
export async function runSteps(context: DemoContext): Promise<DemoContext> {
  validate(context);
  await planAndApply(context);
  const later = await deliverKey(await addMember(context));
  const changes = await changeManually(later);
  await quickCheck(later, changes);
  await driftCheck(later, changes);
  await reconcileManualChanges(later, changes);
  await giveBack(later, changes);
  await verifyAccess(later);
  return later;
}

function validate({ output, file, source, team, today }: DemoContext): void {
  output.step(`Validate ${basename(file)}`);
  const errors = readTeam(source, { file, today }).findings.filter(({ severity }) => severity === 'error');
  const counts = `${counted(team.roles.length, 'role')}, ${counted(team.members.length, 'member')}`;
  const found = errors.length === 0 ? 'no errors' : counted(errors.length, 'error');
  output.check(`${counts}, ${found}`, errors.length === 0);
}

async function planAndApply(context: DemoContext): Promise<void> {
  const { output, team, today } = context;
  const session = labFor(context);
  output.step('Plan: who gains access');
  const applied = await applyBootstrap(session);
  if (!applied.ok) throw new StepFailed('the permissions boundary was not applied', applied.failure);
  const planned = await done(planStack(session));
  const active = membersWithUser(team, today).length;
  const added = planned.change.people.filter(({ kind }) => kind === 'joins').length;
  printAccess(context, session, planned);
  const adds = `adds ${added === active ? 'all' : `${added} of`} ${counted(active, 'member')}`;
  const passed = added === active && planned.blocks.length === 0;
  const blocks = planned.blocks.map(({ code }) => code).join(', ');
  const blocked = blocks === '' ? 'not blocked' : `blocked: ${blocks}`;
  output.check(`${planText(planned)}; ${adds}; ${blocked}`, passed, { checks: 2 });
  output.step('Apply: users, groups and policies in IAM');
  await apply(context, session, planned);
}

async function addMember(context: DemoContext): Promise<DemoContext> {
  const { output, today, scenario, team: before } = context;
  const { newMember, starter } = scenario;
  output.step(`Add a member: ${newMember.name} joins with role ${starter.key}`);
  const until = `${Number(today.slice(0, 4)) + 1}-05-31`;
  const [sponsor] = before.owners;
  const entry = { member: newMember.key, name: newMember.name, roles: [starter.key], until, sponsor };
  const after = editFile(context, { verb: 'member add', ...entry });
  const session = labFor(after);
  const planned = await done(planStack(session));
  printAccess(context, session, planned);
  const users = planned.change.people.map(({ user }) => user);
  const alone = users.length === 1 && users[0] === iamName(before.lab, newMember.key);
  output.check(`${planText(planned)}; no change for the other ${counted(before.members.length, 'member')}`, alone);
  await apply(context, session, planned);
  return after;
}

async function apply(context: DemoContext, session: LabSession, planned: StackPlan): Promise<void> {
  const started = Date.now();
  const steps = await applyPlan(context, session, planned);
  const seconds = secondsText(Date.now() - started);
  context.output.check(`Applied ${counted(steps, 'step')} in ${seconds}; a second plan is empty`, steps > 0);
}

async function changeManually({ output, iam, scenario, team }: DemoContext): Promise<readonly DemoChange[]> {
  const changes = demoChanges(team, scenario);
  output.step(`Change the account outside Terraform: ${counted(changes.length, 'manual change')}`);
  for (const change of changes) {
    await change.carryOut(iam);
    output.line('!', change.title, 2);
  }
  return changes;
}

async function quickCheck(context: DemoContext, changes: readonly DemoChange[]): Promise<void> {
  const { output, emulator } = context;
  output.step('Quick drift check: without Terraform');
  const before = emulator.calls.length;
  const { scan } = await quickScan(labFor(context), { cloudTrail: false }, quiet(context));
  const calls = emulator.calls.length - before;
  const ofAccess = changes.filter(({ changesAccess }) => changesAccess);
  const missing = notDetected(scan.findings, ofAccess);
  const rest = ofAccess.length === changes.length ? '' : '; the full check finds the others';
  const text = `${ofAccess.length - missing.length} of the ${ofAccess.length} that change access detected with ${counted(calls, 'IAM call')}${rest}`;
  output.check(text, missing.length === 0, { detail: titles(missing) });
}

async function driftCheck(context: DemoContext, changes: readonly DemoChange[]): Promise<void> {
  const { output } = context;
  const session = labFor(context);
  output.step('Drift check');
  const { findings } = (await done(fullScan(session, { cloudTrail: true }, quiet(context)))).scan;
  findings.forEach((finding, index) => {
    const title = plainText(findingTitle(finding, session.naming));
    output.line(`${index + 1} ${plainText(effectWords(finding))}`, title, 16);
  });
  const missing = notDetected(findings, changes);
  const extra = findings.filter(({ id }) => !changes.some((change) => isFindingOf(id, change)));
  const others = extra.length === 0 ? 'nothing' : extra.map(({ id }) => id).join(', ');
  output.check(
    `${changes.length - missing.length} of ${changes.length} detected, ${others} else reported`,
    missing.length + extra.length === 0,
    { detail: titles(missing), checks: 2 },
  );
}

async function reconcileManualChanges(context: DemoContext, changes: readonly DemoChange[]): Promise<void> {
  const { output } = context;
  output.step('Reconcile: reverts added access, announces what was taken');
  const { announcements, left } = await reconcileOnce(context, labFor(context));
  const reverted = changes.filter(({ remediation }) => remediation === 'auto');
  const manual = changes.filter(({ remediation }) => remediation === 'manual');
  const isReverted = notDetected(left, reverted).length === reverted.length && notDetected(left, manual).length === 0;
  const detail = `left: ${left.map(({ id }) => id).join(', ')}`;
  output.check(`${reverted.length} of ${counted(changes.length, 'manual change')} reverted`, isReverted, {
    detail,
    checks: 2,
  });
  const withheld = left.filter(({ rule }) => rule === 'access-withheld').length;
  const people = counted(announcements.length, 'member');
  output.check(`access that was taken is withheld from ${people}, and announced`, withheld === announcements.length, {
    detail,
  });
}

/** Noon is at least 20 hours after any time of two days before. */
const DAYS_LATER = 2;

async function giveBack(context: DemoContext, changes: readonly DemoChange[]): Promise<void> {
  const { output, today } = context;
  const day = new Date(Date.parse(today) + DAYS_LATER * DAY_MS).toISOString().slice(0, 10);
  output.step(`Reconcile ${DAYS_LATER} days later (--today ${day}): gives back what was announced`);
  const session = labFor({ ...context, today: day });
  const { done: given, announcements, left } = await reconcileOnce(context, session);
  const again = noChanges(await done(planStack(session)));
  const isTaken = changes.some(({ remediation }) => remediation === 'announced');
  output.check(
    `given back to ${counted(given.length, 'member')}; a plan finds nothing left to change`,
    given.length > 0 === isTaken && announcements.length === 0 && again,
  );
  const manual = changes.filter(({ remediation }) => remediation === 'manual');
  output.check(
    `still reported, for a person to decide: ${left.map(({ id }) => id).join(', ')}`,
    left.length === manual.length && notDetected(left, manual).length === 0,
  );
}

async function verifyAccess(context: DemoContext): Promise<void> {
  const { output, today, emulator, team } = context;
  const allowedTo = async (user: string) =>
    allowedWith(await createdKey(context.iam, user), emulator.endpoint, OPERATIONS);
  output.step(`Verify: call all ${OPERATIONS.length} Mechanical Turk operations with each user's key`);
  const members = membersWithUser(team, today);
  const counts: string[] = [];
  const different: string[] = [];
  for (const member of members) {
    const allowed = await allowedTo(iamName(team.lab, member.key));
    const isGiven = isGivenTo(context, member);
    counts.push(`${member.name} ${allowed.size === 0 ? 'none' : allowed.size}`);
    const wrong = OPERATIONS.filter((operation) => allowed.has(operation) !== isGiven(operation));
    if (wrong.length > 0) different.push(`${member.name}: ${wrong.join(', ')}`);
  }
  const shown = `operations that worked, as explain predicts: ${counts.join(', ')} (${counted(members.length, 'check')})`;
  output.check(shown, different.length === 0, { detail: different.join('; '), checks: members.length });
  const intruder = await allowedTo(INTRUDER);
  output.check(
    `${INTRUDER}, whose access was reverted: ${intruder.size === 0 ? 'none' : intruder.size}`,
    intruder.size === 0,
  );
  const old = await allowedTo(OLD_USER);
  output.check(`${OLD_USER}, which only a person may remove: still ${old.size}`, old.size === OPERATIONS.length);
}

async function reconcileOnce(context: DemoContext, session: LabSession) {
  const terminal = quiet(context);
  const completed = await done(fullScan(session, { cloudTrail: true }, terminal));
  const reconciled = await done(reconcile(session, completed, terminal));
  const { scan } = await done(fullScan(session, { cloudTrail: false }, terminal));
  return { ...reconciled, left: scan.findings };
}

function printAccess({ output }: DemoContext, { naming }: LabSession, { change }: StackPlan): void {
  const nameOf = ({ user }: AccessChange) => naming.people.get(user)?.name ?? user;
  const column = Math.min(WIDEST_NAME, Math.max(...change.people.map((person) => nameOf(person).length))) + 4;
  for (const person of change.people) output.line(`+ ${nameOf(person)}`, accessAfter(person), column);
}

function planText({ saved }: StackPlan): string {
  return plainText(planLine(reviewedPlan(saved.plan)));
}

function notDetected(findings: readonly DriftFinding[], changes: readonly DemoChange[]): readonly DemoChange[] {
  return changes.filter((change) => !findings.some(({ id }) => isFindingOf(id, change)));
}

function titles(changes: readonly DemoChange[]): string {
  return changes.map(({ title }) => title).join('; ');
}

/**
 * Writes the access page of the lab as the demo leaves it, with what a last drift check finds, into a folder or a new
 * temporary one. Gives its path.
 */
export async function writeDemoPage(context: DemoContext, folder: string | null): Promise<string> {
  const { directory, source, today } = context;
  const [file, report] = [join(directory, 'team.yaml'), join(directory, 'report.json')];
  await writeFile(file, source);
  const session = labFor(context);
  const completed = await done(fullScan(session, { cloudTrail: false }, quiet(context)));
  await writeScanReport({ file, today, emulator: directory, report }, completed, session);
  const out = folder ?? (await mkdtemp(join(tmpdir(), 'mturk-team-page-')));
  const { path } = await done(writePage({ file, out, today, report, isPublic: false }));
  return path;
}
