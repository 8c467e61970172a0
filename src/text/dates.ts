const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 86_400_000;
const DAYS_IN_MONTH = 30.44;

/** `31 May 2027`, UTC. */
export function dayWords(moment: Date): string {
  return `${moment.getUTCDate()} ${MONTHS[moment.getUTCMonth()] ?? ''} ${moment.getUTCFullYear()}`;
}

/** `in 6 months`, `tomorrow`, `3 days ago`: whole days, UTC. */
export function distanceWords(moment: Date, at: Date): string {
  const days = Math.floor(moment.getTime() / DAY) - Math.floor(at.getTime() / DAY);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return 'yesterday';
  const amount = amountWords(Math.abs(days));
  return days > 0 ? `in ${amount}` : `${amount} ago`;
}

function amountWords(days: number): string {
  if (days < 28) return `${days} days`;
  const months = Math.round(days / DAYS_IN_MONTH);
  if (months < 24) return months === 1 ? '1 month' : `${months} months`;
  return `${Math.round(months / 12)} years`;
}

/**
 * The last day of access before everything is denied from `ends` (ISO 8601) on: `31 May 2027 (in 6 months)`. The hour
 * is shown if access ends within a day.
 */
export function lastDayWords(ends: string, at: Date): string {
  const moment = new Date(ends);
  const midnight = moment.getTime() % DAY === 0;
  const last = midnight ? new Date(moment.getTime() - 1) : moment;
  const hour = midnight ? '' : `, ${moment.toISOString().slice(11, 16)} UTC`;
  return `${dayWords(last)}${hour} (${distanceWords(last, at)})`;
}

/** `25 Nov 2026 11:04 UTC`; empty for a text that is no moment. */
export function timeWords(at: string): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return '';
  return `${dayWords(moment)} ${moment.toISOString().slice(11, 16)} UTC`;
}

/** `31 May 2027` of `2027-05-31`, or of a moment in ISO 8601; UTC. Empty where it is neither. */
export function dateWords(day: string): string {
  const moment = new Date(day);
  return Number.isNaN(moment.getTime()) ? '' : dayWords(moment);
}
