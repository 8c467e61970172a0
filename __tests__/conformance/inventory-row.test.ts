import { CreateAccessKeyCommand, type IAMClient } from '@aws-sdk/client-iam';
import { inventoryDifferences, type RecordedInventory, recordInventories } from '../../conformance/inventory-row.ts';
import { clientOf, startOurs } from '../../conformance/rigs.ts';

/** The lifecycle on an account of ours; `meddle` is recorded of each call before it is made. */
async function record(
  meddle: (command: object, iam: IAMClient) => Promise<unknown> = async () => {},
): Promise<readonly RecordedInventory[]> {
  let now = Date.parse('2026-11-25T12:00:00Z');
  const account = await startOurs({ clock: () => new Date(now) });
  const iam = clientOf(account);
  const send = async (command: Parameters<IAMClient['send']>[0]) => {
    await meddle(command, iam);
    return iam.send(command);
  };
  const watched: IAMClient = Object.create(iam, { send: { value: send } });
  try {
    return await recordInventories(watched, () => {
      now += 4 * 3_600_000;
    });
  } finally {
    iam.destroy();
    await account.stop();
  }
}

test('the lifecycle records the same of two accounts, whatever their ids', async () => {
  const [one, other] = [await record(), await record()];
  expect(one.map(({ step }) => step)).toEqual([
    'a lab with credentials of every kind',
    'the first part alone',
    'after manual changes',
    'four hours later',
  ]);
  expect(one.every(({ inventory }) => inventory.notChecked.length === 0)).toBe(true);
  expect(inventoryDifferences(one, other)).toEqual([]);
});

test('a key more is a difference, where it can be seen', async () => {
  const other = await record(async (command, iam) => {
    if (
      command.constructor.name === 'CreateLoginProfileCommand' &&
      Reflect.get(Reflect.get(command, 'input'), 'UserName') === 'cy'
    ) {
      await iam.send(new CreateAccessKeyCommand({ UserName: 'cy' }));
    }
  });
  const found = inventoryDifferences(await record(), other);
  expect(found.map(({ step, subject }) => `${step}: ${subject}`)).toEqual([
    'a lab with credentials of every kind: user cy keys',
    'the first part alone: user cy keys',
    'after manual changes: user cy keys',
    'four hours later: user cy keys',
  ]);
});
