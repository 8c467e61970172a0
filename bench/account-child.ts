import { openEmulator } from '../src/emulator/emulator.ts';
import { declaredAccount } from './declared-account.ts';
import { synthTeam } from './synth-team.ts';

// The account of a team in a process of its own, so that what it costs is not counted as ours: as applied, or with the
// boundary alone and a provider. Says how to reach it, answers every message with how many calls it has had, and ends with
// its parent.
const [size, today = '', kind] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
const team = synthTeam(size);
const isApplied = kind === 'applied';
const account = declaredAccount(isApplied ? team : { ...team, roles: [], members: [] }, today);
const clock = () => new Date(`${today}T12:00:00Z`);
const memory = { account, states: new Map<string, string>() };
const emulator = await openEmulator({ dir: null, accountId: team.account, memory, provider: !isApplied, clock });
process.on('message', () => process.send?.(emulator.calls.length));
process.on('disconnect', () => process.exit(0));
process.send?.({
  endpoint: emulator.endpoint,
  credentials: emulator.rootCredentials,
  environment: emulator.engineEnv('team'),
});
