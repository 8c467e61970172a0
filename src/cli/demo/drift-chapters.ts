import type { DriftFinding, ScanResult } from '../../drift/finding.ts';
import type { ReconcileRequest } from '../../drift/remediation/reconcile.ts';
import { refusalWords } from '../../drift/text/reconcile-text.ts';
import { driftSummaryLines } from '../../drift/text/summary.ts';
import type { Team } from '../../team/team.ts';
import { lookFast, lookWhole } from '../drift/look.ts';
import { reconcile } from '../drift/reconcile.ts';
import { isEmpty, planLab } from '../session/lab-plan.ts';
import type { Lab } from '../session/open-lab.ts';
import { STORY_INDENT } from './demo-text.ts';
import { DEMO } from './demo-words.ts';
import { fail, labFor, must, type Stage } from './stage.ts';
import { type Click, clicksOn } from './tamper.ts';

export async function clickInTheConsole(stage: Stage, team: Team): Promise<readonly Click[]> {
  const { story, cast, iam } = stage;
  const { naming } = labFor(stage, team);
  const clicks = clicksOn(team, cast);
  story.chapter(DEMO.clicks, DEMO.clickCount(clicks.length));
  for (const click of clicks) await click.carryOut(iam);
  story.tell(
    'console',
    clicks.map(({ words }) => DEMO.clicked(words(naming))),
  );
  return clicks;
}

export async function lookInAHurry(stage: Stage, team: Team, clicks: readonly Click[]): Promise<void> {
  const { story, emulator } = stage;
  story.chapter(DEMO.fast);
  const before = emulator.calls.length;
  const { look } = await must(stage, lookFast(labFor(stage, team), { trail: false }, quietly(stage)));
  const calls = emulator.calls.length - before;
  const ofAccess = clicks.filter(({ changesAccess }) => changesAccess);
  const missed = missedIn(look.findings, ofAccess);
  story.check(DEMO.fastHolds(ofAccess.length, calls), missed.length === 0, missedText(missed, labFor(stage, team)));
}

export async function lookWholly(stage: Stage, team: Team, clicks: readonly Click[]): Promise<ScanResult> {
  const { story } = stage;
  const lab = labFor(stage, team);
  story.chapter(DEMO.drift);
  const { look } = await must(stage, lookWhole(lab, { trail: true }, quietly(stage)));
  story.tell('drift', driftSummaryLines(look, lab.naming, story.width - STORY_INDENT));
  const missed = missedIn(look.findings, clicks);
  story.check(
    DEMO.driftHolds(look.findings.length, clicks.length),
    missed.length === 0 && look.findings.length === clicks.length && look.class === 'drift',
    missedText(missed, lab),
  );
  return look;
}

/** Takes away what was added, and leaves what was taken away. */
export async function undoAdditions(
  stage: Stage,
  team: Team,
  clicks: readonly Click[],
  look: ScanResult,
): Promise<void> {
  const { story } = stage;
  const lab = labFor(stage, willing(team));
  story.chapter(DEMO.undo);
  const undone = await putRight(stage, lab, look, { undo: true, restore: [], expect: look.fingerprint });
  story.tell(
    'undone',
    undone.map(({ id }) => id),
  );
  const after = await must(stage, lookWhole(lab, { trail: false }, quietly(stage)));
  const additions = clicks.filter(({ fate }) => fate === 'auto');
  const others = clicks.filter(({ fate }) => fate !== 'auto');
  const left = after.look.findings;
  story.check(
    DEMO.undoHolds(additions.length),
    undone.length === additions.length && left.length === others.length && missedIn(left, others).length === 0,
  );
}

/** Somebody says that what was taken away is to come back. */
export async function giveBack(stage: Stage, team: Team, clicks: readonly Click[]): Promise<void> {
  const { story } = stage;
  const lab = labFor(stage, willing(team));
  const taken = clicks.filter(({ fate }) => fate === 'on-request');
  if (taken.length > 0) {
    const keys = [...new Set(taken.flatMap(({ restoredBy }) => restoredBy ?? []))];
    story.chapter(DEMO.restore(keys));
    const { look } = await must(stage, lookWhole(lab, { trail: false }, quietly(stage)));
    const back = await putRight(stage, lab, look, { undo: false, restore: keys, expect: null });
    story.check(DEMO.restoreHolds, back.length === taken.length && isEmpty(await must(stage, planLab(lab))));
  }
  const { look } = await must(stage, lookWhole(lab, { trail: false }, quietly(stage)));
  const forPeople = clicks.filter(({ fate }) => fate === 'manual');
  story.check(
    DEMO.leftHolds(look.findings.map(({ id }) => id)),
    look.class === 'unmanaged' && look.findings.length === forPeople.length,
  );
}

async function putRight(
  stage: Stage,
  lab: Lab,
  look: ScanResult,
  request: ReconcileRequest,
): Promise<readonly DriftFinding[]> {
  const done = await reconcile(lab, look, request, { yes: true }, quietly(stage));
  if (done.outcome === 'done') return done.undone;
  const why = done.outcome === 'refused' && done.refusal !== null ? refusalWords(done.refusal, lab.naming) : '';
  return fail(stage, why === '' ? DEMO.engineHolds : why);
}

/** A lab that lets the tool put right so much: the demo is not what its quota is for. */
function willing(team: Team): Team {
  return { ...team, settings: { ...team.settings, reconcile: { mode: 'additions', perDay: 50 } } };
}

function quietly({ terminal }: Stage): Stage['terminal'] {
  return { ...terminal, isTerminal: false, stdout: () => {}, stderr: () => {} };
}

function missedIn(findings: readonly DriftFinding[], clicks: readonly Click[]): readonly Click[] {
  return clicks.filter((click) => !findings.some((finding) => click.isFoundBy(finding)));
}

function missedText(missed: readonly Click[], { naming }: Lab): string {
  return missed.map(({ words }) => DEMO.missed(words(naming))).join('\n');
}
