import { type AnswerSource, type WhoCanDifference, whoCan, whoCanDifference } from '../access/explain.ts';
import { askAws, inParallel } from '../aws/client.ts';
import { type Result, succeed } from '../diagnostics/failure.ts';
import { type UserKey, windDownOf } from '../eject/wind-down.ts';
import { iamName, labPath } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { pasted } from '../text/escape.ts';
import { destroyCommands } from '../text/failures/failures.ts';
import { readApplied, withKeyAccount } from './keys/lab-keys.ts';
import { openAccountSession } from './session/account-session.ts';
import { programOf } from './session/lab-session.ts';
import { type AccessOptions, readAccess } from './session/live-access.ts';
import type { Terminal } from './terminal.ts';

type WindDownOptions = Omit<AccessOptions, 'on'>;

/** Where a lab is on its way to an end: by the file, and by AWS if it is to be asked. */
export async function windDownLab(options: WindDownOptions, terminal: Terminal) {
  const { file, emulator, today } = options;
  const read = await readAccess({ ...options, on: null }, terminal);
  if (!read.ok) return read;
  const { team, aws, at } = read.value;
  const keys = aws === null ? succeed(null) : await keysIn(options, terminal);
  if (!keys.ok) return keys;
  const windDown = windDownOf(team, {
    ...{ model: aws ?? read.value.file, keys: keys.value, today, at, place: { file, emulator } },
    destroy: await destroyingCommands(team, emulator),
  });
  const byFile = whoCan(read.value.file, team.lab, windDown.spend.query, at);
  const source: AnswerSource<WhoCanDifference> =
    aws === null
      ? { kind: 'file' }
      : {
          kind: 'aws',
          account: team.account,
          difference: whoCanDifference(byFile, windDown.spend, read.value.replaced),
        };
  return succeed({ team, at, source, windDown });
}

/** The keys of every user under the lab's path, and of a member's user outside it, with the name that an apply noted. */
async function keysIn(options: WindDownOptions, terminal: Terminal): Promise<Result<readonly UserKey[]>> {
  return withKeyAccount(await openAccountSession(options, terminal), async (session, account) => {
    const { team } = session;
    const names = new Set(team.members.map(({ key }) => iamName(team.lab, key)));
    const listed = await askAws(() => session.names.list('user'));
    if (!listed.ok) return listed;
    const record = await readApplied(session);
    const noted = new Map(Object.entries(record.ok ? record.value.ids.user : {}).map(([name, id]) => [id, name]));
    const own = listed.value.filter(
      ({ path, name, id }) => path.startsWith(labPath(team.lab)) || names.has(name) || noted.has(id),
    );
    const read = await inParallel(own, async ({ name, id }) => ({
      user: noted.get(id) ?? name,
      keys: await account.keys(name),
    }));
    const found: UserKey[] = [];
    for (const { user, keys } of read) {
      if (!keys.ok) return keys;
      found.push(...keys.value.map((key) => ({ ...key, user })));
    }
    return succeed(found);
  });
}

async function destroyingCommands(team: Team, emulator: string | null): Promise<readonly string[]> {
  if (emulator !== null) return [`mturk-team emulator reset ${pasted(emulator)}`];
  const { program, state } = await programOf(team);
  return destroyCommands(program, state);
}
