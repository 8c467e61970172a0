import type { AccessModel } from '../../access/model.ts';
import { desiredAccess } from '../../access/sources/desired.ts';
import { askAws } from '../../aws/client.ts';
import { readAuthorizationDetails } from '../../aws/inventory/authorization-details.ts';
import { type Result, succeed } from '../../diagnostics/failure.ts';
import { recreatedIn } from '../../drift/renames.ts';
import type { Team } from '../../team/team.ts';
import { type Past, pastOf } from '../history/past.ts';
import type { Terminal } from '../terminal.ts';
import { type AccountSessionOptions, openAccountSession, withSession } from './account-session.ts';
import { momentOf, readTeam } from './read-team.ts';
import { appliedIn, readRecord } from './records.ts';

export interface AccessOptions extends AccountSessionOptions {
  readonly json: boolean;
  readonly live: boolean;
  /** The day (`YYYY-MM-DD`) whose version of the default branch is meant; null for the file as it is. */
  readonly on: string | null;
}

interface AccessSources {
  readonly team: Team;
  /** What team.yaml grants. */
  readonly file: AccessModel;
  /** Users in AWS that are not the members' of the last apply, to whom team.yaml grants nothing. */
  readonly replaced: readonly string[];
  /** What AWS grants, to every user of the account; null if it was not asked. */
  readonly aws: AccessModel | null;
  /** The moment that all is decided at. */
  readonly at: Date;
  /** The version that the team is of; null for the file as it is. */
  readonly past: Past | null;
}

/** Who may do what by the file and, if asked, by AWS: one call a page. */
export async function readAccess(options: AccessOptions, terminal: Terminal): Promise<Result<AccessSources>> {
  const { file, today, live, on } = options;
  if (on !== null) {
    const past = await pastOf(file, on);
    if (!past.ok) return past;
    const { team, at } = past.value;
    return succeed({ team, file: desiredAccess(team, on), replaced: [], aws: null, at, past: past.value });
  }
  const at = momentOf(today);
  if (!live) {
    const read = await readTeam(file, today);
    return read.ok
      ? succeed({ team: read.value, file: desiredAccess(read.value, today), replaced: [], aws: null, at, past: null })
      : read;
  }
  return withSession(await openAccountSession(options, terminal), async ({ team, iam, records }) => {
    const read = await askAws(() => readAuthorizationDetails(iam, team.account));
    if (!read.ok) return read;
    // Not everyone who can read users can read the record.
    const record = await readRecord(records);
    const replaced = recreatedIn({ ids: read.value.ids }, team, record.ok ? appliedIn(record.value) : null);
    return succeed({ team, file: desiredAccess(team, today), replaced, aws: read.value.access, at, past: null });
  });
}
