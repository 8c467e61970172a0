import { testInTurn } from '../support/exhaustive.ts';
import { keysLab, keysTeam, zoe } from '../support/keys-lab.ts';
import { IDENTITIES } from '../support/recipients.ts';

const test = testInTurn(1);

const [NEW, OLD] = IDENTITIES;
const { place, stored, keysOf, repository, command, workflow } = keysLab(keysTeam());

async function expectNoKey(): Promise<void> {
  expect(await command('keys sync --issue --yes', workflow())).toMatchObject({ code: 0, stdout: 'No step is due.\n' });
  for (const member of ['ada', 'zoe']) expect(keysOf(member, (keys) => keys)).toEqual([]);
  expect(repository().comments).toEqual([]);
}

// A writer cancels the run of the merge before its apply begins, and starts a drift check, whose last job is this one.
test.each([
  ['suspends the member', zoe(', suspended: true')],
  ['ends their access', zoe(', until: "2026-11-20"')],
  ['allows them no keys', zoe(', keys: 0')],
  ['replaces their stolen recipient', zoe('', NEW)],
  ['lets them go', 'departed:\n  zoe: { left: "2026-11-24", reason: graduated }\n'],
])('a merged file that %s counts before it is applied', async (_what, rest) => {
  place().write('team.yaml', keysTeam({ rest }));
  await expectNoKey();
  expect((await command('keys')).stdout).toContain('team.yaml does not ask for this key');
  expect(await command('keys create zoe --out keys --yes')).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('error[no-key-allowed]') },
  });
});

test('who writes another recipient into the apply record, as the apply role can, gets no key', async () => {
  stored('apply-record.json', ({ team }: { team: { members: { recipient: string | null }[] } }) => {
    for (const member of team.members.filter(({ recipient }) => recipient === OLD.recipient))
      member.recipient = NEW.recipient;
  });
  await expectNoKey();
});
