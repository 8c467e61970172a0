import {
  ADMINISTRATOR_ACTIONS,
  type Failed,
  fail,
  failedAfter,
  type LockInfo,
  type Progress,
  type StateFailureCause,
} from '../../diagnostics/failure.ts';
import { type EngineRun, firstLine } from './process.ts';
import type { EngineDiagnostic } from './progress.ts';

export type EngineStep = 'init' | 'plan' | 'apply';

export interface EngineEnding {
  readonly step: EngineStep;
  readonly run: EngineRun;
  /** Errors of the `-json` stream; without any, stderr is parsed. */
  readonly errors: readonly EngineDiagnostic[];
  /** Null while nothing is being applied. */
  readonly progress: Progress | null;
  /** The engine with our CLI configuration and its directory, to be pasted before a subcommand. */
  readonly command: string;
}

/** Why the engine failed, as one code of the closed list. */
export function engineFailure(ending: EngineEnding): Failed {
  const { run, progress } = ending;
  if (run.startError !== null) return fail('terraform-unusable', { binary: '', reason: run.startError });
  if (run.interrupted) return fail('interrupted', { progress });
  if (run.signal !== null) return fail('killed', { signal: run.signal, progress });

  const errors = ending.errors.length > 0 ? ending.errors : [run.stderr, run.stdout].flatMap(fromText);
  for (const rule of KNOWN) {
    if (rule.steps?.includes(ending.step) === false) continue;
    const error = errors.find((each) => rule.pattern.test(textOf(each)));
    if (error === undefined) continue;
    const reason = reasonOf([error, ...errors.filter((each) => each !== error)]);
    const text = textOf(error);
    const matched = rule.pattern.exec(text)?.[1] ?? null;
    const found = rule.failure({ text, matched, reason, progress, command: ending.command });
    const { done, total } = progress ?? { done: 0, total: 0 };
    if (done === 0 || 'progress' in found.failure.args) return found;
    // Its code is also one of a plan, such as credentials that end in the middle of an apply.
    return failedAfter(found, done, total - done);
  }
  const reason = errors.length > 0 ? reasonOf(errors) : (firstLine(run.stderr) ?? 'the engine gave no reason');
  if (ending.step === 'apply') return fail('apply-failed', { reason, progress: progress ?? { done: 0, total: 0 } });
  return fail(ending.step === 'init' ? 'init-failed' : 'plan-failed', { reason });
}

function textOf({ summary, detail }: EngineDiagnostic): string {
  return `${summary}\n${detail}`;
}

interface Evidence {
  /** Of the error that matched. */
  readonly text: string;
  /** The first group of the pattern; null if it has none. */
  readonly matched: string | null;
  readonly reason: string;
  readonly progress: Progress | null;
  readonly command: string;
}

interface KnownFailure {
  readonly pattern: RegExp;
  readonly steps?: readonly EngineStep[];
  readonly failure: (evidence: Evidence) => Failed;
}

/** A failure that says no more than the engine does. */
function known(
  code: 'credentials-missing' | 'plan-stale' | 'lock-file-mismatch' | 'provider-unavailable',
  pattern: RegExp,
): KnownFailure {
  return { pattern, failure: ({ reason }) => fail(code, { reason }) };
}

/** The same with how far the apply came. */
function knownDuring(
  code: 'credentials-denied' | 'throttled' | 'aws-unavailable' | 'provider-unresponsive' | 'network-failed',
  pattern: RegExp,
): KnownFailure {
  return { pattern, failure: ({ reason, progress }) => fail(code, { reason, progress }) };
}

