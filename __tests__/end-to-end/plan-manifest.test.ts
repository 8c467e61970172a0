import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AddUserToGroupCommand, CreateAccessKeyCommand, CreateUserCommand, type IAMClient } from '@aws-sdk/client-iam';
import { readManifest } from '../../src/review/manifest/manifest.ts';
import type { Manifest } from '../../src/review/manifest/schema.ts';
import { appliedDirectory, byHandIn, TODAY } from '../support/applied-directory.ts';
import { runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const test = testInTurn(2);

const SMALL = smallTeamFile();
const WITH_EVE = SMALL.replace(
  'members:\n',
  'members:\n  eve: { name: Eve Lindqvist, roles: [results-reader], until: "2027-05-31", sponsor: ada }\n',
);
const place = await appliedDirectory(SMALL);
place.write('base.yaml', SMALL);
place.write('head.yaml', WITH_EVE);
afterAll(() => place.remove());
const mturk = (args: readonly string[], env: Record<string, string> = {}) =>
  runHere([...args, '--today', TODAY], { cwd: place.directory, env });

const PLAN = ['plan', 'head.yaml', '--emulator', '--no-lock', '--base', 'base.yaml', '--manifest', 'manifest.json'];

function manifest(): Manifest {
  const read = readManifest(readFileSync(join(place.directory, 'manifest.json'), 'utf8'));
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

const byHand = (work: (iam: IAMClient) => Promise<unknown>, at?: string) =>
  byHandIn(place.directory, work, at === undefined ? {} : { clock: () => new Date(at) });

test('the manifest says what was planned', async () => {
  await mturk(PLAN);
  expect(manifest()).toMatchObject({
    lab: 'perception-lab',
    account: '…9012',
    emulator: true,
    run: { id: '0', attempt: 0 },
    review: {
      risk: 'gains-other',
      people: [{ key: 'eve', name: 'Eve Lindqvist' }],
      blocks: [],
      unexplained: [],
      plan: { add: 4, change: 1, destroy: 0, import: 0 },
    },
  });
});

test('on GitHub it names the pull request’s commit and the run', async () => {
  const head = '9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c';
  const repo = { id: 1, full_name: 'lab/team' };
  const pull_request = { number: 7, head: { sha: head, repo }, base: { sha: head, ref: 'main', repo } };
  place.write('event.json', JSON.stringify({ pull_request }));
  await mturk(PLAN, {
    GITHUB_EVENT_PATH: join(place.directory, 'event.json'),
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_ATTEMPT: '2',
  });
  expect(manifest()).toMatchObject({ head: { commit: head }, run: { id: '4711', attempt: 2 } });
});

test('the manifest lists manual changes separately, and the preview first shows where the plan differs from the files', async () => {
  await byHand((iam) =>
    iam.send(new AddUserToGroupCommand({ UserName: 'perception-lab-bo', GroupName: 'perception-lab-paymaster' })),
  );
  await mturk(PLAN);
  expect(manifest().review.unexplained).toMatchObject([
    { kind: 'manual-change-reverted', difference: { kind: 'membership-added', user: 'perception-lab-bo' } },
  ]);
  const both = ['preview', '--base', 'base.yaml', '--head', 'head.yaml', '--manifest', 'manifest.json'];
  const { code, stdout } = await mturk(both);
  expect(code).toBe(2);
  expect(stdout).toMatch(/Bo Chen[^\n]*paymaster/);
});

test('a refused plan has a manifest that says why', async () => {
  place.write('head.yaml', SMALL.replace(/ {2}fay: .*\n/, ''));
  const refused = await mturk(PLAN);
  expect(refused.code).toBe(1);
  expect(manifest().review.blocks).toMatchObject([{ code: 'member-not-departed', args: { member: 'fay' } }]);
});

test('a member joins under a name that someone used in advance: the manifest names the credentials', async () => {
  const UserName = 'perception-lab-uma';
  const after = SMALL.replace(
    'members:\n',
    'members:\n  uma: { name: Uma Rao, roles: [results-reader], until: "2027-05-31", sponsor: ada }\n',
  );
  place.write('uma.yaml', after);
  await byHand(async (iam) => {
    await iam.send(new CreateUserCommand({ UserName, Path: '/mturk/perception-lab/' }));
    await iam.send(new CreateAccessKeyCommand({ UserName }));
  }, '2026-11-25T10:00:00Z');
  const own = await mturk(['plan', 'uma.yaml', '--emulator']);
  expect(own.stdout).toMatch(/1 active access key \(created 25 Nov 2026 by root\)/);
  const planned = ['plan', 'uma.yaml', '--emulator', '--base', 'base.yaml', '--manifest', 'manifest.json'];
  expect(await mturk(planned)).toMatchObject({ code: 2 });
  expect(manifest().review.questions).toContainEqual({
    ...{ kind: 'imported-credentials', user: UserName, others: [], notChecked: [] },
    keys: [{ created: expect.stringMatching(/Z$/), by: null }],
  });
});
