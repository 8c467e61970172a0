import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLabKeys } from '../../src/app/keys/lab-keys.ts';
import { syncLab } from '../../src/app/keys/sync.ts';
import { succeed } from '../../src/diagnostics/failure.ts';
import { decryptWith } from '../../src/keys/encryption.ts';
import type { Member, Team } from '../../src/team/team.ts';
import { user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { applied, appliedTo, copyOf, withLab } from '../support/lab-in-test.ts';
import { IDENTITIES } from '../support/recipients.ts';
import { smallTeam } from '../support/sample-team.ts';

const test = testInTurn(1);

const [NEW, OLD] = IDENTITIES;
/** Another member's, who comes first. */
const ANOTHER = 'age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg';
const withFay = (change: Partial<Member>): Team => ({
  ...smallTeam,
  members: smallTeam.members.map((one) =>
    one.key === 'fay' ? { ...one, ...change } : one.key === 'bo' ? { ...one, recipient: ANOTHER } : one,
  ),
});
const base = withFay({ recipient: OLD.recipient });

test.each([
  ['replaces a recipient whose identity was stolen', { recipient: NEW.recipient }],
  ['suspends the member', { recipient: OLD.recipient, suspended: true }],
  ['lets the member have no keys', { recipient: OLD.recipient, keys: 0 }],
])(
  'an apply that %s while another key is delivered: the sync that goes on makes none by what it read before',
  async (_what, change) => {
    const out = mkdtempSync(join(tmpdir(), 'mturk-team-keys-'));
    await withLab(copyOf(await appliedTo(base)), async (test) => {
      let hasApplied = false;
      test.listen(async ({ action, phase }) => {
        if (action !== 'CreateAccessKey' || phase !== 'after' || hasApplied) return true;
        hasApplied = true;
        await applied(test.lab(withFay(change)));
        return true;
      });
      const session = test.lab(base);
      const synced = await withLabKeys(succeed(session), (keys) => syncLab(keys, { out }, async () => succeed(null)));
      test.listen(null);
      const keys =
        Object.values(test.memory.account.users).find(({ name }) => name === user('fay').UserName)?.keys ?? [];
      const files = readdirSync(out).filter((name) => name.startsWith(user('fay').UserName));
      const opened = await Promise.all(
        files.map((name) => decryptWith(OLD.identity, readFileSync(join(out, name), 'utf8'))),
      );
      rmSync(out, { recursive: true });
      expect({ hasApplied, keys: keys.length, byOld: opened.map(({ ok }) => ok) }).toEqual({
        ...{ hasApplied: true, keys: 0, byOld: [] },
      });
      const failed = synced.ok ? synced.value.failures : [];
      expect(failed.at(-1)).toMatchObject({ args: { member: 'fay', step: 'deliver' } });
    });
  },
);
