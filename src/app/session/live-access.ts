import type { AccessModel } from '../../access/model.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { askAws, iamReader } from '../../aws/client.ts';
import { readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { Team } from '../../team/team.ts';
import type { Terminal } from '../terminal.ts';
import { type AccountSessionOptions, openAccountSession } from './account-session.ts';
import { readTeam } from './read-team.ts';

export interface AccessOptions extends AccountSessionOptions {
  readonly json: boolean;
  /** Ask AWS, too. */
  readonly live: boolean;
}

interface AccessSources {
  readonly team: Team;
  /** What team.yaml grants. */
  readonly file: AccessModel;
  /** What AWS grants, to every user of the account; null if it was not asked. */
  readonly aws: AccessModel | null;
}

const PAGE_SIZE = 1000;

/** Who may do what by the file and, if asked, by AWS: one call a page. */
export async function readAccess(options: AccessOptions, terminal: Terminal): Promise<Result<AccessSources>> {
  const { file, today, live } = options;
  if (!live) {
    const read = await readTeam(file, today);
    return read.ok ? succeed({ team: read.value, file: desiredAccess(read.value, today), aws: null }) : read;
  }
  const opened = await openAccountSession(options, terminal);
  if (!opened.ok) return opened;
  const { team, iam, close } = opened.value;
  try {
    const read = await askAws(() => readAuthorizationDetails(iamReader(iam), team.account, PAGE_SIZE));
    return read.ok ? succeed({ team, file: desiredAccess(team, today), aws: read.value.access }) : read;
  } finally {
    await close();
  }
}
