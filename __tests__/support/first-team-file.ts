import { firstTeamFile } from '../../src/setup/init/lab-files.ts';
import { ACCOUNT } from '../emulator/clients.ts';

/** The team.yaml of a lab whose one owner has no user in these accounts, as `init` writes it. */
export const FIRST_FILE = firstTeamFile({
  ...{ lab: 'perception-lab', account: ACCOUNT, selfApproval: false },
  owners: [{ key: 'lead', login: 'lab-lead' }],
});
