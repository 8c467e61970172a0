import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as aws from '@aws-sdk/client-iam';
import { type ApplyOptions, planAndApply } from '../../src/app/apply/apply.ts';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { fullScan } from '../../src/app/drift/run-scan.ts';
import { readRecord } from '../../src/app/session/records.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { member, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(1);

const before: Team = { ...smallTeam, settings: { ...smallTeam.settings, reconcile: 'additions' } };
/** What main has: no owner of the applied team approved it, since eve does in a file of their own. */
const main: Team = {
  ...before,
  owners: ['ada', 'eve'],
  members: [...before.members, member({ key: 'eve', github: 'eve', roles: ['paymaster'] })].toSorted((one, other) =>
    one.key < other.key ? -1 : 1,
  ),
};

// Someone who may delete objects of the bucket, and write none.
test('who deletes the record while a check notes itself in it has no file applied as if it were the first', async () => {
  await withLab(await appliedTo(before), async (test) => {
    const may = (who: string) => [...(accessAt(accessIn(test.memory.account)).get(user(who).UserName) ?? [])];
    const lab = test.lab(before);
    if (lab.records.kind !== 'directory') throw new Error('no directory');
    const file = join(lab.records.directory, 'apply-record.json');
    // A manual change takes fay's user.
    await lab.iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    await lab.iam.send(new aws.DeleteUserCommand(user('fay')));
    await applied(lab);
    expect(may('fay')).toEqual([]);
    const completed = orThrow(await fullScan(lab, { cloudTrail: false }, SILENT));
    let deletions = 0;
    const workspace: typeof lab.workspace = async (...args) => {
      rmSync(file);
      deletions += 1;
      return lab.workspace(...args);
    };
    const noted = await reconcile({ ...lab, workspace }, completed, SILENT);
    expect(deletions).toBe(1);
    const record = orThrow(await readRecord(lab.records));
    const options: ApplyOptions = {
      ...{ file: 'team.yaml', today: TODAY, emulator: null, json: false, stack: 'team', parallelism: null },
      ...{ yes: true, restore: [], commit: 'a'.repeat(40), ownerIds: new Map(), result: null },
      // What check-approval gives on.
      appliedAt: record?.at ?? '',
    };
    const done = await planAndApply(test.lab(main), options, SILENT, () => {});
    expect({
      ...{ noted: noted.ok ? 'noted' : noted.failure.code, isThere: record !== null },
      ...{ done: done.ok ? 'applied' : done.failure.code, fay: may('fay').length, eve: may('eve').length },
    }).toEqual({ noted: 'record-changed', isThere: false, done: 'no-apply-record', fay: 0, eve: 0 });
    expect(existsSync(file)).toBe(false);
  });
});
