import type { Mistake } from './mistakes.ts';

const bo = (fields: string) => ({
  members: `members:\n  ada: { name: Ada, roles: [reader] }\n  bo: { name: Bo, roles: [reader], ${fields} }`,
});
export const snoozed = (fields: string, id = 'outside/old-mturk-user/spends') => ({
  snoozed: `snoozed:\n  ${id}: { ${fields} }`,
});
export const settings = (fields: string) => ({ settings: `settings: { ${fields} }` });

/** About what came with the drift report: keys of members, snoozes, and the settings of both. */
export const DRIFT_MISTAKES: readonly Mistake[] = [
  {
    name: 'three access keys',
    file: bo('keys: 3'),
    code: 'invalid-count',
    at: '3',
    message:
      'members.bo.keys is 3, and must be a whole number from 0 to 2: IAM gives a user two access keys at most. Write keys: 2, or leave it out, which means 1.',
  },
  { name: 'fewer keys than none', file: bo('keys: -1'), code: 'invalid-count', at: '-1' },
  { name: 'half a key', file: bo('keys: 0.5'), code: 'invalid-count', at: '0.5' },
  {
    name: 'a number of keys in words',
    file: bo('keys: two'),
    code: 'invalid-count',
    at: 'two',
    message:
      'members.bo.keys is "two", and must be a whole number from 0 to 2: IAM gives a user two access keys at most. Write keys: 1, or leave it out, which means the same.',
  },
  {
    name: 'a list of keys',
    file: bo('keys: [AKIAIOSFODNN7EXAMPLE]'),
    code: 'wrong-type',
    at: '[AKIAIOSFODNN7EXAMPLE]',
  },
  {
    name: 'keys that are too old at once',
    file: settings('key-max-age-days: 0'),
    code: 'invalid-count',
    at: '0',
    message:
      'settings.key-max-age-days is 0, and must be a whole number, 1 or more. Write key-max-age-days: 90, or leave it out, which means the same.',
  },
  { name: 'an age with a unit', file: settings('key-max-age-days: 90d'), code: 'invalid-count', at: '90d' },
  { name: 'an endless age', file: settings('key-max-age-days: .inf'), code: 'invalid-count', at: '.inf' },
  { name: 'a look every zero hours', file: settings('drift-every-hours: 0'), code: 'invalid-count', at: '0' },
  {
    name: 'a look as cron has it',
    file: settings("drift-every-hours: '17 5 * * *'"),
    code: 'invalid-count',
    at: "'17 5 * * *'",
  },
  {
    name: 'a look every half hour',
    file: settings('drift-every-hours: 0.5'),
    code: 'invalid-count',
    at: '0.5',
    message:
      'settings.drift-every-hours is 0.5, and must be a whole number, 1 or more. Write drift-every-hours: 24, or leave it out, which means the same.',
  },
  {
    name: 'a renewal that is asked for afterwards',
    file: settings('renew-before-days: -7'),
    code: 'invalid-count',
    at: '-7',
    message:
      'settings.renew-before-days is -7, and must be a whole number, 0 or more. Write renew-before-days: 30, or leave it out, which means the same.',
  },
  { name: 'days that are nothing', file: settings('renew-before-days:'), code: 'empty-value', at: 'renew-before-days' },
  {
    name: 'reconcile: true',
    file: settings('reconcile: true'),
    code: 'wrong-type',
    at: 'true',
    message:
      'settings.reconcile must be a map and is true or false, true. Write reconcile: { mode: additions, per-day: 3 }, or remove the line to put nothing right by itself.',
  },
  {
    name: 'reconcile: yes',
    file: settings('reconcile: yes'),
    code: 'wrong-type',
    at: 'yes',
    message:
      'settings.reconcile must be a map and is a text, yes. Write reconcile: { mode: additions, per-day: 3 }, or remove the line to put nothing right by itself.',
  },
  {
    name: 'reconcile: 5',
    file: settings('reconcile: 5'),
    code: 'wrong-type',
    at: '5',
    message:
      'settings.reconcile must be a map and is a number, 5. Write reconcile: { mode: additions, per-day: 5 }, or remove the line to put nothing right by itself.',
  },
  {
    name: 'reconcile: false',
    file: settings('reconcile: false'),
    code: 'wrong-type',
    at: 'false',
    message:
      'settings.reconcile must be a map and is true or false, false. Remove the line: without it nothing is put right by itself.',
  },
  { name: 'reconcile: no', file: settings('reconcile: no'), code: 'wrong-type', at: 'no' },
  {
    name: 'reconcile as a list',
    file: { settings: 'settings:\n  reconcile:\n    - per-day: 3' },
    code: 'wrong-type',
    at: '- per-day: 3...',
  },
  {
    name: 'reconcile with nothing behind it',
    file: { settings: 'settings:\n  reconcile:' },
    code: 'empty-value',
    at: 'reconcile',
    message:
      'settings.reconcile has no value. Remove the line, and nothing is put right by itself; or write reconcile: { mode: additions, per-day: 3 }',
  },
  {
    name: 'a quota of none',
    file: settings('reconcile: { mode: additions, per-day: 0 }'),
    code: 'invalid-count',
    at: '0',
    message:
      'settings.reconcile.per-day is 0, and must be a whole number, 1 or more. Write per-day: 3, or remove reconcile to put nothing right by itself.',
  },
  {
    name: 'a mode that there is not',
    file: settings('reconcile: { mode: on }'),
    code: 'unknown-reconcile-mode',
    at: 'on',
  },
  { name: 'a quota without a mode', file: settings('reconcile: { per-day: 3 }'), code: 'missing-key', at: 'reconcile' },
  { name: 'a deletion on the last day', file: settings('delete-after-days: 0'), code: 'invalid-count', at: '0' },
  {
    name: 'a quota in words',
    file: settings('reconcile: { mode: additions, per-day: all }'),
    code: 'invalid-count',
    at: 'all',
  },
  {
    name: 'a quota by another name',
    file: settings('reconcile: { mode: all, perday: 3 }'),
    code: 'unknown-key',
    at: 'perday',
    message: 'perday is not a key of settings.reconcile, so it would have no effect. Write per-day.',
  },
  {
    name: 'a quota outside reconcile',
    file: settings('per-day: 3'),
    code: 'unknown-key',
    at: 'per-day',
    message:
      'per-day is not a key of settings, so it would have no effect. Move it below settings.reconcile, where it belongs, or remove it; the keys here are max-removals, state, key-max-age-days, reconcile, delete-after-days, drift-every-hours and renew-before-days.',
  },
  {
    name: 'a setting at the top',
    file: { settings: 'renew-before-days: 14' },
    code: 'unknown-key',
    at: 'renew-before-days',
    message:
      'renew-before-days is not a key of the file, so it would have no effect. Move it below settings, where it belongs, or remove it; the keys here are version, lab, account, owners, roles, members, departed, freeze, snoozed and settings.',
  },
  {
    name: 'a snooze that has ended',
    file: snoozed('until: "2026-11-24", reason: its last study'),
    code: 'snooze-passed',
    at: '"2026-11-24"',
    message:
      'The last day of this snooze was 2026-11-24: outside/old-mturk-user/spends is in the drift report again, if it still is as it was. Remove the entry, or write a later day and why.',
  },
  {
    name: 'a snooze for more than a year',
    file: snoozed('until: "2027-11-26", reason: a long study'),
    code: 'snooze-far-away',
    at: '"2027-11-26"',
    message:
      'outside/old-mturk-user/spends would be left out of the drift report until 2027-11-26, and nobody remembers for that long that it is there. Write a day up to "2027-11-25", and snooze it again then if it still holds.',
  },
  {
    name: 'a snooze without quotes',
    file: snoozed('until: 2027-01-31, reason: its last study'),
    code: 'date-not-quoted',
    at: '2027-01-31',
  },
  {
    name: 'a snooze until no day',
    file: snoozed('until: "2027-02-30", reason: x'),
    code: 'invalid-date',
    at: '"2027-02-30"',
  },
  { name: 'a snooze until further notice', file: snoozed('until: ever, reason: x'), code: 'invalid-date', at: 'ever' },
  { name: 'a snooze until a number', file: snoozed('until: 2027, reason: x'), code: 'invalid-date', at: '2027' },
  {
    name: 'a snooze without an end',
    file: snoozed('reason: its last study'),
    code: 'missing-key',
    at: 'outside/old-mturk-user/spends',
    message:
      'Snoozed finding outside/old-mturk-user/spends has no until, which every snoozed finding needs. Add until: "2027-01-31", with the last day on which it is left out.',
  },
  {
    name: 'a snooze without a reason',
    file: snoozed('until: "2027-01-31"'),
    code: 'missing-key',
    at: 'outside/old-mturk-user/spends',
    message:
      'Snoozed finding outside/old-mturk-user/spends has no reason, which every snoozed finding needs. Add reason: and why the finding is known and left as it is.',
  },
  {
    name: 'a snooze with an empty reason',
    file: snoozed('until: "2027-01-31", reason: " "'),
    code: 'empty-text',
    at: '" "',
    message:
      'snoozed["outside/old-mturk-user/spends"].reason is empty. Write reason: and why the finding is known and left as it is.',
  },
  {
    name: 'a snooze with another key',
    file: snoozed('until: "2027-01-31", reason: x, by: ada'),
    code: 'unknown-key',
    at: 'by',
  },
  {
    name: 'a day alone as a snooze',
    file: { snoozed: 'snoozed:\n  console-password/bo: "2027-01-31"' },
    code: 'wrong-type',
    at: '"2027-01-31"',
  },
  { name: 'a list of snoozes', file: { snoozed: 'snoozed: [password/bo]' }, code: 'wrong-type', at: '[password/bo]' },
  {
    name: 'a snooze with an expression in its reason',
    file: snoozed("until: '2027-01-31', reason: 'for ${bo}'"),
    code: 'template-expression',
    at: "'for ${bo}'",
  },
  {
    name: 'a snooze with a reason that erases a line',
    file: snoozed('until: "2027-01-31", reason: "safe\\e[2K"'),
    code: 'control-character',
    at: '"safe\\e[2K"',
  },
  {
    name: 'a snooze of an id with an expression',
    file: snoozed('until: "2027-01-31", reason: x', "'console-password/${bo}'"),
    code: 'template-expression',
    at: "'console-password/${bo}'",
  },
  {
    name: 'a snooze of an id with a character that is not seen',
    file: snoozed('until: "2027-01-31", reason: x', '"console-password/b\\u200Bo"'),
    code: 'invisible-character',
    at: '"console-password/b\\u200Bo"',
  },
  {
    name: 'a snooze of a sentence',
    file: snoozed('until: "2027-01-31", reason: x', 'Bo has a password'),
    code: 'invalid-finding-id',
    at: 'Bo has a password',
    message:
      'Bo has a password cannot be the id of a finding, so it would leave nothing out of the drift report: a kind in lower case comes first, then names as IAM has them, divided by /. Copy the id from the drift report, such as outside/old-mturk-user/spends.',
  },
  {
    name: 'a snooze of an id with what stood around it',
    file: snoozed('until: "2027-01-31", reason: x', "'`Console-Password/bo`'"),
    code: 'invalid-finding-id',
    at: "'`Console-Password/bo`'",
    message:
      '`Console-Password/bo` cannot be the id of a finding, so it would leave nothing out of the drift report: a kind in lower case comes first, then names as IAM has them, divided by /. Write console-password/bo',
  },
  {
    name: 'a snooze of a kind that is misspelt',
    file: snoozed('until: "2027-01-31", reason: x', 'membership-aded/bo/paymaster'),
    code: 'invalid-finding-id',
    at: 'membership-aded/bo/paymaster',
    message:
      'membership-aded/bo/paymaster cannot be the id of a finding, so it would leave nothing out of the drift report: membership-aded is no kind of finding. Write membership-added/bo/paymaster',
  },
  {
    name: 'a snooze of a kind that there is not',
    file: snoozed('until: "2027-01-31", reason: x', 'everything'),
    code: 'invalid-finding-id',
    at: 'everything',
    message:
      'everything cannot be the id of a finding, so it would leave nothing out of the drift report: everything is no kind of finding. Copy the id from the drift report, such as outside/old-mturk-user/spends.',
  },
  {
    name: 'a snooze of everything below',
    file: snoozed('until: "2027-01-31", reason: x', 'outside/*'),
    code: 'invalid-finding-id',
    at: 'outside/*',
  },
  {
    name: 'a snooze of an ARN',
    file: snoozed('until: "2027-01-31", reason: x', '"arn:aws:iam::123456789012:user/bo"'),
    code: 'invalid-finding-id',
    at: '"arn:aws:iam::123456789012:user/bo"',
  },
];