/** The first match is the reason: root causes come before their consequences. */
const KNOWN: readonly KnownFailure[] = [
  {
    pattern: /Error (acquiring the state lock|locking state)/i,
    failure: ({ text, command }) => fail('state-locked', { lock: lockInfo(text), command }),
  },
  {
    // Before the errors of AWS: those of the state's bucket are about the state.
    pattern:
      /(Failed to|Error) (save|saving|persist|persisting|write|writing|upload|uploading) (the )?(current |updated )?state/i,
    failure: backendFailure,
  },
  {
    pattern: /Account ID not allowed(?:: (\d{12}))?/i,
    failure: ({ matched }) => fail('wrong-account', { expected: '', actual: matched }),
  },
  known(
    'credentials-missing',
    /no valid credential sources|NoCredentialProviders|failed to refresh cached credentials|no EC2 IMDS role found/i,
  ),
  {
    pattern: new RegExp(`not authorized to perform: iam:(${ADMINISTRATOR_ACTIONS.join('|')})\\b`),
    steps: ['apply'],
    failure: ({ matched, reason, progress }) => {
      const action = ADMINISTRATOR_ACTIONS.find((name) => name === matched) ?? 'UpdateUser';
      return fail('administrator-needed', { action, reason, progress });
    },
  },
  knownDuring(
    'credentials-denied',
    /ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied|UnrecognizedClient|not authorized to perform/,
  ),
  knownDuring('throttled', /Throttl|Rate exceeded|RequestLimitExceeded|TooManyRequests/),
  knownDuring('aws-unavailable', /ServiceFailure|ServiceUnavailable|InternalFailure|InternalError|StatusCode: 5\d\d/),
  {
    pattern: /EntityAlreadyExists|already exists/,
    steps: ['apply'],
    failure: ({ reason, progress }) => fail('name-exists', { reason, progress: progress ?? { done: 0, total: 0 } }),
  },
  known('plan-stale', /Saved plan is stale|does not match the (current|given) state|different state/i),
  {
    pattern: /Backend configuration changed|Backend initialization required|Backend type changed/i,
    failure: ({ command }) => fail('backend-changed', { command }),
  },
  // Before what is said of a registry that does not answer: both are errors of an installation.
  known(
    'lock-file-mismatch',
    /Provider dependency changes detected|locked\s+provider\s+\S+\s+\S+\s+does\s+not\s+match|match\s+any\s+of\s+the\s+checksums/,
  ),
  known(
    'provider-unavailable',
    /Failed to query available provider packages|Could not retrieve providers for locking|Failed to install provider|Could not retrieve the list of available versions|Inconsistent dependency lock file|Required plugins are not installed|provider registry/i,
  ),
  {
    pattern:
      /(Failed to|Error) (load|loading|save|saving|read|reading|refresh|refreshing|get existing|persist|persisting|write|inspect)\w* (the )?(backend|state|workspaces)|Failed to save state|Error configuring the backend|S3 bucket .* does not exist|HTTP remote state/i,
    failure: backendFailure,
  },
  knownDuring(
    'provider-unresponsive',
    /Plugin did not respond|transport is closing|error reading from server|code = Unavailable/i,
  ),
  knownDuring(
    'network-failed',
    /dial tcp|no such host|connection refused|connection reset|i\/o timeout|TLS handshake|request send failed|broken pipe|https?:\S+: (?:unexpected )?EOF|timeout awaiting response|no route to host|network is unreachable|context deadline exceeded/i,
  ),
];

/** By the status of HTTP, or by what S3 and the file system call it. */
const STATE_CAUSES: readonly (readonly [cause: StateFailureCause, pattern: RegExp])[] = [
  ['too-large', /HTTP error: 413|StatusCode: 413|EntityTooLarge|RequestEntityTooLarge|file too large/i],
  ['full', /HTTP error: 507|no space left|quota exceeded|QuotaExceeded/i],
  ['denied', /HTTP error: 40[13]|StatusCode: 40[13]|AccessDenied|Forbidden|permission denied|ExpiredToken/i],
  ['missing', /HTTP error: 404|NoSuchBucket|bucket .*does not exist/i],
];

function backendFailure({ text, reason, progress }: Evidence): Failed {
  const cause = STATE_CAUSES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
  return fail('backend-failed', { reason, cause, progress });
}

/** `ID: ...`, `Who: ...`, `Operation: ...`, `Created: ...`, as both engines print a lock. */
function lockInfo(text: string): LockInfo {
  const field = (name: string): string | null =>
    new RegExp(`^\\W*${name}:[ \\t]*(\\S.*)$`, 'm').exec(text)?.[1]?.trim() ?? null;
  return { id: field('ID'), who: field('Who'), operation: field('Operation'), created: field('Created') };
}

/** The engine's message in one line: the first error, and how many more there are. */
function reasonOf([first, ...more]: readonly EngineDiagnostic[]): string {
  if (first === undefined) return '';
  const where = first.address === null ? '' : `${first.address}: `;
  const said = [first.summary, first.detail].filter((part) => part.trim() !== '').join(': ');
  const rest = more.length === 0 ? '' : ` (and ${more.length} more ${more.length === 1 ? 'error' : 'errors'})`;
  return `${where}${said.replace(/\s+/g, ' ').trim()}${rest}`;
}

/** `Error: summary`, a blank line and the detail, with or without the box that the engines draw around it. */
function fromText(text: string): readonly EngineDiagnostic[] {
  const plain = text.replace(/^[│╷╵|] ?/gm, '');
  return plain
    .split(/^Error: /m)
    .slice(1)
    .map((block) => {
      const [summary = '', ...detail] = block.split('\n');
      return { severity: 'error', summary: summary.trim(), detail: detail.join('\n').trim(), address: null };
    });
}
