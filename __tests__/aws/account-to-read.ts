import type { IAMClient } from '@aws-sdk/client-iam';
import { type InventoryOptions, takeInventory } from '../../src/aws/inventory/inventory.ts';
import type { Inventory } from '../../src/aws/types.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { ACCOUNT, callIam, iamOf, type Output, openAccount } from '../emulator/clients.ts';

export const PATH = '/mturk/perception-lab/';

/** An account in memory on a clock that the test moves, for each test a new one. */
export interface AccountToRead {
  readonly emulator: Emulator;
  readonly iam: IAMClient;
  call(name: string, input?: object): Promise<Output>;
  user(name: string, path?: string): Promise<void>;
  /** Goes on by so many minutes. */
  minutes(count: number): void;
  /** Everything of everybody under the lab's path, unless the options say otherwise. */
  take(options?: Partial<InventoryOptions>, client?: IAMClient): Promise<Inventory>;
}

export async function openAccountToRead(): Promise<AccountToRead & { close(): Promise<void> }> {
  let time = Date.parse('2026-11-25T08:00:00Z');
  const emulator = await openAccount({ clock: () => new Date(time) });
  const iam = iamOf(emulator);
  const call: AccountToRead['call'] = (name, input = {}) => callIam(iam, name, input);
  return {
    emulator,
    iam,
    call,
    async user(name, path = PATH) {
      await call('CreateUser', { UserName: name, Path: path });
    },
    minutes(count) {
      time += count * 60_000;
    },
    take: (options = {}, client = iam) =>
      takeInventory(client, {
        account: ACCOUNT,
        managed: ({ path }) => path.startsWith(PATH),
        scope: 'all',
        wait: async () => {},
        ...options,
      }),
    async close() {
      iam.destroy();
      await emulator.close();
    },
  };
}

/** A client that lets a test have its say before a call, after it, or in its place. */
export function clientThat(
  { iam }: AccountToRead,
  say: (command: object, carryOut: () => Promise<unknown>) => Promise<unknown>,
): IAMClient {
  const send = (command: Parameters<IAMClient['send']>[0]) => say(command, () => iam.send(command));
  return Object.create(iam, { send: { value: send } });
}
