import { callIam, iamOf, openAccount } from '../clients.ts';

test('every answer bears a request id in its header, another one each, as AWS’s do', async () => {
  const emulator = await openAccount();
  try {
    const ids: unknown[] = [];
    for (let call = 0; call < 2; call += 1) {
      const { $metadata } = await callIam(iamOf(emulator), 'ListUsers');
      ids.push(($metadata as { requestId?: string }).requestId);
    }
    const refused = await callIam(iamOf(emulator), 'GetUser', { UserName: 'missing-user' }).catch((error) => error);
    ids.push(refused.$metadata.requestId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(3);
  } finally {
    await emulator.close();
  }
});
