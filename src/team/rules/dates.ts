import * as z from 'zod';
import type { DocumentPath } from '../../diagnostics/positions.ts';
import { quoted } from '../../text/escape.ts';
import { t, trusted } from '../../text/text.ts';
import { PATTERNS } from '../schema.ts';
import { CURLY_QUOTES, rule, shortValue, textCheck, value } from './rule.ts';

/** Rules about dates: the first and last day of a member or a snooze, and the days of a review and of leaving. */

const DATES = ['members.*.from', 'members.*.until', 'members.*.reviewed', 'departed.*.left', 'snoozed.*.until'];

export const invalidDate = rule({
  code: 'invalid-date',
  message: ({ source }: { source: string }) => ({
    summary: t`${shortValue(source)} is not a date`,
    reason: CURLY_QUOTES.test(source)
      ? trusted('typographic quotes are part of the text in YAML; only straight quotes enclose it')
      : PATTERNS.date.test(source)
        ? t`the calendar has no such day`
        : t`a date is year-month-day`,
    help: t`write a day such as ${value('"2027-05-31"')}, in straight quotes`,
  }),
  check: textCheck(DATES, (source) => !isRealDate(source) && { source }),
});

/** YAML 1.2, which is read here, keeps an unquoted date as text; YAML 1.1, which most parsers read, makes it a timestamp. */
const dateNotQuoted = rule({
  code: 'date-not-quoted',
  message: ({ source }: { source: string }) => ({
    summary: t`date ${shortValue(source)} is not quoted`,
    reason: t`many YAML parsers read it as a timestamp, which can fall on another day`,
    help: t`write ${value(JSON.stringify(quoted(source)))}`,
  }),
  check({ unquotedDates, intact }, report) {
    for (const { path, text } of unquotedDates)
      if (isPathOfDate(path) && intact(...path)) report(path, { source: text });
  },
});

export const DATE_RULES = [invalidDate, dateNotQuoted];

/** The same day some years later; the 28th of February for the 29th. */
export function yearsAfter(day: string, years: number): string {
  const later = `${String(Number(day.slice(0, 4)) + years).padStart(4, '0')}${day.slice(4)}`;
  return isRealDate(later) ? later : later.replace(/29$/, '28');
}

export function isPathOfDate([section, _entry, ...rest]: DocumentPath): boolean {
  return DATES.includes([section, '*', ...rest].join('.'));
}

function isRealDate(text: string): boolean {
  return z.iso.date().safeParse(text).success;
}
