import { openEmulator } from '../src/emulator/emulator.ts';
import { declaredAccount } from './declared-account.ts';
import { synthTeam } from './synth-team.ts';

// The account of a team in a process of its own, so that what it costs is not counted as ours. Says where it listens, answers
// every message with how many calls it has had, and ends with its parent.
const [size, today = ''] = [Number(process.argv[2]), process.argv[3]];
const team = synthTeam(size);
const memory = { account: declaredAccount(team, today), states: new Map() };
const clock = () => new Date(`${today}T12:00:00Z`);
const emulator = await openEmulator({ dir: null, accountId: team.account, memory, provider: false, clock });
process.on('message', () => process.send?.(emulator.calls.length));
process.on('disconnect', () => process.exit(0));
process.send?.({ endpoint: emulator.endpoint, credentials: emulator.rootCredentials });
