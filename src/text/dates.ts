/** Milliseconds. Days are UTC's, which all have 24 hours. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS_IN_MONTH = 30.44;
const NEAR = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const FAR = new Intl.RelativeTimeFormat('en');

/** `31 May 2027`, UTC. */
export function dayWords(moment: Date): string {
  return `${moment.getUTCDate()} ${MONTHS[moment.getUTCMonth()] ?? ''} ${moment.getUTCFullYear()}`;
}

/** `in 6 months`, `tomorrow`, `3 days ago`: whole days, UTC. */
export function distanceWords(moment: Date, at: Date): string {
  const days = Math.floor(moment.getTime() / DAY_MS) - Math.floor(at.getTime() / DAY_MS);
  if (Math.abs(days) < 28) return NEAR.format(days, 'day');
  const months = Math.round(Math.abs(days) / DAYS_IN_MONTH);
  const [amount, unit] = months < 24 ? ([months, 'month'] as const) : ([Math.round(months / 12), 'year'] as const);
  return FAR.format(Math.sign(days) * amount, unit);
}

/** The day on which access begins, with the hour within a day: `10 Jan 2027`. */
export function firstDay(starts: string): string {
  return `${dayWords(new Date(starts))}${hourWords(starts)}`;
}

/** `10 Jan 2027 (in 2 months)` */
export function firstDayWords(starts: string, at: Date): string {
  return `${firstDay(starts)} (${distanceWords(new Date(starts), at)})`;
}

/** ` from 10 Jan 2027 until 31 May 2027`: when access begins later, and when it ends; empty if neither is known. */
export function periodWords(starts: string | null, ends: string | null): string {
  return `${starts === null ? '' : ` from ${firstDay(starts)}`}${ends === null ? '' : ` until ${lastDay(ends)}`}`;
}

/** The last day before everything is denied from `ends` (ISO 8601) on: `31 May 2027`, with the hour within a day. */
export function lastDay(ends: string): string {
  return `${dayWords(lastMoment(ends))}${hourWords(ends)}`;
}

function hourWords(moment: string): string {
  return isMidnight(moment) ? '' : `, ${clock(new Date(moment))}`;
}

/** `31 May 2027 (in 6 months)` */
export function lastDayWords(ends: string, at: Date): string {
  return `${lastDay(ends)} (${distanceWords(lastMoment(ends), at)})`;
}

function isMidnight(ends: string): boolean {
  return Date.parse(ends) % DAY_MS === 0;
}

function lastMoment(ends: string): Date {
  return new Date(Date.parse(ends) - (isMidnight(ends) ? 1 : 0));
}

/** `25 Nov 2026 11:04 UTC`; empty for a text that is no moment. */
export function timeWords(at: string): string {
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? '' : `${dayWords(moment)} ${clock(moment)}`;
}

function clock(moment: Date): string {
  return `${moment.toISOString().slice(11, 16)} UTC`;
}

/** `31 May 2027` of `2027-05-31`, or of a moment in ISO 8601; UTC. Empty if it is neither. */
export function dateWords(day: string): string {
  const moment = new Date(day);
  return Number.isNaN(moment.getTime()) ? '' : dayWords(moment);
}

/** `1 Apr 2026 to 31 May 2026`, or the one day, of days as `2026-04-01`. */
export function daysWords(first: string, last: string): string {
  return first === last ? dateWords(first) : `${dateWords(first)} to ${dateWords(last)}`;
}
