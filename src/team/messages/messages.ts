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

const WORDS: TeamWords = { ...FILE_WORDS, ...SHAPE_WORDS, ...SETTINGS_WORDS, ...ROLE_WORDS, ...MEMBER_WORDS };

/** The words of a finding about a team file. */
export function findingText(finding: Finding): FindingText {
  const words = WORDS[finding.code as keyof TeamFindingArgs] as (args: Finding['args'], place: Place) => FindingText;
  return words(finding.args, { file: finding.file, path: finding.path });
}
