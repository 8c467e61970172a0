import { zipSync } from 'fflate';
import { reviewedPlan } from '../../../src/review/approval/reviewed-plan.ts';
import { NO_COMMIT } from '../../../src/review/manifest/manifest.ts';
import { failureOf, githubInTest, obtained, sha } from '../../support/github-client.ts';
import { filesOf } from '../../support/github-files.ts';
import type { Artifact, GitHubRepository, Run } from '../../support/github-repository.ts';

const { server, repository, client } = githubInTest();
const HEAD = sha('a');

const MANIFEST = JSON.parse(filesOf('03-add-member', { commit: HEAD, run: 1 }).manifest);

function textOf(run: number, change: object = {}): string {
  const review = { ...MANIFEST.review, at: '2026-11-25T09:00:30Z' };
  return JSON.stringify({ ...MANIFEST, review, run: { id: String(run), attempt: 1 }, ...change });
}

function fetchManifest() {
  return reviewedPlan(client(), { head: HEAD, approvedAt: '2026-11-25T12:00:00Z' });
}

/** A run as it should be, with its artifact, before the case changes something. */
function planned(given: Partial<Run> = {}): { run: Run; artifact: Artifact } {
  const run = repository().addRun({ headSha: HEAD, ...given });
  return { run, artifact: repository().addArtifact(run.id, 'manifest', { 'manifest.json': textOf(run.id) }) };
}

describe('found', () => {
  test('the manifest of the run', async () => {
    const { run } = planned();
    const found = obtained(await fetchManifest());
    expect(found).toEqual({ run: run.id, text: textOf(run.id), manifest: JSON.parse(textOf(run.id)) });
  });

  test('of several runs the newest that succeeded', async () => {
    planned();
    const { run } = planned();
    planned({ conclusion: 'failure' });
    planned({ status: 'in_progress', conclusion: null });
    expect(obtained(await fetchManifest())).toMatchObject({ run: run.id });
  });

  test('of several attempts the newest artifact', async () => {
    const { run } = planned({ attempt: 2 });
    const newer = textOf(run.id, { run: { id: String(run.id), attempt: 2 } });
    repository().addArtifact(run.id, 'manifest', { 'manifest.json': newer });
    expect(obtained(await fetchManifest())).toMatchObject({ text: newer });
  });

  test('the manifest of the first attempt, where only later jobs were run again', async () => {
    planned({ attempt: 3 });
    expect((await fetchManifest()).ok).toBe(true);
  });

  test('other artifacts and other files do not matter', async () => {
    const run = repository().addRun({ headSha: HEAD });
    repository().addArtifact(run.id, 'review', { 'manifest.json': 'another' });
    repository().addArtifact(run.id, 'manifest', {
      '../../evil.sh': 'x',
      'manifest.json': textOf(run.id),
      'b/manifest.json': 'x',
    });
    expect(obtained(await fetchManifest())).toMatchObject({ text: textOf(run.id) });
  });
});

