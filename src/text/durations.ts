import { dayWords } from './dates.ts';

/** `31 May 2027` of `2027-05-31`, or of a moment in ISO 8601; UTC. Empty where it is neither. */
export function dateWords(day: string): string {
  const moment = new Date(day);
  return Number.isNaN(moment.getTime()) ? '' : dayWords(moment);
}
