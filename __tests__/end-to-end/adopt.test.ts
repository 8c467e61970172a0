import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { isEmpty, listOperations } from '../../src/access/operation-set.ts';
import { noChanges } from '../../src/app/plan/plan.ts';
import { OPERATIONS, type Operation } from '../../src/catalog/mturk.ts';
import { allowedWith } from '../../src/cli/demo/calls.ts';
import { stsOf } from '../emulator/clients.ts';
import { ADOPTED_ACCOUNTS } from '../support/adopted-accounts.ts';
import {
  type AdoptionInTest,
  accessById,
  adoptionOf,
  applyIn,
  finishIn,
  givenById,
  NOON,
  undoIn,
  watchAdoption,
} from '../support/adoption-in-test.ts';
import { EXHAUSTIVE, sampleOf } from '../support/exhaustive.ts';
import { ENGINE_TITLE, type LabInTest, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { comparableAccount, recordedObjects } from '../support/lab-in-test-account.ts';

/** Calls with every key that users had before: whose it is, and some operations, or all in an exhaustive run. */
async function wrongKeys({ emulator, memory }: LabInTest, { keys, memory: before }: AdoptionInTest) {
  const wrong: string[] = [];
  const access = accessById(memory.account);
  for (const { id, name } of Object.values(before.account.users)) {
    for (const key of keys.get(name) ?? []) {
      const { UserId } = await stsOf(emulator, key).send(new GetCallerIdentityCommand({}));
      if (UserId !== id) wrong.push(`a key of ${name} is of ${UserId}`);
      const asked = EXHAUSTIVE && keys.size < 50 ? OPERATIONS : sampleOf(OPERATIONS, keys.size < 50 ? 4 : 1);
      const pair = { id: key.accessKeyId, secret: key.secretAccessKey };
      const works = await allowedWith(pair, emulator.endpoint, asked);
      const may = new Set<Operation>(listOperations(access.get(id) ?? 0n));
      wrong.push(...asked.filter((each) => works.has(each) !== may.has(each)).map((each) => `${name}: ${each}`));
    }
  }
  return wrong;
}

test.each(
  sampleOf(
    ADOPTED_ACCOUNTS.filter(({ users }) => EXHAUSTIVE || users.length < 50),
    2,
  ),
)(`$title: to the end, and undone (${ENGINE_TITLE})`, async (account) => {
  const adopted = await adoptionOf(account);
  const given = givenById(adopted);
  const start = comparableAccount(adopted.memory.account, adopted.memory.account);
  expect(Object.fromEntries(adopted.adoption.users.map(({ key, name }) => [key, name]))).toEqual(account.adopted);
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    const watch = watchAdoption(adopted.memory.account, given);
    test.listen((call) => watch.look(call, test.memory.account));
    orThrow(await applyIn(test, adopted));
    expect(await wrongKeys(test, adopted)).toEqual([]);
    orThrow(await undoIn(test, adopted));
    expect(comparableAccount(test.memory.account, adopted.memory.account)).toEqual(start);
    expect(recordedObjects(test.memory)).toEqual([]);
    expect(await wrongKeys(test, adopted)).toEqual([]);
    orThrow(await applyIn(test, adopted));
    orThrow(await finishIn(test, adopted));
    test.listen(null);
    const now = accessById(test.memory.account);
    expect([...given].map(([id]) => [id, now.get(id)])).toEqual([...given]);
    expect([...given.values()].some((each) => !isEmpty(each))).toBe(true);
    expect(await wrongKeys(test, adopted)).toEqual([]);
    expect(watch.problems).toEqual([]);
    expect(watch.looks).toBeGreaterThan(10);
    expect(noChanges(await planned(test.lab(adopted.team)))).toBe(true);
  });
});
