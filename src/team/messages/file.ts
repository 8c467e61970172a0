import type { TeamFindingArgs } from '../../diagnostics/team-codes.ts';
import { wording } from '../../text/finding-message.ts';
import { quoted, say } from '../../text/visible.ts';
import type { TeamWords } from './messages.ts';

type FileCode = Extract<keyof TeamFindingArgs, `file-${string}` | `yaml-${string}` | 'duplicate-key' | 'key-not-text'>;

/** About the file itself and about YAML. */
export const FILE_WORDS: Pick<TeamWords, FileCode> = {
  'file-missing': (_, { file }) =>
    wording(
      'No such file',
      say`There is no file ${file}.`,
      'Run the command in the folder that holds team.yaml, or name the file: mturk-team check path/to/team.yaml',
    ),
  'file-is-directory': (_, { file }) =>
    wording(
      'A directory, not a file',
      say`${file} is a directory, and a team is one file.`,
      say`Name the file in it: mturk-team check ${file.replace(/\/+$/, '')}/team.yaml`,
    ),
  'file-unreadable': ({ reason }, { file }) =>
    wording(
      'The file cannot be read',
      say`${file} cannot be read: the system says ${reason}.`,
      say`Give yourself the right to read it: chmod u+r ${file}`,
    ),
  'file-empty': () =>
    wording(
      'The file is empty',
      'The file says nothing, so it is not known who is in the lab; it never means that everybody leaves.',
      'Begin with version, lab, account, owners, roles and members; the README has a sample to copy.',
    ),
  'file-too-large': ({ bytes, limit }) =>
    wording(
      'The file is too large',
      say`The file has ${bytes} bytes and at most ${limit} are read; 5,000 members, all that an account can hold, need half of that.`,
      'Check that it is the right file, or remove what is generated in it.',
    ),
  'file-not-utf8': () =>
    wording(
      'Not UTF-8',
      'The file is not UTF-8, so names in it cannot be read for sure.',
      'Save it as UTF-8 in your editor (in VS Code: "Save with Encoding").',
    ),
  'yaml-syntax': ({ reason, problem }) => {
    const known = /end with a [}\]]/.test(reason) ? SYNTAX.OPEN_BRACKET : SYNTAX[problem];
    return wording(
      'Not valid YAML',
      say`This is not valid YAML: ${known?.[0] ?? lowerFirst(reason)}.`,
      known?.[1] ?? 'Compare the line with the ones around it: indentation, quotes and brackets.',
    );
  },
  'yaml-too-deep': ({ limit }) =>
    wording(
      'Nested too deeply',
      say`Lists and maps nest more than ${limit} deep here, and a team file needs five.`,
      'Remove the brackets, dashes or indentation that are too many.',
    ),
  'yaml-anchor': ({ name }) =>
    wording(
      'An anchor',
      say`&${name} is a YAML anchor: what it repeats elsewhere is not seen there by a reviewer, so anchors are not allowed.`,
      say`Remove &${name}, and let roles share permissions with extends.`,
    ),
  'yaml-alias': ({ name }) =>
    wording(
      'An alias',
      say`*${name} is a YAML alias: it stands for something written elsewhere, which a reviewer does not see here.`,
      say`Write out what *${name} stands for; a text that begins with * needs quotes, as in "*".`,
    ),
  'yaml-tag': ({ tag }) =>
    wording(
      'A tag',
      say`${tag} is a YAML tag, which gives a value another type than it seems to have, so tags are not allowed.`,
      say`Remove ${tag}; a text that begins with ! needs quotes.`,
    ),
  'yaml-merge-key': () =>
    wording(
      'A merge key',
      '<< copies keys from elsewhere in some YAML programs and does nothing in others, so it is not allowed.',
      'Write out the keys, or let roles share permissions with extends.',
    ),
  'yaml-directive': ({ directive }) =>
    wording(
      'A directive',
      say`${directive} changes how the rest of the file is understood, so directives are not allowed.`,
      say`Remove the line ${directive}.`,
    ),
  'yaml-many-documents': () =>
    wording(
      'More than one document',
      'A second YAML document begins here, and only one can be the team.',
      'Remove the line --- and what must not be in the team.',
    ),
  'duplicate-key': ({ key, firstLine }) =>
    wording(
      'The same key twice',
      say`${key} stands here a second time (first on line ${firstLine}), and only one of the two can count.`,
      'Remove one of them, or give it another name.',
    ),
  'key-not-text': ({ source }) =>
    source === null
      ? wording(
          'A key that is no text',
          'This key is a list or a map, and a key must be a text.',
          'Put a plain name before the colon; a text that begins with [ or { needs quotes.',
        )
      : wording(
          'A key that is no text',
          source === ''
            ? 'There is no key before the colon.'
            : say`${source} is not a text for YAML, which may change it: leading zeros get lost.`,
          source === '' ? 'Write a key, or remove the line.' : `Put it in quotes: ${JSON.stringify(quoted(source))}`,
        ),
};

/** The parser's own codes in the words of somebody who has never seen a grammar of YAML. */
const SYNTAX: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  BAD_INDENT: [
    'this line, or the one above it, does not begin where its neighbours do',
    'Indent each by as many spaces as the lines it belongs to.',
  ],
  OPEN_BRACKET: ['a bracket that was opened further up is not closed', 'Write } or ] where it ends.'],
  SPACE_AS_INDENT: [
    'this line begins with no-break or other special spaces, which web pages hold',
    'Delete what stands before its first letter, and type spaces.',
  ],
  BLOCK_IN_FLOW: [
    'a comma is missing between entries in brackets',
    'Put a comma before the next key, as in { name: Bo Chen, roles: [results-reader] }.',
  ],
  BAD_ALIAS: ['a * needs quotes', 'Write "*"'],
  TAB_AS_INDENT: ['a tab stands where only spaces may indent', 'Replace the tab by spaces.'],
  MISSING_CHAR: [
    'a quote, bracket, comma or colon is missing',
    'Close what was opened, and put : and a space after each key and a comma between entries in brackets.',
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    'there is a second "key: value" on one line, or a line that begins too far left',
    'Put a text that has a colon in it into quotes, or begin a new line.',
  ],
  MULTILINE_IMPLICIT_KEY: [
    'a line without a colon stands where a key is expected',
    'Write key: value, or indent the line.',
  ],
  BAD_SCALAR_START: ['a plain text may not begin with this character', 'Put the text into quotes.'],
  UNEXPECTED_TOKEN: [
    'this does not belong here, because what stands before it has ended',
    `Put a comma between the two if these are two entries, and double quotes around a text with an apostrophe: "Ada O'Neill"`,
  ],
  BAD_DQ_ESCAPE: ['this backslash begins nothing that YAML knows', 'Write \\\\ for a backslash, or use single quotes.'],
  IMPOSSIBLE: ['this cannot be understood', 'Compare the line with the ones around it.'],
};

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}
