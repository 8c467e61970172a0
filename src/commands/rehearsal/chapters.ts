import type { IAMClient } from '@aws-sdk/client-iam';
import { decide } from '../../access/decide.ts';
import { declare } from '../../access/declare.ts';
import { OPERATIONS } from '../../mturk/operations.ts';
import { accessChangeLines } from '../../render/access-change.ts';
import { differenceWords } from '../../render/drift-difference.ts';
import { failureText } from '../../render/failure-text.ts';
import { countResources, countWords } from '../../render/plan-text.ts';
import { progressBar, progressView } from '../../render/progress.ts';
import { STORY_INDENT, secondsWords } from '../../render/rehearsal-text.ts';
import { REHEARSAL } from '../../render/rehearsal-words.ts';
import { tamperingLines } from '../../render/tampering-lines.ts';
import { differenceKey, subjectKey } from '../../review/difference.ts';
import { effectsOf } from '../../review/drift-effect.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { iamName } from '../../team/names.ts';
import { readTeam } from '../../team/read-team.ts';
import { activeMembers, type Team } from '../../team/team.ts';
import type { Engine } from '../../terraform/engine.ts';
import type { Terminal } from '../io.ts';
import { applyLab } from '../lab-apply.ts';
import { isEmpty, type LabPlan, planLab } from '../lab-plan.ts';
import { lastAppliedRecord, noteApply } from '../last-applied.ts';
import { applyBootstrap, type Lab, labInSandbox } from '../open-lab.ts';
import type { Cast } from './cast.ts';
import { ChapterFailed, type Story } from './story.ts';
import { clicksOn, STRANGER } from './tamper.ts';
import { type Attempt, tryEverything } from './try-keys.ts';
import { withStudent } from './with-student.ts';

export interface Stage {
  readonly story: Story;
  readonly file: string;
  readonly source: string;
  readonly team: Team;
  readonly today: string;
  readonly cast: Cast;
  readonly engine: Engine;
  readonly sandbox: Sandbox;
  readonly iam: IAMClient;
  readonly directory: string;
  readonly terminal: Terminal;
}

/** Plays the whole story. Throws `ChapterFailed` at the first check that does not hold. */
export async function playChapters(stage: Stage): Promise<void> {
  const { story, team } = stage;
  story.chapter(REHEARSAL.file, stage.file);
  story.check(
    REHEARSAL.fileHolds(team.roles.length, team.members.length),
    readTeam(stage.source, { file: stage.file, today: stage.today }).findings.every(
      ({ severity }) => severity !== 'error',
    ),
  );
  await planFirst(stage);
  const joined = await studentJoins(stage);
  await clickInTheConsole(stage, joined);
  await putRight(stage, joined);
  await everybodyTries(stage, joined);
}

async function planFirst(stage: Stage): Promise<void> {
  const { story } = stage;
  const lab = labFor(stage, stage.team);
  story.chapter(REHEARSAL.plan);
  await must(
    stage,
    applyBootstrap(lab).then((failure) => (failure === null ? { ok: true, value: null } : { ok: false, failure })),
  );
  const planned = await must(stage, planLab(lab));
  tellPlan(stage, lab, planned);
  const joins = planned.change.people.filter(({ kind }) => kind === 'joins').length;
  story.check(
    REHEARSAL.planHolds,
    joins === activeMembers(stage.team, stage.today).length && planned.rails.length === 0,
  );

  story.chapter(REHEARSAL.apply);
  await applyAndTell(stage, lab, planned);
  story.check(REHEARSAL.applyHolds, isEmpty(await must(stage, planLab(lab))));
}

async function studentJoins(stage: Stage): Promise<Team> {
  const { story, cast, source } = stage;
  const text = withStudent(source, cast, `${Number(stage.today.slice(0, 4)) + 1}-05-31`, stage.team.owners[0] ?? null);
  const lines = text.split('\n').length - source.split('\n').length;
  story.chapter(REHEARSAL.joins(cast.student.name), REHEARSAL.linesMore(stage.file, lines));
  const { team } = readTeam(text, { file: stage.file, today: stage.today });
  if (team === null) return fail(stage, REHEARSAL.stillValid);
  const lab = labFor(stage, team);
  const planned = await must(stage, planLab(lab));
  tellPlan(stage, lab, planned);
  story.check(
    REHEARSAL.joinsHolds,
    planned.change.people.length === 1 && planned.change.people[0]?.user === iamName(team.lab, cast.student.key),
  );
  await applyAndTell(stage, lab, planned);
  story.check(REHEARSAL.applyHolds, isEmpty(await must(stage, planLab(lab))));
  return team;
}

