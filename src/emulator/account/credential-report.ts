import type { Account } from './account.ts';
import { rootArn, userArn } from './arns.ts';
import { otherError } from './aws-error.ts';
import type { Run } from './reply.ts';
import type { AccessKeyRecord, CertificateRecord, UserRecord } from './state.ts';

/** IAM makes a new report only when the last one is this old. */
const KEPT_MS = 4 * 3_600_000;

// The 22 columns of "Getting credential reports for your AWS account" in IAM's user guide.
const COLUMNS = [
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active',
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service',
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service',
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated',
].join(',');

export const generateCredentialReport: Run = (account, _params, call) => {
  const { report } = account.state;
  if (report !== null && Date.parse(call.now) - Date.parse(report.generated) < KEPT_MS) return { State: 'COMPLETE' };
  account.state.report = { generated: call.now, content: content(account) };
  return {
    State: 'STARTED',
    Description: 'No report exists. Starting a new report generation task',
  };
};

export const getCredentialReport: Run = (account) => {
  const { report } = account.state;
  if (report === null)
    return otherError('ReportNotPresent', 410, 'No report is present. Please generate a report first.');
  return {
    Content: Buffer.from(report.content).toString('base64'),
    ReportFormat: 'text/csv',
    GeneratedTime: report.generated,
  };
};

function content(account: Account): string {
  const { state } = account;
  const rootKeys = state.rootKeys ?? [];
  const root = ['<root_account>', rootArn(state), offset(state.created), 'not_supported', 'no_information'];
  root.push('not_supported', 'not_supported', 'false', ...keyColumns(rootKeys[0]), ...keyColumns(rootKeys[1]));
  root.push('false', 'N/A', 'false', 'N/A');
  const users = [...account.users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [COLUMNS, root.join(','), ...users.map((user) => line(account, user))].join('\n');
}

function line(account: Account, user: UserRecord): string {
  const login =
    user.login === null
      ? ['false', 'N/A', 'N/A', 'N/A']
      : ['true', 'no_information', offset(user.login.created), 'N/A'];
  return [
    quoted(user.name),
    quoted(userArn(account.state, user)),
    offset(user.created),
    ...login,
    String(user.mfa.length > 0),
    ...keyColumns(user.keys[0]),
    ...keyColumns(user.keys[1]),
    ...certificateColumns(user.certificates[0]),
    ...certificateColumns(user.certificates[1]),
  ].join(',');
}

function keyColumns(key: AccessKeyRecord | undefined): string[] {
  if (key === undefined) return ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
  const used = key.lastUsed;
  return [
    String(key.status === 'Active'),
    offset(key.created),
    used === null ? 'N/A' : offset(used.date),
    used?.region ?? 'N/A',
    used?.service ?? 'N/A',
  ];
}

function certificateColumns(certificate: CertificateRecord | undefined): string[] {
  if (certificate === undefined) return ['false', 'N/A'];
  return [String(certificate.status === 'Active'), offset(certificate.uploaded)];
}

/** A name of IAM may hold a comma. */
function quoted(text: string): string {
  return text.includes(',') ? `"${text}"` : text;
}

/** The report writes UTC as an offset. */
function offset(time: string): string {
  return time.replace(/Z$/, '+00:00');
}
