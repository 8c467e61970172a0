import { applyBlocks, finishBlocks, undoBlocks } from '../../adopt/steps-text.ts';
import { applyAdoption } from '../../app/adopt/apply.ts';
import { finishAdoption } from '../../app/adopt/finish.ts';
import { type AdoptStepOptions, withAdoption } from '../../app/adopt/open.ts';
import { undoAdoption } from '../../app/adopt/undo.ts';
import { commitOf } from '../../app/session/records.ts';
import { confirmed, type Terminal } from '../../app/terminal.ts';
import { failureOfCommand, type Result, succeed } from '../../diagnostics/failure.ts';
import { reviewedPlan } from '../../review/changes/classify-plan.ts';
import { blockLines } from '../../review/text/block-text.ts';
import { planLine } from '../../review/text/change-text.ts';
import type { Block } from '../../text/document.ts';
import { codeText, counted, plainText, type Text, t } from '../../text/text.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';

export interface StepOptions extends AdoptStepOptions {
  readonly deleteUnused: boolean;
}

/** `adopt --apply`: 0 done; 1 not possible, not confirmed or failed; 2 wrong usage or an unreadable file. */
export function applyStep(options: StepOptions, terminal: Terminal): Promise<number> {
  return report('apply', options, terminal, async (session, adoption) => {
    const applied = await applyAdoption(session, adoption, terminal, (steps) =>
      agreed(options, applyBlocks(session.team, steps), terminal),
    );
    if (!applied.ok) return applied;
    const { moved, steps } = applied.value;
    const next = t`Now try some keys, then run ${codeText('mturk-team adopt --finish')}.`;
    return succeed({
      data: { moved, steps },
      text: t`Moved ${counted(moved, 'user')} and applied ${counted(steps, 'step')}. ${next}`,
    });
  });
}

export async function finishStep(options: StepOptions, terminal: Terminal): Promise<number> {
  const { deleteUnused } = options;
  // As in `applyTeamFile`.
  const commit = await commitOf(options.file);
  return report('finish', options, terminal, async (session, adoption) => {
    const finished = await finishAdoption(session, adoption, { commit, deleteUnused }, terminal, (steps) => {
      const { saved, blocks } = steps.planned;
      if (blocks.length > 0) {
        terminal.stderr(`${blockLines(blocks, terminal).join('\n')}\n`);
        return Promise.resolve(succeed(null));
      }
      const plan = planLine(reviewedPlan(saved.plan));
      const shown = finishBlocks(session.team, steps.people, steps.unused, deleteUnused, plan);
      return agreed(options, shown, terminal);
    });
    if (!finished.ok) return finished;
    const { steps, deleted } = finished.value;
    const text = t`Adopted: applied ${counted(steps, 'step')}, and nothing is left to change. ${codeText('adopt.json')} is not needed any more.`;
    return succeed({ data: { steps, deleted }, text });
  });
}

export function undoStep(options: StepOptions, terminal: Terminal): Promise<number> {
  return report('undo', options, terminal, async (session, adoption) => {
    const undone = await undoAdoption(session, adoption, (steps) => agreed(options, undoBlocks(steps), terminal));
    if (!undone.ok) return undone;
    const { groups, policies, moves } = undone.value;
    const data = { moved: moves.length, deleted: { groups, policies } };
    return succeed({ data, text: t`Undone: the users are as ${codeText('adopt')} read them.` });
  });
}

interface Done {
  readonly data: object;
  readonly text: Text;
}

async function report(
  step: 'apply' | 'finish' | 'undo',
  options: StepOptions,
  terminal: Terminal,
  work: (...args: Parameters<Parameters<typeof withAdoption<Done>>[2]>) => Promise<Result<Done>>,
): Promise<number> {
  const done = await withAdoption(options, terminal, async (session, adoption) => {
    const worked = await work(session, adoption);
    const { lab, account } = session.team;
    return worked.ok ? succeed({ ...worked.value, data: { lab, account, step, ...worked.value.data } }) : worked;
  });
  if (!done.ok) return reportFailure(failureOfCommand(done.failure, `adopt --${step}`), terminal);
  if (options.json) printJson(done.value.data, terminal);
  else terminal.stdout(`\n${plainText(done.value.text)}\n`);
  return 0;
}

/** Shows what a step does, and asks. With `--json`, only what was done is printed. */
async function agreed({ yes, json }: StepOptions, blocks: readonly Block[], terminal: Terminal): Promise<Result<null>> {
  printBlocks(blocks, { ...terminal, stdout: json ? terminal.stderr : terminal.stdout });
  return confirmed(terminal, 'Do this?', yes);
}
