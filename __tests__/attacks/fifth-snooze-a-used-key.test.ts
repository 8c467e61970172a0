import { readFileSync, writeFileSync } from 'node:fs';
import { attackedLabs, keyOf, TODAY, user } from '../support/attacked-lab.ts';

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const ID = 'key-used-after-leaving/fay';

test('a snooze of a key that was used after access ended does not cover its next use', async () => {
  await labs.attack(async (lab) => {
    const use = (date: string) => {
      const file = lab.path('.mturk-team/emulator/account.json');
      const account = JSON.parse(readFileSync(file, 'utf8'));
      for (const { name, keys } of Object.values<{ name: string; keys: { lastUsed: unknown }[] }>(account.users)) {
        if (name === user('fay').UserName) for (const key of keys) key.lastUsed = { date, service: 'iam', region: 'x' };
      }
      writeFileSync(file, JSON.stringify(account));
    };
    const found = async (day: string) => {
      const { stdout } = await lab.mturk(day, 'drift', '--quick', '--json');
      return JSON.parse(stdout).drift.findings.flatMap(({ id }: { id: string }) => (id.includes('/fay') ? [id] : []));
    };
    await lab.byHand((iam) => keyOf(iam, user('fay').UserName));
    lab.edit('  fay: {', '  fay: { suspended: true,');
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    use('2026-11-24T10:00:00Z');
    expect(await found(TODAY)).toContain(ID);
    lab.edit('settings:', `snoozed:\n  ${ID}: { until: "2026-12-20", reason: it was fay }\nsettings:`);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await found(TODAY)).not.toContain(ID);
    use('2026-12-02T10:00:00Z');
    expect(await found('2026-12-03')).toContainEqual(expect.stringContaining('key-used-after-leaving'));
  });
});
