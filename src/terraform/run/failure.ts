import { type Failure, fail, type LockInfo, type Progress } from '../../diagnostics/failure.ts';
import type { EngineRun } from './process.ts';
import type { EngineDiagnostic } from './progress.ts';

export type EngineStep = 'init' | 'plan' | 'apply';

export interface EngineEnding {
  readonly step: EngineStep;
  readonly run: EngineRun;
  /** Errors of the `-json` stream; without any, stderr is parsed. */
  readonly errors: readonly EngineDiagnostic[];
  /** Null while nothing is being applied. */
  readonly progress: Progress | null;
  /** The engine with its directory, to be pasted before a subcommand: `tofu -chdir=.mturk-team/account/team`. */
  readonly command: string;
  readonly timeoutSeconds?: number | undefined;
}

/** Why the engine failed, as one code of the closed list. */
export function engineFailure(ending: EngineEnding): { readonly ok: false; readonly failure: Failure } {
  const { run, progress } = ending;
  if (run.timedOut) return fail('timeout', { seconds: ending.timeoutSeconds ?? 0, progress });
  if (run.startError !== null) return fail('terraform-unusable', { binary: '', reason: run.startError });
  if (run.interrupted) return fail('interrupted', { progress });
  if (run.signal !== null) return fail('killed', { signal: run.signal, progress });

  const errors = ending.errors.length > 0 ? ending.errors : [run.stderr, run.stdout].flatMap(fromText);
  const text = errors.map((error) => `${error.summary}\n${error.detail}`).join('\n');
  const reason = reasonOf(errors) ?? firstLine(run.stderr) ?? 'the engine gave no reason';
  const known = KNOWN.find((rule) => rule.pattern.test(text) && (rule.steps?.includes(ending.step) ?? true));
  if (known !== undefined) return known.failure({ text, reason, progress, command: ending.command });
  if (ending.step === 'apply') return fail('apply-failed', { reason, progress: progress ?? { done: 0, total: 0 } });
  return fail(ending.step === 'init' ? 'init-failed' : 'plan-failed', { reason });
}

interface Evidence {
  readonly text: string;
  readonly reason: string;
  readonly progress: Progress | null;
  readonly command: string;
}

/** The first match is the reason: root causes come before their consequences. */
const KNOWN: readonly {
  readonly pattern: RegExp;
  readonly steps?: readonly EngineStep[];
  readonly failure: (evidence: Evidence) => { readonly ok: false; readonly failure: Failure };
}[] = [
  {
    pattern: /Error (acquiring the state lock|locking state)/i,
    failure: ({ text, command }) => fail('state-locked', { lock: lockInfo(text), command }),
  },
  {
    pattern: /AWS account ID not allowed|Account ID not allowed/i,
    failure: ({ text }) =>
      fail('wrong-account', { expected: '', actual: /not allowed: (\d{12})/i.exec(text)?.[1] ?? null }),
  },
  {
    pattern:
      /no valid credential sources|NoCredentialProviders|failed to refresh cached credentials|no EC2 IMDS role found/i,
    failure: ({ reason }) => fail('credentials-missing', { reason }),
  },
  {
    pattern:
      /ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied|UnrecognizedClient|not authorized to perform/,
    failure: ({ reason, progress }) => fail('credentials-denied', { reason, progress }),
  },
  {
    pattern: /Throttl|Rate exceeded|RequestLimitExceeded|TooManyRequests/,
    failure: ({ reason, progress }) => fail('throttled', { reason, progress }),
  },
  {
    pattern: /ServiceFailure|ServiceUnavailable|InternalFailure|InternalError|StatusCode: 5\d\d/,
    failure: ({ reason, progress }) => fail('aws-unavailable', { reason, progress }),
  },
  {
    pattern: /EntityAlreadyExists|already exists/,
    steps: ['apply'],
    failure: ({ reason, progress }) => fail('name-exists', { reason, progress: progress ?? { done: 0, total: 0 } }),
  },
  {
    pattern: /Saved plan is stale|does not match the (current|given) state|different state/i,
    failure: ({ reason }) => fail('plan-stale', { reason }),
  },
  {
    pattern: /Backend configuration changed|Backend initialization required|Backend type changed/i,
    failure: ({ command }) => fail('backend-changed', { command }),
  },
  {
    pattern:
      /Failed to query available provider packages|Failed to install provider|Could not retrieve the list of available versions|Inconsistent dependency lock file|Required plugins are not installed|provider registry/i,
    failure: ({ reason }) => fail('provider-unavailable', { reason }),
  },
  {
    pattern:
      /(Failed to|Error) (load|loading|save|saving|read|reading|refresh|refreshing|get existing|persist|persisting|write|inspect)\w* (the )?(backend|state|workspaces)|Failed to save state|Error configuring the backend|S3 bucket .* does not exist|HTTP remote state/i,
    failure: ({ reason, progress }) => fail('backend-failed', { reason, progress }),
  },
  {
    pattern: /Plugin did not respond|transport is closing|error reading from server|code = Unavailable/i,
    failure: ({ reason, progress }) => fail('provider-unresponsive', { reason, progress }),
  },
  {
    pattern:
      /dial tcp|no such host|connection refused|connection reset|i\/o timeout|TLS handshake|request send failed|broken pipe|https?:\S+: (?:unexpected )?EOF|timeout awaiting response|no route to host|network is unreachable|context deadline exceeded/i,
    failure: ({ reason, progress }) => fail('network-failed', { reason, progress }),
  },
];

/** `ID: ...`, `Who: ...`, `Operation: ...`, `Created: ...`, as both engines print a lock. */
function lockInfo(text: string): LockInfo {
  const field = (name: string): string | null =>
    new RegExp(`^\\W*${name}:[ \\t]*(\\S.*)$`, 'm').exec(text)?.[1]?.trim() ?? null;
  return { id: field('ID'), who: field('Who'), operation: field('Operation'), created: field('Created') };
}

/** The engine's message in one line: the first error, and how many more there are. */
function reasonOf(errors: readonly EngineDiagnostic[]): string | null {
  const [first, ...more] = errors;
  if (first === undefined) return null;
  const where = first.address === null ? '' : `${first.address}: `;
  const said = [first.summary, first.detail].filter((part) => part.trim() !== '').join(': ');
  const rest = more.length === 0 ? '' : ` (and ${more.length} more ${more.length === 1 ? 'error' : 'errors'})`;
  return `${where}${said.replace(/\s+/g, ' ').trim()}${rest}`;
}

function firstLine(text: string): string | null {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? null
  );
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
