// Run by the tests in a process of its own: hosts the account of a directory until its input says how to end.
import { CreateUserCommand } from '@aws-sdk/client-iam';
import { openSandbox } from '../../src/emulator/emulator.ts';
import { iamOf } from './clients.ts';

const [dir = '', kind = 'command', userName = ''] = process.argv.slice(2);
const sandbox = await openSandbox({
  dir,
  accountId: '123456789012',
  provider: false,
  waitMs: 20_000,
  kind: kind === 'server' ? 'server' : 'command',
});
if (userName !== '') {
  const iam = iamOf(sandbox);
  await iam.send(new CreateUserCommand({ UserName: userName }));
  iam.destroy();
  await sandbox.close();
  process.exit(0);
}
const { endpoint, rootCredentials } = sandbox;
process.stdout.write(`${JSON.stringify({ endpoint, rootCredentials })}\n`);
process.stdin.once('data', async () => {
  await sandbox.close();
  process.exit(0);
});
