import { writeFile } from 'node:fs/promises';
import { type NotAdopted, notAdopted } from '../access/adoptable.ts';
import { originIn, toolsOf } from '../app/plan/manifest-file.ts';
import { appliedIn, isUsed, reviewOfStack, type StackPlan } from '../app/plan/plan.ts';
import type { LabSession } from '../app/session/lab-session.ts';
import { readBaseTeam, readTeam } from '../app/session/read-team.ts';
import type { Terminal } from '../app/terminal.ts';
import { fail, type Result, succeed } from '../diagnostics/failure.ts';
import { adoptingIn, adoptingText, notAdoptedText } from '../drift/rules/nothing-applied.ts';
import { targetBlocks } from '../guardrails/guardrails.ts';
import { reviewOf } from '../review/changes/review.ts';
import { renderComment } from '../review/comment/comment.ts';
import { manifestOf, writeManifest } from '../review/manifest/manifest.ts';
import type { Manifest, QuickCheck, Review } from '../review/manifest/schema.ts';
import { blockLines } from '../review/text/block-text.ts';
import { planJson, previewJson } from '../review/text/json.ts';
import { terminalReview } from '../review/text/terminal.ts';
import type { Team } from '../team/team.ts';
import { labHeading } from '../terraform/run/engine.ts';
import { alert } from '../text/document.ts';
import { printTerminal } from '../text/terminal.ts';
import { codeText, sentences, type Text, t } from '../text/text.ts';
import { printBlocks, printJson } from './io.ts';

/** The team that was applied last, and whether the file may be planned after it. Null without `base`. */
export async function checkedBase(
  { file, base, today }: { readonly file: string; readonly base: string | null; readonly today: string },
  terminal: Terminal,
): Promise<Result<Team | null>> {
  if (base === null) return succeed(null);
  const before = await readBaseTeam(base, today, terminal);
  const team = before.ok ? await readTeam(file, today) : before;
  if (!before.ok || !team.ok) return before.ok ? team : before;
  // Before Terraform starts: another state could name providers to download.
  const blocks = targetBlocks(before.value, team.value, today);
  if (blocks.length === 0) return before;
  terminal.stderr(`${blockLines(blocks, terminal).join('\n')}\n\n`);
  return fail('guardrail-blocked', { codes: blocks.map(({ code }) => code), blocks });
}

/** Writes the manifest of a plan; a blocked plan has one too, because its comment shows what it would do. */
export async function saveManifest(
  session: LabSession,
  planned: StackPlan,
  { file, manifest }: { readonly file: string; readonly manifest: string },
  before: Team | null,
  quickCheck: QuickCheck,
): Promise<void> {
  const { team, today, at } = session;
  const { plan } = planned.saved;
  const applied = appliedIn(planned, before ?? team);
  const review = reviewOf({ before, after: team, applied, today, at, plan: { ...planned, plan }, quickCheck });
  const tools = await toolsOf(planned.workspace);
  const emulator = session.kind === 'emulator';
  const origin = { emulator, ...(await originIn(file, process.env, new Date())) };
  await writeFile(manifest, writeManifest(manifestOf(review, tools, origin)));
}

const UNRECORDED = t`Something is under the lab's path, and no apply is on record. If an adoption has begun, do not apply this plan: run ${codeText('mturk-team adopt --finish')} or ${codeText('mturk-team adopt --undo')}.`;
const NOT_APPLIED = t`Do not apply this plan: it suspends them.`;

/** The plan without the word that users whom `adopt --apply` moved are those of other people, as an apply has to take them. */
export function exceptMoved(planned: StackPlan, team: Team): StackPlan {
  const moved = new Set(movedIn(planned, team).map(({ key }) => key));
  const withheld = planned.ruled.withheld.filter(({ kind, key }) => kind !== 'replaced' || !moved.has(key));
  return { ...planned, ruled: { ...planned.ruled, withheld } };
}

function movedIn({ record, account }: StackPlan, team: Team): readonly NotAdopted[] {
  return record === null ? adoptingIn(account, team) : [];
}

/** Prints a plan as text or JSON, and on standard error why it is blocked. A quick check that is null is to come. */
export function showPlan(
  session: LabSession,
  planned: StackPlan,
  quickCheck: QuickCheck | null,
  { json, resources }: { readonly json: boolean; readonly resources: boolean },
  terminal: Terminal,
): void {
  const { stdout, stderr, width, color, isPublic = false } = terminal;
  const { team, engine, naming, kind, at } = session;
  const view = { ...planned, plan: planned.saved.plan, quickCheck };
  if (json) {
    printJson(planJson(view, team, engine, naming), terminal);
    return;
  }
  const review = { ...reviewOfStack(session, planned), quickCheck };
  // Without a record, nothing was ever applied.
  const byHand = planned.record === null ? notAdopted(planned.account, team, at) : [];
  const isAccepting = (planned.rule.restore?.size ?? 0) > 0;
  const isUnrecorded = planned.record === null && isUsed(planned.account, team.lab) && !isAccepting;
  const moved = movedIn(planned, team);
  const lines = (note: Text) => printTerminal([alert('warning', note)], width, color).join('\n');
  stdout(`${labHeading(team, engine, kind)}\n\n`);
  // What follows says whose access would end, so this comes first.
  const unfinished = moved.length === 0 ? UNRECORDED : sentences(adoptingText(moved), NOT_APPLIED);
  if (isUnrecorded) stderr(`${lines(unfinished)}\n\n`);
  printBlocks(terminalReview(review, { state: 'plan', resources, isPublic }), terminal);
  const note = isUnrecorded ? null : notAdoptedText(byHand.map(({ key }) => key));
  if (note !== null) stderr(`\n${lines(note)}\n`);
  if (planned.blocks.length > 0) stderr(`\n${blockLines(planned.blocks, terminal).join('\n')}\n`);
}

/** Prints the review of a change; `manifest` is that of its plan, if there is one. */
export function showPreview(
  review: Review,
  manifest: Manifest | null,
  format: 'text' | 'markdown' | 'json',
  terminal: Terminal,
): void {
  const { stdout, isPublic = false } = terminal;
  const isBlocked = review.blocks.length > 0;
  const state = isBlocked ? 'blocked' : manifest === null ? 'preview' : 'planned';
  if (format === 'json') {
    printJson(previewJson(review), terminal);
  } else if (format === 'text') {
    printBlocks(terminalReview(review, { state, isPublic }), terminal);
    if (isBlocked) stdout(`\n${blockLines(review.blocks, terminal).join('\n')}\n`);
  } else {
    const { tools = null, emulator = false } = manifest ?? {};
    const commit = manifest?.head.commit ?? null;
    const footer = { emulator, commit, tools, runUrl: null, at: manifest?.createdAt ?? review.at };
    stdout(renderComment({ review, state, failure: null, footer, reveal: false }));
  }
}
