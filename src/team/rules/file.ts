import { pasted, quoted } from '../../text/escape.ts';
import { t, trusted } from '../../text/text.ts';
import { rule, shortValue, value } from './rule.ts';

/** Rules about the file as a whole. */
export const FILE_RULES = {
  missing: rule({
    code: 'file-missing',
    message: (_: Record<never, never>, { file }) => ({
      summary: t`no file ${shortValue(file)}`,
      help: trusted('run the command in the folder of `team.yaml`, or add the path of the file to it'),
    }),
  }),
  isDirectory: rule({
    code: 'file-is-directory',
    message: (_: Record<never, never>, { file }) => ({
      summary: t`${shortValue(file)} is a directory`,
      help: t`name the file in it: ${value(`${file.replace(/\/+$/, '')}/team.yaml`)}`,
    }),
  }),
  isLink: rule({
    code: 'file-is-link',
    message: (_: Record<never, never>, { file }) => ({
      summary: t`${shortValue(file)} is a symbolic link`,
      reason: t`what it points to can be changed without a review, and can be any file of this machine`,
      help: t`put the file itself in its place`,
    }),
  }),
  converted: rule({
    code: 'file-converted',
    message: ({ path, isKnown }: { path: string; isKnown: boolean }) =>
      isKnown
        ? {
            summary: t`a checkout of ${value(path)} differs from what was committed`,
            reason: t`${value('.gitattributes')} sets a conversion, so GitHub shows owners another file than a workflow reads`,
            help: t`remove the attributes of ${value(path)} from ${value('.gitattributes')}`,
          }
        : {
            summary: t`Git does not say whether a checkout of ${value(path)} differs from what was committed`,
            reason: t`${value('git check-attr')} failed`,
            help: t`run ${value(`git check-attr --all ${pasted(path)}`)}, and make right what stops it`,
          },
  }),
  unreadable: rule({
    code: 'file-unreadable',
    message: ({ reason }: { reason: string }, { file }) => ({
      summary: t`cannot read ${shortValue(file)}`,
      reason: t`the system reports ${value(reason)}`,
      help: t`allow yourself to read it: ${value(`chmod u+r ${pasted(file)}`)}`,
    }),
  }),
  empty: rule({
    code: 'file-empty',
    message: () => ({
      summary: t`the file is empty`,
      reason: t`an empty file never means that all members leave`,
      help: t`restore it, or delete it and run ${value('mturk-team init')}`,
    }),
  }),
  tooLarge: rule({
    code: 'file-too-large',
    message: ({ bytes, limit }: { bytes: number; limit: number }) => ({
      summary: t`the file has ${bytes} bytes; at most ${limit} are read`,
      reason: t`5,000 members, all that an AWS account can have, need less than half of that`,
      help: t`check that this is the right file, and remove generated content`,
    }),
  }),
  notUtf8: rule({
    code: 'file-not-utf8',
    message: () => ({
      summary: t`the file is not UTF-8`,
      reason: t`names in another encoding cannot be read reliably`,
      help: t`save it as UTF-8 in your editor (VS Code: "Save with Encoding")`,
    }),
  }),
};

