/** What can be wrong with a team file. */
export interface TeamFindingArgs {
  'yaml-syntax': { readonly reason: string };
  'duplicate-key': { readonly key: string };
}
