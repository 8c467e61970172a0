/** Why the engine could not be run, or did not do what it was asked: the closed list of failure reasons. */
export interface EngineFindingArgs {
  'engine-missing': { readonly account: 'real' | 'sandbox' };
}
