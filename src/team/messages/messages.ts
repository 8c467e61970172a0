import type { Finding } from '../../diagnostics/finding.ts';
import type { TeamFindingArgs } from '../../diagnostics/team-codes.ts';
import type { FindingText } from '../../text/finding-message.ts';
import { FILE_WORDS } from './file.ts';
import { MEMBER_WORDS } from './members.ts';
import { ROLE_WORDS } from './roles.ts';
import { SETTINGS_WORDS } from './settings.ts';
import { SHAPE_WORDS } from './shape.ts';

/** Where a finding stands, for its words. */
export interface Place {
  readonly file: string;
  readonly path: readonly (string | number)[];
}

/** One function of words for each code: the compiler notices a code without them. */
export type TeamWords = {
  readonly [Code in keyof TeamFindingArgs]: (args: TeamFindingArgs[Code], place: Place) => FindingText;
};

export type TeamFinding = Extract<Finding, { readonly code: keyof TeamFindingArgs }>;

const WORDS: TeamWords = { ...FILE_WORDS, ...SHAPE_WORDS, ...SETTINGS_WORDS, ...ROLE_WORDS, ...MEMBER_WORDS };

/** The words of a finding about a team file. */
export function teamFindingText(finding: TeamFinding): FindingText {
  // Code and arguments belong together by the type of Finding, which TypeScript cannot follow through a lookup.
  const words = WORDS[finding.code] as (args: TeamFinding['args'], place: Place) => FindingText;
  return words(finding.args, { file: finding.file ?? 'team.yaml', path: finding.path });
}

export function isTeamFinding(finding: Finding): finding is TeamFinding {
  return Object.hasOwn(WORDS, finding.code);
}