async function clickInTheConsole(stage: Stage, team: Team): Promise<void> {
  const { story, cast, iam } = stage;
  const lab = labFor(stage, team);
  const clicks = clicksOn(team, cast);
  story.chapter(REHEARSAL.clicks, REHEARSAL.clickCount(clicks.length));
  for (const click of clicks) await click.carryOut(iam);
  story.tell(
    'console',
    clicks.map(({ done }) => REHEARSAL.clicked(differenceWords(done, lab.naming))),
  );

  story.chapter(REHEARSAL.drift);
  const { report } = await must(stage, planLab(lab));
  story.tell(
    'drift',
    tamperingLines(effectsOf(report, lab.at), lab.naming, story.width - STORY_INDENT).map((line) => line.slice(2)),
  );
  const found = new Set(
    report.tampered.flatMap(({ difference }) => [differenceKey(difference), subjectKey(difference)]),
  );
  const missed = clicks.filter(({ done }) => !found.has(differenceKey(done)) && !found.has(subjectKey(done)));
  story.check(
    REHEARSAL.driftHolds(report.tampered.length, clicks.length),
    missed.length === 0 && report.tampered.length === clicks.length && report.class === 'drift',
    missed.map(({ done }) => REHEARSAL.missed(differenceWords(done, lab.naming))).join('\n'),
  );
}

async function putRight(stage: Stage, team: Team): Promise<void> {
  const { story } = stage;
  const lab = labFor(stage, team);
  story.chapter(REHEARSAL.putRight);
  const planned = await must(stage, planLab(lab));
  await applyAndTell(stage, lab, planned);
  const after = await must(stage, planLab(lab));
  story.check(REHEARSAL.putRightHolds, isEmpty(after) && after.report.class === 'clean');
}

async function everybodyTries(stage: Stage, team: Team): Promise<void> {
  const { story, iam, sandbox, today } = stage;
  const model = declare(team, today);
  const at = labFor(stage, team).at;
  story.chapter(REHEARSAL.keys);
  const results: { name: string; attempt: Attempt; wrong: readonly string[] }[] = [];
  for (const member of activeMembers(team, today)) {
    const user = iamName(team.lab, member.key);
    const attempt = await tryEverything(iam, sandbox.endpoint, user);
    const wrong = OPERATIONS.filter(
      (operation) =>
        (attempt.get(operation) === 'allowed') !== (decide(model, user, operation, { at }).outcome === 'allowed'),
    );
    results.push({ name: member.name, attempt, wrong });
  }
  for (const { name, attempt, wrong } of results) {
    const allowed = OPERATIONS.filter((operation) => attempt.get(operation) === 'allowed').length;
    story.check(REHEARSAL.keysHold(name, allowed, OPERATIONS.length), wrong.length === 0, REHEARSAL.keysDiffer(wrong));
  }
  const stranger = await tryEverything(iam, sandbox.endpoint, STRANGER);
  story.check(
    REHEARSAL.strangerHolds(STRANGER),
    OPERATIONS.every((operation) => stranger.get(operation) === 'denied'),
  );
}

function labFor({ engine, sandbox, directory, today }: Stage, team: Team): Lab {
  return labInSandbox(team, { today, stack: 'team', parallelism: null, directory }, engine, sandbox);
}

function tellPlan({ story }: Stage, lab: Lab, planned: LabPlan): void {
  story.tell('plan', [
    ...accessChangeLines(planned.change, lab.naming, story.width - STORY_INDENT + 2).map((line) => line.slice(2)),
    REHEARSAL.inIam(countWords(countResources(planned.saved.plan))),
  ]);
}

async function applyAndTell(stage: Stage, lab: Lab, planned: LabPlan): Promise<void> {
  const { story, terminal } = stage;
  const progress = progressView({ write: terminal.stderr, isTerminal: true });
  const started = Date.now();
  const applied = await must(
    stage,
    applyLab(lab, planned, { onEvent: (event) => (terminal.isTerminal ? progress.show(event) : undefined) }),
  );
  await noteApply(lastAppliedRecord(lab.records), lab, { state: 'applied' });
  if (terminal.isTerminal) terminal.stderr('\r\u001b[2K');
  story.tell('apply', [`${progressBar(applied.done, applied.total)}   ${secondsWords(Date.now() - started)}`]);
}

async function must<T>(
  { story }: Stage,
  result: Promise<
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly failure: Parameters<typeof failureText>[0] }
  >,
): Promise<T> {
  const outcome = await result;
  if (outcome.ok) return outcome.value;
  story.check(REHEARSAL.engineHolds, false, failureText(outcome.failure));
  throw new ChapterFailed(outcome.failure.code);
}

function fail({ story }: Stage, text: string): never {
  story.check(text, false);
  throw new ChapterFailed(text);
}
