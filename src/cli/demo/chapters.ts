import { decide } from '../../access/decide.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { accessChangeLines } from '../../access/text/access-change.ts';
import { OPERATIONS } from '../../catalog/mturk.ts';
import { countResources, countWords } from '../../review/text/plan.ts';
import { iamName } from '../../team/names.ts';
import { readTeam } from '../../team/parse/read-team.ts';
import { activeMembers, type Team } from '../../team/team.ts';
import { isEmpty, type LabPlan, planLab } from '../session/lab-plan.ts';
import { applyBootstrap, type Lab } from '../session/open-lab.ts';
import { STORY_INDENT } from './demo-text.ts';
import { DEMO } from './demo-words.ts';
import { clickInTheConsole, giveBack, lookInAHurry, lookWholly, undoAdditions } from './drift-chapters.ts';
import { applyAndTell, fail, labFor, must, type Stage } from './stage.ts';
import { OLD_USER, STRANGER } from './tamper.ts';
import { type Attempt, tryEverything } from './try-keys.ts';
import { withStudent } from './with-student.ts';

/** Plays the whole story. Throws `ChapterFailed` at the first check that does not hold. */
export async function playChapters(stage: Stage): Promise<void> {
  const { story, team } = stage;
  story.chapter(DEMO.file, stage.file);
  story.check(
    DEMO.fileHolds(team.roles.length, team.members.length),
    readTeam(stage.source, { file: stage.file, today: stage.today }).findings.every(
      ({ severity }) => severity !== 'error',
    ),
  );
  await planFirst(stage);
  const joined = await studentJoins(stage);
  const clicks = await clickInTheConsole(stage, joined);
  await lookInAHurry(stage, joined, clicks);
  const look = await lookWholly(stage, joined, clicks);
  await undoAdditions(stage, joined, clicks, look);
  await giveBack(stage, joined, clicks);
  await everybodyTries(stage, joined);
}

async function planFirst(stage: Stage): Promise<void> {
  const { story } = stage;
  const lab = labFor(stage, stage.team);
  story.chapter(DEMO.plan);
  await must(
    stage,
    applyBootstrap(lab).then((failure) => (failure === null ? { ok: true, value: null } : { ok: false, failure })),
  );
  const planned = await must(stage, planLab(lab));
  tellPlan(stage, lab, planned);
  const joins = planned.change.people.filter(({ kind }) => kind === 'joins').length;
  story.check(DEMO.planHolds, joins === activeMembers(stage.team, stage.today).length && planned.blocks.length === 0);

  story.chapter(DEMO.apply);
  await applyAndTell(stage, lab, planned);
  story.check(DEMO.applyHolds, isEmpty(await must(stage, planLab(lab))));
}

async function studentJoins(stage: Stage): Promise<Team> {
  const { story, cast, source } = stage;
  const text = withStudent(source, cast, `${Number(stage.today.slice(0, 4)) + 1}-05-31`, stage.team.owners[0] ?? null);
  const lines = text.split('\n').length - source.split('\n').length;
  story.chapter(DEMO.joins(cast.student.name), DEMO.linesMore(stage.file, lines));
  const { team } = readTeam(text, { file: stage.file, today: stage.today });
  if (team === null) return fail(stage, DEMO.stillValid);
  const lab = labFor(stage, team);
  const planned = await must(stage, planLab(lab));
  tellPlan(stage, lab, planned);
  story.check(
    DEMO.joinsHolds,
    planned.change.people.length === 1 && planned.change.people[0]?.user === iamName(team.lab, cast.student.key),
  );
  await applyAndTell(stage, lab, planned);
  story.check(DEMO.applyHolds, isEmpty(await must(stage, planLab(lab))));
  return team;
}

async function everybodyTries(stage: Stage, team: Team): Promise<void> {
  const { story, iam, emulator, today } = stage;
  const model = desiredAccess(team, today);
  const at = labFor(stage, team).at;
  story.chapter(DEMO.keys);
  const results: { name: string; attempt: Attempt; wrong: readonly string[] }[] = [];
  for (const member of activeMembers(team, today)) {
    const user = iamName(team.lab, member.key);
    const attempt = await tryEverything(iam, emulator.endpoint, user);
    const wrong = OPERATIONS.filter(
      (operation) =>
        (attempt.get(operation) === 'allowed') !== (decide(model, user, operation, { at }).outcome === 'allowed'),
    );
    results.push({ name: member.name, attempt, wrong });
  }
  for (const { name, attempt, wrong } of results) {
    const allowed = OPERATIONS.filter((operation) => attempt.get(operation) === 'allowed').length;
    story.check(DEMO.keysHold(name, allowed, OPERATIONS.length), wrong.length === 0, DEMO.keysDiffer(wrong));
  }
  const stranger = await tryEverything(iam, emulator.endpoint, STRANGER);
  story.check(
    DEMO.strangerHolds(STRANGER),
    OPERATIONS.every((operation) => stranger.get(operation) === 'denied'),
  );
  const old = await tryEverything(iam, emulator.endpoint, OLD_USER);
  story.check(
    DEMO.outsiderHolds(OLD_USER),
    OPERATIONS.every((operation) => old.get(operation) === 'allowed'),
  );
}

function tellPlan({ story }: Stage, lab: Lab, planned: LabPlan): void {
  story.tell('plan', [
    ...accessChangeLines(planned.change, lab.naming, story.width - STORY_INDENT + 2).map((line) => line.slice(2)),
    DEMO.inIam(countWords(countResources(planned.saved.plan))),
  ]);
}
