import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { intersection, type OperationSet, operationSet, union } from '../../src/access/operation-set.ts';
import { fullScan } from '../../src/app/drift/run-scan.ts';
import { noChanges } from '../../src/app/plan/plan.ts';
import { OPERATIONS } from '../../src/catalog/mturk.ts';
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
import { EXHAUSTIVE, sampleOf, testInTurn } from '../support/exhaustive.ts';
import { ENGINE_TITLE, type LabInTest, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { comparableAccount, recordedObjects } from '../support/lab-in-test-account.ts';
import { SILENT } from '../support/silent-terminal.ts';

const test = testInTurn(2);

/** The sampled operations that each key of before can call, by IAM's unique id of the user; all in an exhaustive run. */
async function works({ emulator, memory }: LabInTest, { keys, memory: before }: AdoptionInTest) {
  const asked = EXHAUSTIVE && keys.size < 50 ? OPERATIONS : sampleOf(OPERATIONS, keys.size < 50 ? 4 : 1);
  const found = new Map<string, OperationSet>();
  for (const { id, name } of Object.values(before.account.users)) {
    for (const key of keys.get(name) ?? []) {
      const { UserId } = await stsOf(emulator, key).send(new GetCallerIdentityCommand({}));
      expect({ name: memory.account.users[id]?.name, UserId }).toMatchObject({ UserId: id });
      const pair = { id: key.accessKeyId, secret: key.secretAccessKey };
      found.set(id, operationSet(await allowedWith(pair, emulator.endpoint, asked)));
    }
  }
  const isAsked = operationSet(asked);
  const expected = (of: (id: string, before: OperationSet) => OperationSet) => (start: typeof found) =>
    new Map([...start].map(([id, was]) => [id, intersection(of(id, was), isAsked)] as const));
  return { found, expected };
}

/** Findings about credentials, about users who are left alone and about policies of before: none about the lab's own. */
const LEFT = [
  ...['console-password', 'too-many-access-keys', 'unused-access-key', 'old-access-key'],
  ...['key-used-after-leaving', 'unmanaged-user', 'user-without-boundary', 'retired-operations'],
];

test.each(
  sampleOf(
    ADOPTED_ACCOUNTS.filter(({ users }) => EXHAUSTIVE || users.length < 50),
    1,
  ),
)(`$title: to the end, and undone (${ENGINE_TITLE})`, async (account) => {
  const adopted = await adoptionOf(account);
  const given = givenById(adopted);
  const start = comparableAccount(adopted.memory.account, adopted.memory.account);
  expect(Object.fromEntries(adopted.adoption.users.map(({ key, name }) => [key, name]))).toEqual(account.adopted);
  const givenTo = (id: string, was: OperationSet) => given.get(id) ?? was;
  await withLab(adopted.memory, async (test) => {
    test.setClock(NOON.toISOString());
    const { found: first, expected } = await works(test, adopted);
    const watch = watchAdoption(adopted.memory.account, given);
    test.listen((call) => watch.look(call, test.memory.account));
    orThrow(await applyIn(test, adopted));
    const during = expected((id, was) => union(was, givenTo(id, was)))(first);
    expect((await works(test, adopted)).found).toEqual(during);
    orThrow(await undoIn(test, adopted));
    expect(comparableAccount(test.memory.account, adopted.memory.account)).toEqual(start);
    expect(recordedObjects(test.memory)).toEqual([]);
    expect((await works(test, adopted)).found).toEqual(first);
    orThrow(await applyIn(test, adopted));
    orThrow(await finishIn(test, adopted));
    test.listen(null);
    const now = accessById(test.memory.account);
    expect([...given].map(([id]) => [id, now.get(id)])).toEqual([...given]);
    expect((await works(test, adopted)).found).toEqual(expected(givenTo)(first));
    expect(watch.problems).toEqual([]);
    expect(watch.looks).toBeGreaterThan(10);
    const lab = test.lab(adopted.team);
    expect(noChanges(await planned(lab))).toBe(true);
    const { scan } = orThrow(await fullScan(lab, { cloudTrail: false, lock: false }, SILENT));
    expect(scan.findings.map(({ rule }) => rule).filter((rule) => !LEFT.includes(rule))).toEqual([]);
  });
});
