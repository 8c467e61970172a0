/** What an apply had done when it ended early, as far as Terraform reported. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Who holds the lock of the state, as the lock itself says; null where it does not say. */
export interface LockInfo {
  readonly id: string | null;
  readonly who: string | null;
  readonly operation: string | null;
  /** As the engine printed it, UTC. */
  readonly created: string | null;
}

/** Terraform's own message, if any. */
interface EngineWords {
  readonly reason: string;
}

/**
 * Why the engine could not be run, or did not do what it was asked: the closed list of failure reasons.
 * `progress` is null where nothing was being applied, so that "nothing was changed" can be said.
 */
export interface EngineFindingArgs {
  'emulator-busy': { readonly dir: string; readonly pid: number };
  /** The emulator's file does not lie beside the command's. */
  'emulator-missing': Readonly<Record<never, never>>;
  /** `port` is 0 for any free one. */
  'emulator-not-started': EngineWords & { readonly dir: string; readonly port: number };
  'emulator-unreadable': EngineWords & { readonly dir: string };
  'terraform-missing': { readonly account: 'real' | 'emulator' };
  'terraform-not-found': { readonly binary: string };
  'terraform-unusable': { readonly binary: string; readonly reason: string };
  'terraform-too-old': { readonly engine: string; readonly needs: string; readonly because: 'tool' | 'state-lock' };
  'terraform-not-trusted': { readonly binary: string };
  /** Where `synth` should have written. */
  'configuration-missing': { readonly directory: string };
  /** `file` is a record beside the state. */
  'record-unusable': EngineWords & { readonly file: string };
  'init-failed': EngineWords;
  'provider-unavailable': EngineWords;
  /** The provider's process died or its connection broke. */
  'provider-unresponsive': EngineWords & { readonly progress: Progress | null };
  'backend-failed': EngineWords & { readonly progress: Progress | null };
  /** `command` is the engine with its directory, to be pasted before a subcommand. */
  'backend-changed': { readonly command: string };
  'state-locked': { readonly lock: LockInfo; readonly command: string };
  'plan-failed': EngineWords;
  'plan-unreadable': EngineWords;
  'plan-stale': { readonly reason: string };
  'apply-failed': EngineWords & { readonly progress: Progress };
  'name-exists': EngineWords & { readonly progress: Progress };
  'credentials-missing': { readonly reason: string };
  'credentials-denied': EngineWords & { readonly progress: Progress | null };
  'wrong-account': { readonly expected: string; readonly actual: string | null };
  throttled: EngineWords & { readonly progress: Progress | null };
  'aws-unavailable': EngineWords & { readonly progress: Progress | null };
  'network-failed': EngineWords & { readonly progress: Progress | null };
  /** Codes of blocks. `progress` is what was applied before. */
  'blocked-during-apply': { readonly codes: readonly string[]; readonly progress: Progress };
  interrupted: { readonly progress: Progress | null };
  killed: { readonly signal: string; readonly progress: Progress | null };
  timeout: { readonly seconds: number; readonly progress: Progress | null };
}
