import { callIam } from '../emulator/clients.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { labsOfOneAccount } from '../support/labs-of-one-account.ts';

const test = testInTurn(2);

const labs = labsOfOneAccount();
const { account, mturk } = labs;
afterAll(() => labs.remove());

function write(lab: string, neighbor: string, roles: readonly string[], members: readonly string[]): void {
  const ofAll = members.map((member) => [member, ['base', ...roles.slice(0, 1)]]);
  labs.write(lab, {
    roles: { base: 'results:read', ...Object.fromEntries(roles.map((role) => [role, 'pay:bonus'])) },
    members: { ada: ['base'], ...Object.fromEntries(ofAll) },
    neighbors: [neighbor],
  });
}

async function drift() {
  const { stdout } = await mturk('vision-x', 'drift', '--no-cloudtrail');
  return { text: stdout.replace(/\s+/g, ' '), commands: stdout.match(/aws iam .*/g) ?? [] };
}

test('a lab whose name begins another one gets no user, group or policy of its neighbor, whichever has the names first', async () => {
  for (const [lab, neighbor] of [
    ['vision', 'vision-x'],
    ['vision-x', 'vision'],
  ] as const) {
    write(lab, neighbor, [], []);
    await labs.bound(lab);
    expect(await mturk(lab, 'apply', '--yes')).toMatchObject({ code: 0 });
  }
  // The IAM names are vision-x-bo and vision-x-payer.
  write('vision', 'vision-x', ['x-payer'], ['x-bo']);
  expect(await mturk('vision', 'apply', '--yes')).toMatchObject({ code: 0 });
  write('vision-x', 'vision', ['payer'], ['bo', 'cy']);
  expect(await mturk('vision-x', 'apply', '--yes')).toMatchObject({ code: 0 });

  const found = await drift();
  expect(found.text).toContain('IAM name of group payer is taken by lab vision');
  // It has a member's name, and access.
  expect(found.text).toContain('Unmanaged user vision-x-bo');
  expect(found.text).not.toContain('Add vision to settings.neighbors');
  expect(found.text).toContain('IAM name of bo is taken by lab vision');
  expect(found.text).not.toMatch(/replaced|moved|removed|deleted/);
  expect(found.commands).toEqual([]);

  const before = account();
  for (const key of ['bo', 'role/payer']) {
    const { code, stderr } = await mturk('vision-x', 'apply', '--yes', '--restore', key);
    expect([code, stderr]).toEqual([1, expect.stringContaining('error[not-restorable]')]);
    expect(stderr).toContain('ask the owners of lab `vision`');
    expect(stderr).not.toMatch(/aws iam|delete/);
  }
  expect(account()).toBe(before);

  // In a group of this lab it is found as what it is, and the next apply removes it there.
  await labs.iamByHand((iam) =>
    callIam(iam, 'AddUserToGroup', { UserName: 'vision-x-bo', GroupName: 'vision-x-base' }),
  );
  const joined = await drift();
  expect(joined.text).toContain('vision-x-bo (not in team.yaml) added to base');
  expect(joined.commands).toEqual([]);
  expect(await mturk('vision-x', 'apply', '--yes')).toMatchObject({ code: 0 });
  expect(JSON.parse(account()).users).toEqual(JSON.parse(before).users);
});
