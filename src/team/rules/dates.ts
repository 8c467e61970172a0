import type { DocumentPath } from '../../diagnostics/yaml-positions.ts';
import { DATE_PATTERN } from '../patterns.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Reports at most one thing about a date: first that it is none, then that its quotes are missing. */
export const datesAreReal: Rule = (context) => {
  for (const { key, until } of context.draft.members) checkDate(context, ['members', key, 'until'], until);
  for (const { key, left } of context.draft.departed) checkDate(context, ['departed', key, 'left'], left);
  for (const { finding, until } of context.draft.snoozed) checkDate(context, ['snoozed', finding, 'until'], until);
};

/**
 * YAML 1.2, which is read here, keeps an unquoted date as text, but YAML 1.1 makes a point in time of it, and most
 * other programs that may read this file speak that.
 */
export const datesAreQuoted: Rule = ({ unquotedDates, intact, report }) => {
  for (const { path, text } of unquotedDates) {
    if (isPathOfDate(path) && intact(...path)) report('date-not-quoted', path, { source: text });
  }
};

export const untilLiesAhead: Rule = ({ draft, today, intact, report }) => {
  for (const { key, until } of draft.members) {
    if (until === null || until >= today || !intact('members', key, 'until')) continue;
    report('until-passed', ['members', key, 'until'], { member: key, until }, { severity: 'warning' });
  }
};

/** An error: whoever stands in `departed` is deleted by the next apply, whatever day is written there. */
export const nobodyLeavesInTheFuture: Rule = ({ draft, today, intact, report }) => {
  for (const { key, left } of draft.departed) {
    if (left === null || left <= today || !intact('departed', key, 'left')) continue;
    report('left-in-future', ['departed', key, 'left'], { member: key, left });
  }
};

const DATES: Readonly<Record<string, string>> = { members: 'until', departed: 'left', snoozed: 'until' };

function isPathOfDate(path: DocumentPath): boolean {
  return (
    path.length === 3 && typeof path[0] === 'string' && Object.hasOwn(DATES, path[0]) && DATES[path[0]] === path[2]
  );
}

function checkDate({ intact, report }: RuleContext, path: [string, string, string], text: string | null): void {
  if (text === null || isRealDate(text) || !intact(...path)) return;
  report('invalid-date', path, { source: text, because: DATE_PATTERN.test(text) ? 'calendar' : 'format' });
}

function isRealDate(text: string): boolean {
  if (!DATE_PATTERN.test(text)) return false;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}
