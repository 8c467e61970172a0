/** What a planned change may not do. */
export interface RailFindingArgs {
  'too-many-removals': { readonly count: number; readonly limit: number; readonly members: readonly string[] };
}
