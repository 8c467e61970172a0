import { noChanges } from '../../src/app/plan/plan.ts';
import { ADOPTED_ACCOUNTS } from '../support/adopted-accounts.ts';
import {
  accessById,
  adoptionOf,
  applyIn,
  finishIn,
  givenById,
  NOON,
  undoIn,
  watchAdoption,
} from '../support/adoption-in-test.ts';
import { ENGINE_TITLE, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { comparableAccount, recordedObjects } from '../support/lab-in-test-account.ts';

test.each(ADOPTED_ACCOUNTS.filter(({ users }) => users.length < 100))(
  `$title: to the end, and undone (${ENGINE_TITLE})`,
  async (account) => {
    const adopted = await adoptionOf(account);
    const given = givenById(adopted);
    await withLab(adopted.memory, async (test) => {
      test.setClock(NOON.toISOString());
      const watch = watchAdoption(adopted.memory.account, given);
      test.listen((call) => watch.look(call, test.memory.account));
      orThrow(await applyIn(test, adopted));
      orThrow(await undoIn(test, adopted));
      expect(comparableAccount(test.memory.account, adopted.memory.account)).toEqual(
        comparableAccount(adopted.memory.account, adopted.memory.account),
      );
      expect(recordedObjects(test.memory)).toEqual([]);
      orThrow(await applyIn(test, adopted));
      orThrow(await finishIn(test, adopted));
      test.listen(null);
      const now = accessById(test.memory.account);
      expect([...given].map(([id]) => [id, now.get(id)])).toEqual([...given]);
      expect(watch.problems).toEqual([]);
      expect(noChanges(await planned(test.lab(adopted.team)))).toBe(true);
    });
  },
);
