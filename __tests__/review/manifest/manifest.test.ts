import { blocksOf } from '../../../src/guardrails/guardrails.ts';
import { classifyPlan } from '../../../src/review/changes/classify-plan.ts';
import { type PlanOfReview, reviewOf } from '../../../src/review/changes/review.ts';
import { renderComment } from '../../../src/review/comment/comment.ts';
import { manifestOf, readManifest, readPreview, writeManifest } from '../../../src/review/manifest/manifest.ts';
import type { Manifest } from '../../../src/review/manifest/schema.ts';
import { previewJson } from '../../../src/review/text/json.ts';
import { RECORDED_TEAMS, recordedAsOurs } from '../../support/recorded-team.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const COMMIT = '3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4';
const TOOLS = { engine: 'OpenTofu 1.12.6', provider: 'hashicorp/aws 6.25.0' };
const NAMES = Object.keys(RECORDED_TEAMS);

function made(name: string): { readonly manifest: Manifest } {
  const [before, after] = RECORDED_TEAMS[name]!;
  const recorded = recordedAsOurs(name);
  const plan: PlanOfReview = {
    plan: recorded,
    classification: classifyPlan(recorded, after.account),
    blocks: blocksOf(recorded, after, TODAY),
    suspendedDuringApply: [],
  };
  const review = reviewOf({ before, after, today: TODAY, at: AT, plan });
  const manifest = manifestOf(review, TOOLS, {
    emulator: false,
    head: { commit: COMMIT, tree: COMMIT },
    run: { id: '12', attempt: 1 },
    mturkTeam: '0.1.0',
    createdAt: AT,
  });
  return { manifest };
}

test.each(NAMES)('%s is read as it was written', (name) => {
  const { manifest } = made(name);
  expect(readManifest(writeManifest(manifest))).toEqual({ ok: true, value: manifest });
});

test('a review is read from the JSON of preview', () => {
  const [before, after] = RECORDED_TEAMS['03-add-member']!;
  const review = reviewOf({ before, after, today: TODAY, at: AT });
  expect(readPreview(JSON.stringify(previewJson(review)))).toEqual({ ok: true, value: review });
});

test.each(NAMES)('%s: no account, no ARN of it, and nothing of what a policy or tag says', (name) => {
  const text = writeManifest(made(name).manifest);
  for (const secret of ['123456789012', 'arn:aws:iam::1', 'mechanicalturk:', '"Effect"', '"hello":"x"', 'AIDA']) {
    expect({ secret, found: text.includes(secret) }).toEqual({ secret, found: false });
  }
});

test('what is read is enough for the comment', () => {
  const { manifest } = made('12-drift');
  const read = readManifest(writeManifest(manifest));
  if (!read.ok) throw new Error(read.reason);
  const comment = renderComment({
    review: read.value.review,
    state: 'planned',
    failure: null,
    footer: { commit: COMMIT, tools: read.value.tools, runUrl: null, at: TODAY },
    reveal: false,
  });
  expect(comment).toContain('Dee Okafor');
});

test('a manifest has the counts and the risk', () => {
  const { manifest } = made('09-member-leaves-with-keys');
  expect(manifest).toMatchObject({
    account: '…9012',
    review: { risk: 'identity-deleted', unexplained: [], plan: { add: 0, change: 2, destroy: 3, import: 0 } },
  });
});

describe('an untrusted text', () => {
  const { manifest } = made('12-drift');
  const refused = made('16-lab-renamed').manifest;
  const person = 'review.people.0';
  const document = manifest.review.unexplained.findIndex((one) => one.difference?.kind === 'policy-changed');

  /** The manifest with one value in it replaced, or added: `review.people.0.name`. */
  function edited(path: string, value: unknown, from = manifest): string {
    const json = JSON.parse(writeManifest(from)) as Record<string, unknown>;
    const keys = path.split('.');
    let at = json;
    for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
    at[keys.at(-1)!] = value;
    return JSON.stringify(json);
  }

  test('of the right kind is read', () => {
    expect(readManifest(edited(`${person}.name`, 'another name')).ok).toBe(true);
  });

  test.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['another version', edited('version', 2)],
    ['something besides', edited('plan', 'aGVsbG8=')],
    ['something besides, deep inside', edited(`${person}.change.x`, 1)],
    ['a prototype', writeManifest(manifest).replace('"version":1', '"version":1,"__proto__":{"x":1}')],
    ['a commit that is a branch', edited('head.commit', 'main')],
    ['a run that is a path', edited('run.id', '../1')],
    ['an operation that does not exist', edited(`${person}.change.operations.lost.0`, 'GrantBonus')],
    ['a risk that does not exist', edited('review.risk', 'none')],
    ['a person of no class', edited(`${person}.classes`, [])],
    ['a moment that is none', edited('createdAt', 'yesterday')],
    ['a text without an end', edited(`${person}.name`, 'x'.repeat(5_000))],
    ['keys without an end', edited('review.descriptive', Array(1_000_001).fill('bo'))],
    [
      'a document',
      edited(`review.unexplained.${document}.difference.to`, {
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      }),
    ],
    ['a block that does not exist', edited('review.blocks.0.code', 'be-nice', refused)],
    ['a block with another one’s arguments', edited('review.blocks.0.args', { count: 1 }, refused)],
    ['a count that is negative', edited('review.plan.add', -1)],
  ])('%s is refused', (_what, text) => {
    expect(readManifest(text)).toMatchObject({ ok: false, reason: expect.any(String) });
  });

  test('an error names the place in the manifest', () => {
    expect(readManifest(edited('run.id', 'x'))).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^run\.id: /),
    });
  });
});