/** Rules about YAML. Features that hide what a reviewer reads are not allowed. */
export const YAML_RULES = {
  mergeConflict: rule({
    code: 'merge-conflict',
    message: () => ({
      summary: t`unresolved merge conflict`,
      reason: t`Git left both versions in the file, divided by ${value('=======')}`,
      help: t`keep what is right of each version, and remove the lines ${value('<<<<<<<')}, ${value('=======')} and ${value('>>>>>>>')}`,
    }),
  }),
  /** A warning: a comment rarely has no space after its sign, and the rest of a name or reason would be lost. */
  commentAfterText: rule({
    code: 'comment-after-text',
    severity: 'warning',
    message: ({ key, text, comment }: { key: string; text: string; comment: string }) => ({
      summary: t`${shortValue(comment)} is a comment, not part of ${shortValue(key)}`,
      reason: t`in YAML, ${value('#')} after a space begins a comment`,
      help: t`write ${value(`${key}: ${JSON.stringify(`${text} ${comment}`)}`)}; in a comment, type a space after ${value('#')}`,
    }),
  }),
  syntax: rule({
    code: 'yaml-syntax',
    message: ({ reason, problem }: { reason: string; problem: string }) => {
      const known = SYNTAX[problem];
      return known === undefined
        ? {
            summary: t`invalid YAML`,
            reason: value(reason),
            help: t`compare indentation, quotes and brackets with the lines around it`,
          }
        : { summary: t`invalid YAML: ${trusted(known[0])}`, help: trusted(known[1]) };
    },
  }),
  tooDeep: rule({
    code: 'yaml-too-deep',
    message: ({ limit }: { limit: number }) => ({
      summary: t`lists and maps are nested more than ${limit} deep`,
      reason: t`a team file needs 5 levels`,
      help: t`remove the extra brackets, dashes or indentation`,
    }),
  }),
  anchor: rule({
    code: 'yaml-anchor',
    message: ({ name }: { name: string }) => ({
      summary: t`YAML anchor ${shortValue(`&${name}`)} is not allowed`,
      reason: t`a reviewer cannot see where it is repeated`,
      help: t`remove ${value(`&${name}`)}; roles share permissions with ${value('extends')}`,
    }),
  }),
  alias: rule({
    code: 'yaml-alias',
    message: ({ name }: { name: string }) => ({
      summary: t`YAML alias ${shortValue(`*${name}`)} is not allowed`,
      reason: t`a reviewer cannot see here what it stands for`,
      help: t`write out what ${value(`*${name}`)} stands for; quote a text that begins with ${value('*')}, as in ${value('"*"')}`,
    }),
  }),
  tag: rule({
    code: 'yaml-tag',
    message: ({ tag }: { tag: string }) => ({
      summary: t`YAML tag ${shortValue(tag)} is not allowed`,
      reason: t`a tag gives a value another type than it seems to have`,
      help: t`remove ${value(tag)}; quote a text that begins with ${value('!')}`,
    }),
  }),
  mergeKey: rule({
    code: 'yaml-merge-key',
    message: () => ({
      summary: t`merge key ${value('<<')} is not allowed`,
      reason: t`some YAML programs copy keys for it, others ignore it`,
      help: t`write out the keys; roles share permissions with ${value('extends')}`,
    }),
  }),
  directive: rule({
    code: 'yaml-directive',
    message: ({ directive }: { directive: string }) => ({
      summary: t`YAML directive ${shortValue(directive)} is not allowed`,
      reason: t`a directive changes how the rest of the file is read`,
      help: t`remove the line`,
    }),
  }),
  manyDocuments: rule({
    code: 'yaml-many-documents',
    message: () => ({
      summary: t`a second YAML document begins here`,
      reason: t`a team is one document`,
      help: t`remove the line ${value('---')} and everything that is not part of the team`,
    }),
  }),
  duplicateKey: rule({
    code: 'duplicate-key',
    message: ({ key, firstLine }: { key: string; firstLine: number }) => ({
      summary: t`key ${shortValue(key)} is repeated; it is first on line ${firstLine}`,
      reason: t`only one of the two can count`,
      help: t`remove one of them, or give it another name`,
    }),
  }),
  /** `source` is the key as written; null for a list or a map. */
  keyNotText: rule({
    code: 'key-not-text',
    message: ({ source }: { source: string | null }) => {
      if (source === null) {
        return {
          summary: t`this key is a list or a map, not a text`,
          help: t`write a plain name before the colon; quote a text that begins with ${value('[')} or ${value('{')}`,
        };
      }
      if (source === '')
        return { summary: t`there is no key before the colon`, help: t`write a key, or remove the line` };
      return {
        summary: t`key ${shortValue(source)} is not a text in YAML`,
        reason: t`YAML may change it; for example, it drops leading zeros`,
        help: t`quote it: ${value(JSON.stringify(quoted(source)))}`,
      };
    },
  }),
};

/** Codes of the `yaml` library, and some of ours, in plain words: what is wrong and what to do. */
const SYNTAX: Readonly<Record<string, readonly [problem: string, help: string]>> = {
  BAD_INDENT: [
    'this line or the one above is indented differently',
    'indent each line by as many spaces as the lines it belongs to',
  ],
  OPEN_BRACKET: ['a bracket above is not closed', 'write `}` or `]` at its end'],
  COMMENT_IN_BRACKETS: [
    '`#` begins a comment here, so the bracket before it is not closed',
    'quote a text that contains ` #`, as in `name: "Bo Chen #2"`',
  ],
  NO_SPACE_AFTER_COLON: ['the space after a colon is missing', 'write `key: value`, as in `name: Bo Chen`'],
  BLOCK_IN_FLOW: [
    'a comma is missing between entries in brackets',
    'write a comma before the next key, as in `{ name: Bo Chen, roles: [results-reader] }`',
  ],
  BAD_ALIAS: ['`*` needs quotes', 'write `"*"`'],
  TAB_AS_INDENT: ['a tab is used as indentation', 'replace the tab with spaces'],
  MISSING_CHAR: [
    'a quote, bracket, comma or colon is missing',
    'close what was opened; write `: ` after each key, and a comma between entries in brackets',
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    'a second `key: value` on one line, or too little indentation',
    'quote a text that contains a colon, or begin a new line',
  ],
  MULTILINE_IMPLICIT_KEY: ['a line without a colon, where a key is expected', 'write `key: value`, or indent the line'],
  BAD_SCALAR_START: ['an unquoted text cannot begin with this character', 'quote the text'],
  UNEXPECTED_TOKEN: [
    'the text before this has already ended',
    'write a comma between two entries, and double quotes around a text with an apostrophe, as in `"Ada O\'Neill"`',
  ],
  COMMA_AT_END: ['a comma ends the line', 'remove the comma; commas divide entries in brackets only'],
  DASH_BEFORE_KEY: [
    'an entry of a list, where a key is expected',
    'remove the hyphen, and indent the line like the keys around it',
  ],
  SLASHES: ['`//` begins no comment in YAML', 'begin a comment with `#`'],
  WIDE_COLON: ['a full-width colon ends no key', 'write `: `, with a colon of ASCII and a space'],
  RETURNS: ['lines end in a carriage return alone', 'save the file with the line ends LF, as Unix has them'],
  BAD_DQ_ESCAPE: ['unknown escape after this backslash', 'write `\\\\` for a backslash, or use single quotes'],
};
