import { createHash } from 'node:crypto';
import type { Failure } from '../../diagnostics/failure.ts';
import { renewalIssueText } from '../../drift/report/renewal-text.ts';
import { renewalsOf } from '../../drift/report/renewals.ts';
import type { DriftReportFile } from '../../drift/report/report-file.ts';
import { driftErrorText } from '../../drift/text/error-text.ts';
import { sortedFindings } from '../../drift/text/heading.ts';
import { driftIssueText } from '../../drift/text/issue.ts';
import { findingLine } from '../../drift/text/item.ts';
import { pendingIssueText } from '../../drift/text/pending-text.ts';
import type { DriftView } from '../../drift/text/view.ts';
import { NO_COMMIT } from '../../review/manifest/manifest.ts';
import type { Team } from '../../team/team.ts';
import { namingOf } from '../session/naming.ts';
import { originOf } from '../session/origin.ts';
import type { Looked } from './look.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a report is about, besides what was seen. */
export interface ReportOrigin {
  readonly team: Team;
  readonly file: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  readonly at: Date;
}

/** What one look found, with all the words that issues are made of. Ids of accounts and keys are shortened in them. */
export async function driftReportOf(
  { look, complete, attributed }: Looked,
  origin: ReportOrigin,
  env: Environment,
): Promise<DriftReportFile> {
  const { team } = origin;
  const view = viewOf(team, attributed, env);
  const { open } = sortedFindings(look);
  return {
    ...(await headOf(origin, env)),
    class: look.class,
    fingerprint: look.fingerprint,
    // Whatever could not be looked at may still be there: nothing is closed on such a look.
    complete: complete && look.unseen.length === 0,
    undo: open.filter(({ fate, cause }) => fate === 'undo' && cause === 'manual').length,
    issue: open.length === 0 || !complete ? null : driftIssueText(look, view),
    findings: open.map((finding) => ({
      key: createHash('sha256').update(finding.id).digest('hex').slice(0, 12),
      line: findingLine(finding, view.naming, { attributed }),
    })),
    snoozed: look.snoozed.length,
    error:
      look.unseen.length === 0
        ? null
        : driftErrorText({ lab: team.lab, unseen: look.unseen, failure: null, runUrl: runUrlOf(env), at: look.at }),
    pending: pendingIssueText(look, view),
    renewals: renewalsOf(team, origin.today).map((cohort) => ({
      cohort: cohort.until,
      ...renewalIssueText(cohort, { lab: team.lab, repository: view.repository ?? null }),
    })),
  };
}

/** What is left of a look that failed: why. */
export async function failedReport(
  failure: Failure | null,
  origin: ReportOrigin,
  env: Environment,
): Promise<DriftReportFile> {
  const { team, at } = origin;
  const runUrl = runUrlOf(env);
  return {
    ...(await headOf(origin, env)),
    class: 'error',
    fingerprint: '',
    complete: false,
    undo: 0,
    issue: null,
    findings: [],
    snoozed: 0,
    error: driftErrorText({ lab: team.lab, unseen: [], failure, runUrl, at: at.toISOString() }),
    pending: null,
    renewals: [],
  };
}

async function headOf(
  { team, file, at }: ReportOrigin,
  env: Environment,
): Promise<Pick<DriftReportFile, 'version' | 'lab' | 'commit' | 'at' | 'everyHours' | 'reconcile'>> {
  const { head } = await originOf(file, env, at);
  return {
    version: 1,
    lab: team.lab,
    commit: head.commit === NO_COMMIT ? null : head.commit,
    at: at.toISOString(),
    everyHours: team.settings.driftEveryHours,
    reconcile: team.settings.reconcile.mode !== 'none',
  };
}

function viewOf(team: Team, attributed: boolean, env: Environment): DriftView {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env;
  return {
    naming: namingOf(team),
    reveal: false,
    reconcile: team.settings.reconcile.mode !== 'none',
    attributed,
    repository: server && repository ? `${server}/${repository}` : null,
  };
}

function runUrlOf({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id }: Environment) {
  return server && repository && id ? `${server}/${repository}/actions/runs/${id}` : null;
}
