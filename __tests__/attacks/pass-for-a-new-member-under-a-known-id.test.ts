import * as aws from '@aws-sdk/client-iam';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import { iamName } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { keyOf } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, carriedOut, planned, withLab } from '../support/lab-in-test.ts';
import { member, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(2);

const [fay, kit] = ['fay', 'kit'].map((key) => iamName(smallTeam.lab, key)) as [string, string];
const file: Team = {
  ...smallTeam,
  members: [...smallTeam.members, member({ key: 'kit', roles: ['results-reader'] })].sort((one, other) =>
    one.key < other.key ? -1 : 1,
  ),
};

test('a member’s user without a key is not a new member, whose user an unfinished apply did not create', async () =>
  withLab(await appliedTo(smallTeam), async (test) => {
    const { iam } = test.lab(smallTeam);
    const may = (name: string) => [...(accessAt(accessIn(test.memory.account)).get(name) ?? [])];
    const rename = (UserName: string, NewUserName: string) =>
      iam.send(new aws.UpdateUserCommand({ UserName, NewUserName }));
    // A writer cancels the run (F4) before the user is created.
    const plan = await planned(test.lab(file));
    test.listen(({ action }) => action !== 'CreateUser');
    expect((await applyPlanned(test.lab(file), plan, carriedOut(), SILENT)).ok).toBe(false);
    test.listen(null);
    // Someone who may rename users, for kit.
    await rename(fay, kit);
    await applied(test.lab(file));
    // By the record this is kit's user now, so that `keys sync` delivers a key of it to kit.
    const { user: ids } = JSON.parse(test.memory.record ?? '{}').ids;
    const isKits = ids[kit] === ids[fay];
    if (isKits && may(kit).length > 0) await keyOf(iam, kit);
    await rename(kit, fay);
    await applied(test.lab(file));
    // A day later reconcile in mode `all` gives fay back what the renaming took.
    const { ruled } = await planned(test.lab(file));
    const taken = ruled.withheld.flatMap(({ kind, key, operations }) =>
      kind === 'operations' ? [[key, operations] as const] : [],
    );
    const given = await planned(test.lab(file), { giveBack: new Map(taken) });
    expect((await applyPlanned(test.lab(file), given, carriedOut(), SILENT)).ok).toBe(true);
    const { AccessKeyMetadata: keys } = await iam.send(new aws.ListAccessKeysCommand({ UserName: fay }));
    const canPay = isKits && may(fay).includes('SendBonus');
    expect({ isKits, keys, canPay }).toEqual({ isKits: false, keys: [], canPay: false });
  }));
