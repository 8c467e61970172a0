import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { surveyIn } from '../../src/app/offboard/survey.ts';
import { proveDeparture } from '../../src/app/offboard/verify.ts';
import { keyAccount } from '../../src/keys/account.ts';
import type { SavedFacts } from '../../src/offboard/facts.ts';
import { isProven } from '../../src/offboard/proof.ts';
import type { Team } from '../../src/team/team.ts';
import { callIam, type Key, outcome, stsOf } from '../emulator/clients.ts';
import { giveEveryCredential } from '../support/every-credential.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import {
  applied,
  appliedTo,
  copyOf,
  type LabInTest,
  type LabMemory,
  orThrow,
  withLab,
} from '../support/lab-in-test.ts';
import { applyAndKill } from '../support/lab-in-test-killed.ts';
import { killsOf, undisturbed } from '../support/lab-in-test-recovery.ts';
import { sampleTeam } from '../support/sample-team.ts';

const test = testInTurn(2);

const UserName = 'perception-lab-bo';
const WITHOUT_BO: Team = {
  ...sampleTeam,
  members: sampleTeam.members.filter(({ key }) => key !== 'bo'),
  departed: [...sampleTeam.departed, { key: 'bo', left: '2026-11-25', reason: 'graduated' }],
};

interface Start {
  readonly memory: LabMemory;
  readonly facts: SavedFacts;
  readonly keys: readonly Key[];
}

async function start(): Promise<Start> {
  return withLab(await appliedTo(sampleTeam), async (test) => {
    const session = test.lab(sampleTeam);
    const { iam } = session;
    const keys = await giveEveryCredential(iam, UserName);
    const { held } = orThrow(
      await surveyIn(
        session,
        keyAccount(iam, iam, async () => {}),
        'bo',
        null,
      ),
    );
    if (held === null) throw new Error('no user');
    await callIam(iam, 'RemoveUserFromGroup', { UserName, GroupName: 'readers' });
    return { memory: copyOf(test.memory), facts: held.facts, keys };
  });
}

function answers({ emulator }: LabInTest, keys: readonly Key[]): Promise<readonly string[]> {
  return Promise.all(keys.map((key) => outcome(stsOf(emulator, key).send(new GetCallerIdentityCommand({})))));
}

test('an apply that is killed at any call proves nothing until the next one has ended, and then all', async () => {
  const { memory, facts, keys } = await start();
  const reference = await undisturbed(memory, WITHOUT_BO);
  const kills = sampleOf(killsOf(reference), 1);
  const wrong: string[] = [];
  for (const killing of kills) {
    await withLab(memory, async (test) => {
      const at = `${killing.phase} ${killing.call.identity}`;
      await applyAndKill(test, test.lab(WITHOUT_BO, { parallelism: 1 }), killing, () => true);
      test.listen(null);
      const session = test.lab(WITHOUT_BO);
      const early = await proveDeparture(session, 'bo', facts);
      const exists = Object.values(test.memory.account.users).some(({ name }) => name === UserName);
      if (isProven(early)) wrong.push(`${at}: proven before the apply ended`);
      if ((early.find(({ id }) => id === 'user')?.state === 'proven') === exists) wrong.push(`${at}: the user`);
      await applied(test.lab(WITHOUT_BO));
      const open = (await proveDeparture(session, 'bo', facts)).filter(({ state }) => state !== 'proven');
      wrong.push(...open.map(({ id }) => `${at}: ${id} is open`));
      const left = (await answers(test, keys)).filter((answer) => answer !== 'InvalidClientTokenId');
      wrong.push(...left.map((answer) => `${at}: a former key ${answer}`));
    });
  }
  expect(kills.length).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
});
