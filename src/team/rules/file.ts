import { t, trusted } from '../../text/text.ts';
import { message, rule, shortValue, value } from './rule.ts';

/** Rules about the file as a whole. */

export const fileMissing = rule({
  code: 'file-missing',
  message: (_: Record<never, never>, { file }) =>
    message(
      t`no file ${shortValue(file)}`,
      null,
      trusted('run the command in the folder of `team.yaml`, or name the file: `mturk-team check path/to/team.yaml`'),
    ),
});

export const fileIsDirectory = rule({
  code: 'file-is-directory',
  message: (_: Record<never, never>, { file }) =>
    message(
      t`${shortValue(file)} is a directory`,
      null,
      t`name the file in it: ${value(`mturk-team check ${file.replace(/\/+$/, '')}/team.yaml`)}`,
    ),
});

export const fileUnreadable = rule({
  code: 'file-unreadable',
  message: ({ reason }: { reason: string }, { file }) =>
    message(
      t`cannot read ${shortValue(file)}`,
      t`the system reports ${value(reason)}`,
      t`allow yourself to read it: ${value(`chmod u+r ${file}`)}`,
    ),
});

export const fileEmpty = rule({
  code: 'file-empty',
  message: () =>
    message(
      t`the file is empty`,
      t`an empty file never means that all members leave`,
      trusted('copy the sample from the README and edit it'),
    ),
});

export const fileTooLarge = rule({
  code: 'file-too-large',
  message: ({ bytes, limit }: { bytes: number; limit: number }) =>
    message(
      t`the file has ${bytes} bytes; at most ${limit} are read`,
      t`5,000 members, all that an AWS account can have, need less than half of that`,
      t`check that this is the right file, and remove generated content`,
    ),
});

export const fileNotUtf8 = rule({
  code: 'file-not-utf8',
  message: () =>
    message(
      t`the file is not UTF-8`,
      t`names in another encoding cannot be read reliably`,
      t`save it as UTF-8 in your editor (VS Code: "Save with Encoding")`,
    ),
});

export const FILE_RULES = [fileMissing, fileIsDirectory, fileUnreadable, fileEmpty, fileTooLarge, fileNotUtf8];
