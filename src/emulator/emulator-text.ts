/** What `emulator start` prints on stdout: lines to paste into a shell. */
export function emulatorExports(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join('');
}

/** What `emulator start` says while it runs. */
export function emulatorStarted(account: { endpoint: string; accountId: string; dir: string }): string {
  return [
    `AWS account ${account.accountId} answers at ${account.endpoint} (IAM, STS, CloudTrail and MTurk; kept in ${account.dir}).`,
    'Paste the lines below into another shell to work with it as its root. mturk-team --emulator uses it by itself.',
    'Ctrl-C ends it; what was done stays.',
    '',
  ].join('\n');
}

export function emulatorBusy(dir: string, pid: number): string {
  return `Process ${pid} has the account in ${dir} open. Wait until it has ended, or end it, and try again.\n`;
}

export function emulatorUnusable(dir: string, reason: string): string {
  return `The account in ${dir} cannot be opened: ${reason}. If it may go, run mturk-team emulator reset ${dir}.\n`;
}

export function emulatorWasReset(dir: string, deleted: number): string {
  if (deleted === 0) return `There is no account in ${dir}: nothing to delete.\n`;
  return `Deleted the account in ${dir} and its states (${deleted} ${deleted === 1 ? 'file' : 'files'}).\n`;
}

export function emulatorNotStarted(dir: string, port: number, reason: string): string {
  const where = port === 0 ? `in ${dir}` : `in ${dir} on port ${port}`;
  return `The account ${where} cannot be served: ${reason}. Choose another --port or directory.\n`;
}

/** Said while another command has the account open. */
export function emulatorWaiting(dir: string): string {
  return `Another command uses the account in ${dir}; waiting for it.\n`;
}
