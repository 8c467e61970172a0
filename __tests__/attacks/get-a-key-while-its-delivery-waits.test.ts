import { setTimeout as wait } from 'node:timers/promises';
import { withLabKeys } from '../../src/app/keys/lab-keys.ts';
import { syncLab } from '../../src/app/keys/sync.ts';
import { succeed } from '../../src/diagnostics/failure.ts';
import type { Member, Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { startGitHub } from '../support/github-server.ts';
import { applied, appliedTo, copyOf, withLab } from '../support/lab-in-test.ts';
import { IDENTITIES } from '../support/recipients.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(7);

const [NEW, OLD] = IDENTITIES;
const withFay = (change: Partial<Member>): Team => ({
  ...smallTeam,
  members: smallTeam.members.map((one) => (one.key === 'fay' ? { ...one, ...change } : one)),
});
const base = withFay({ recipient: OLD.recipient });

// GitHub's secondary limit, which every writer can reach with the token of a workflow, lets a request wait for a minute or more.
test('an apply that replaces a stolen recipient while GitHub lets the delivery wait leaves no key of the old one', async () => {
  const github = await startGitHub();
  const env = process.env;
  try {
    process.env = { ...env, ...github.environment() };
    await withLab(copyOf(await appliedTo(base)), async (test) => {
      github.trouble({
        ...{ when: /^POST .*\/comments$/, status: 403, message: 'You have exceeded a secondary rate limit' },
        headers: { 'retry-after': '6000' },
      });
      const session = test.lab(base);
      const syncing = withLabKeys(succeed(session), (keys) => syncLab(keys, { out: null }, async () => succeed(null)));
      while (!github.requests.some(({ status }) => status === 403)) await wait(20);
      await applied(test.lab(withFay({ recipient: NEW.recipient })));
      expect(github.repository.comments).toEqual([]);
      const synced = await syncing;
      const keys =
        Object.values(test.memory.account.users).find(({ name }) => name === user('fay').UserName)?.keys ?? [];
      expect({
        keys: keys.length,
        outcomes: synced.ok ? synced.value.outcomes.map(({ result }) => result) : [],
      }).toEqual({
        ...{ keys: 0, outcomes: ['failed'] },
      });
    });
  } finally {
    process.env = env;
    await github.close();
  }
});
