import { DeleteAccessKeyCommand } from '@aws-sdk/client-iam';
import { withLabKeys } from '../../src/app/keys/lab-keys.ts';
import { syncLab } from '../../src/app/keys/sync.ts';
import { succeed } from '../../src/diagnostics/failure.ts';
import type { Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { startGitHub } from '../support/github-server.ts';
import { appliedTo, copyOf, withLab } from '../support/lab-in-test.ts';
import { IDENTITIES } from '../support/recipients.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(1);

const [, STOLEN] = IDENTITIES;
const team: Team = {
  ...smallTeam,
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, recipient: STOLEN.recipient } : one)),
};

test('a key that a workflow delivers and someone deletes, because its identity is stolen, while a terminal asks: the answer makes none', async () => {
  const github = await startGitHub();
  const env = process.env;
  try {
    process.env = { ...env, ...github.environment() };
    await withLab(copyOf(await appliedTo(team)), async (test) => {
      const keysOfFay = () =>
        Object.values(test.memory.account.users).find(({ name }) => name === user('fay').UserName)?.keys ?? [];
      const sync = (ask: () => Promise<void>) =>
        withLabKeys(succeed(test.lab(team)), (keys) =>
          syncLab(keys, { out: null }, async () => {
            await ask();
            return succeed(null);
          }),
        );
      const synced = await sync(async () => {
        // The job of a workflow, which asks no one.
        expect(await sync(async () => {})).toMatchObject({ ok: true, value: { failures: [] } });
        const [key] = keysOfFay();
        expect(github.repository.comments).toHaveLength(1);
        await test.lab(team).iam.send(new DeleteAccessKeyCommand({ ...user('fay'), AccessKeyId: key?.id ?? '' }));
        expect(keysOfFay()).toEqual([]);
      });
      // A sync that begins now leaves it to a person.
      const later = await sync(async () => {});
      expect(later).toMatchObject({ ok: true });
      expect({
        keys: keysOfFay().length,
        outcomes: synced.ok ? synced.value.outcomes.map(({ result }) => result) : [],
      }).toEqual({
        ...{ keys: 0, outcomes: [] },
      });
    });
  } finally {
    process.env = env;
    await github.close();
  }
});
