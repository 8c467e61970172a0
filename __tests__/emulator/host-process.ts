// Run by the tests in a process of its own: hosts the account of a directory until its input says how to end.
import { CreateUserCommand } from '@aws-sdk/client-iam';
import { openEmulator } from '../../src/emulator/emulator.ts';
import { iamOf } from './clients.ts';

const [dir = '', kind = 'command', userName = ''] = process.argv.slice(2);
const emulator = await openEmulator({
  dir,
  accountId: '123456789012',
  provider: false,
  waitMs: 20_000,
  kind: kind === 'server' ? 'server' : 'command',
});
if (userName !== '') {
  const iam = iamOf(emulator);
  await iam.send(new CreateUserCommand({ UserName: userName }));
  iam.destroy();
  await emulator.close();
  process.exit(0);
}
const { endpoint, rootCredentials } = emulator;
process.stdout.write(`${JSON.stringify({ endpoint, rootCredentials })}\n`);
process.stdin.once('data', async () => {
  await emulator.close();
  process.exit(0);
});
