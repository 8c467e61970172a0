import { accessOf } from '../src/access/access-of.ts';
import { desiredAccess } from '../src/access/sources/desired.ts';
import { readTeam } from '../src/team/parse/read-team.ts';
import { synthTeam } from './synth-team.ts';
import { teamFileWith } from './team-file.ts';

// A process for one step, so that what another step held does not count: prints the most memory it had, in MB.
const [step, size] = [process.argv[2], Number(process.argv[3])];
const today = '2026-11-25';
if (step === 'check') readTeam(teamFileWith(size), { file: 'team.yaml', today });
else accessOf(desiredAccess(synthTeam(size), today), { at: new Date(`${today}T12:00:00Z`) });
process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