describe('refused', () => {
  const cases: readonly (readonly [string, (github: GitHubRepository) => void, object])[] = [
    ['no run at all', () => {}, { kind: 'no-run' }],
    ['a run of another commit', () => planned({ headSha: sha('b') }), { kind: 'no-run' }],
    ['a run of another event', () => planned({ event: 'workflow_dispatch' }), { kind: 'no-run' }],
    ['a run of another workflow', () => planned({ path: '.github/workflows/other.yml' }), { kind: 'no-run' }],
    ["a fork's run", () => planned({ headRepository: 'mallory/lab' }), { kind: 'foreign-run' }],
    ['a workflow of the same name elsewhere', () => planned({ path: 'evil/plan.yml' }), { kind: 'foreign-run' }],
    ['a run that failed', () => planned({ conclusion: 'failure' }), { kind: 'not-successful', conclusion: 'failure' }],
    [
      'a run that goes on',
      () => planned({ status: 'in_progress', conclusion: null }),
      { kind: 'not-successful', conclusion: 'in_progress' },
    ],
    ['no artifact', (github) => github.addRun({ headSha: HEAD }), { kind: 'no-artifact', name: 'manifest' }],
    ['an artifact that expired', () => Object.assign(planned().artifact, { expired: true }), { kind: 'expired' }],
    ['an artifact without a digest', () => Object.assign(planned().artifact, { digest: null }), { kind: 'no-digest' }],
    [
      'another digest',
      () => Object.assign(planned().artifact, { digest: `sha256:${'0'.repeat(64)}` }),
      { kind: 'digest-differs' },
    ],
    [
      'no zip',
      (github) => github.addRawArtifact(github.addRun({ headSha: HEAD }).id, 'manifest', Buffer.from('PK no')),
      { kind: 'unreadable', reason: 'it is not a zip archive' },
    ],
    [
      'an empty archive',
      (github) => github.addArtifact(github.addRun({ headSha: HEAD }).id, 'manifest', {}),
      { kind: 'unreadable', reason: 'it has 0 files named manifest.json' },
    ],
    [
      'the file elsewhere in the archive',
      (github) => github.addArtifact(github.addRun({ headSha: HEAD }).id, 'manifest', { '../manifest.json': '{}' }),
      { kind: 'unreadable', reason: 'it has 0 files named manifest.json' },
    ],
    [
      'too many entries',
      (github) =>
        github.addArtifact(
          github.addRun({ headSha: HEAD }).id,
          'manifest',
          Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`${index}`, 'x'])),
        ),
      { kind: 'unreadable', reason: 'it has more than 16 entries' },
    ],
    [
      'a bomb',
      (github) =>
        github.addRawArtifact(
          github.addRun({ headSha: HEAD }).id,
          'manifest',
          zipSync({ 'manifest.json': new Uint8Array(65 * 1024 * 1024) }),
        ),
      { kind: 'unreadable', reason: 'manifest.json is larger than 67108864 bytes' },
    ],
    [
      'no UTF-8',
      (github) =>
        github.addArtifact(github.addRun({ headSha: HEAD }).id, 'manifest', {
          'manifest.json': Uint8Array.of(0xff, 0xfe),
        }),
      { kind: 'unreadable', reason: 'manifest.json is not UTF-8' },
    ],
    [
      'no manifest',
      (github) => github.addArtifact(github.addRun({ headSha: HEAD }).id, 'manifest', { 'manifest.json': 'no' }),
      { kind: 'unreadable', reason: 'it is not JSON' },
    ],
    [
      'a manifest of another run',
      (github) =>
        github.addArtifact(github.addRun({ headSha: HEAD }).id, 'manifest', { 'manifest.json': textOf(1_000) }),
      { kind: 'other-subject' },
    ],
    [
      'a manifest of another commit',
      (github) => {
        const { id } = github.addRun({ headSha: HEAD });
        github.addArtifact(id, 'manifest', {
          'manifest.json': textOf(id, { head: { commit: sha('b'), tree: sha('b') } }),
        });
      },
      { kind: 'other-subject' },
    ],
    [
      'a manifest of no commit',
      (github) => {
        const { id } = github.addRun({ headSha: HEAD });
        github.addArtifact(id, 'manifest', {
          'manifest.json': textOf(id, { head: { commit: NO_COMMIT, tree: NO_COMMIT } }),
        });
      },
      { kind: 'other-subject' },
    ],
    [
      'a manifest of an attempt that was not',
      (github) => {
        const { id } = github.addRun({ headSha: HEAD });
        github.addArtifact(id, 'manifest', { 'manifest.json': textOf(id, { run: { id: String(id), attempt: 2 } }) });
      },
      { kind: 'other-subject' },
    ],
    [
      'a manifest made outside of GitHub',
      (github) => {
        const { id } = github.addRun({ headSha: HEAD });
        github.addArtifact(id, 'manifest', { 'manifest.json': textOf(id, { run: { id: '0', attempt: 0 } }) });
      },
      { kind: 'other-subject' },
    ],
    [
      'a manifest as of a time when the run was not',
      (github) => {
        const { id } = github.addRun({ headSha: HEAD });
        const review = { ...MANIFEST.review, at: '2026-11-24T09:00:00Z' };
        github.addArtifact(id, 'manifest', { 'manifest.json': textOf(id, { review }) });
      },
      { kind: 'other-subject' },
    ],
    [
      'a manifest with a field that is unknown',
      (github) => {
        const { id } = github.addRun({ headSha: HEAD });
        github.addArtifact(id, 'manifest', { 'manifest.json': textOf(id, { approvedBy: 'mallory' }) });
      },
      { kind: 'unreadable' },
    ],
  ];
  test.each(cases)('%s', async (_name, prepare, because) => {
    prepare(repository());
    expect(failureOf(await fetchManifest())).toMatchObject({
      code: 'no-approved-plan',
      args: { head: HEAD, workflow: 'plan.yml', because },
    });
  });

  test.each([
    ['event', { event: 'push' }],
    ['commit', { head_sha: sha('b') }],
    ['workflow', { path: '.github/workflows/other.yml' }],
  ])('a run of another %s, where GitHub ignores what was asked for', async (_what, change) => {
    const { run } = planned();
    const right = {
      ...{ id: run.id, run_attempt: 1, path: run.path, event: 'pull_request', head_sha: HEAD },
      ...{ status: 'completed', conclusion: 'success', head_repository: { full_name: 'perception/lab' } },
      ...{ created_at: run.createdAt, updated_at: run.updatedAt },
    };
    const answer = { total_count: 1, workflow_runs: [{ ...right, ...change }] };
    server().trouble({ when: /\/runs$/, status: 200, body: answer });
    expect(failureOf(await fetchManifest())).toMatchObject({ args: { because: { kind: 'foreign-run' } } });
  });

  test.each([
    ['name', { name: 'review' }],
    ['commit', { workflow_run: { head_sha: sha('b') } }],
    ['missing run', { workflow_run: null }],
  ])('an artifact of another %s, where GitHub ignores what was asked for', async (_what, change) => {
    const { artifact } = planned();
    const right = {
      ...{ id: artifact.id, name: 'manifest', size_in_bytes: 1, expired: false, digest: artifact.digest },
      created_at: artifact.createdAt,
    };
    const answer = { total_count: 1, artifacts: [{ ...right, workflow_run: { head_sha: HEAD }, ...change }] };
    server().trouble({ when: /\/artifacts$/, status: 200, body: answer });
    expect(failureOf(await fetchManifest())).toMatchObject({ args: { because: { kind: 'no-artifact' } } });
  });

  test('a workflow that GitHub does not know', async () => {
    server().trouble({ when: /\/runs$/, status: 404, message: 'Not Found' });
    expect(failureOf(await fetchManifest())).toMatchObject({ args: { because: { kind: 'no-run' } } });
  });

  test('what was changed on its way', async () => {
    const { artifact } = planned();
    (artifact.content as Uint8Array)[20]! ^= 1;
    expect(failureOf(await fetchManifest())).toMatchObject({ args: { because: { kind: 'digest-differs' } } });
  });
});
