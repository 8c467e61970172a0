import { FINDING_IDS, isFindingId } from '../../diagnostics/finding-ids.ts';
import { FINDING_ID_PATTERN, LONGEST_FINDING_ID } from '../patterns.ts';
import type { Rule } from './rule.ts';

export const snoozesNameFindings: Rule = ({ draft, intact, report, suggest }) => {
  for (const { finding } of draft.snoozed) {
    const possible = finding.length <= LONGEST_FINDING_ID && FINDING_ID_PATTERN.test(finding);
    const [kind = ''] = finding.split('/', 1);
    if ((possible && isFindingId(kind)) || !intact('snoozed', finding)) continue;
    const known = possible ? { kind, suggestion: suggest(kind, FINDING_IDS) } : null;
    report('invalid-finding-id', ['snoozed', finding], { id: finding, unknown: known }, { at: 'key' });
  }
};

/** A warning: it hides nothing any more, so the report is right whether the entry stands there or not. */
export const snoozesHoldStill: Rule = ({ draft, today, intact, report }) => {
  for (const { finding, until } of draft.snoozed) {
    if (until === null || until >= today || !intact('snoozed', finding, 'until')) continue;
    report('snooze-passed', ['snoozed', finding, 'until'], { finding, until }, { severity: 'warning' });
  }
};

/** A warning: what nobody is reminded of within a year is forgotten, and then it is no snooze. */
export const snoozesEndWithinAYear: Rule = ({ draft, today, intact, report }) => {
  const limit = yearAfter(today);
  for (const { finding, until } of draft.snoozed) {
    if (until === null || until <= limit || !intact('snoozed', finding, 'until')) continue;
    report('snooze-far-away', ['snoozed', finding, 'until'], { finding, until, limit }, { severity: 'warning' });
  }
};

/** The same day of the next year; the 28th of February for the 29th. */
function yearAfter(day: string): string {
  const next = `${String(Number(day.slice(0, 4)) + 1).padStart(4, '0')}${day.slice(4)}`;
  return next.endsWith('-02-29') ? next.replace(/29$/, '28') : next;
}
