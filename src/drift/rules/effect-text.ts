import { CAPABILITIES_BY_RISK, type CapabilityAccess } from '../../access/capability-access.ts';
import type { AccessChange } from '../../access/diff.ts';
import {
  CAPABILITIES,
  isHarmful,
  OPERATIONS,
  type Operation,
  operationsOf,
  RISK_VERBS,
  RISKS,
} from '../../catalog/mturk.ts';
import { counted, formatCount, joinTexts, listTexts, strongText, type Text, t, trusted } from '../../text/text.ts';

/** `Can spend money: pay bonuses; also read results` */
export function gainText(operations: readonly Operation[]): Text {
  return capabilityGainText(capabilitiesOf(operations), false);
}

/** What several people gain; `isPending` if an apply is to remove it. */
export function gainsText(changes: readonly AccessChange[], isPending: boolean): Text {
  return capabilityGainText(union(changes, 'gained'), isPending);
}

/** What several people lose. */
export function lossesText(changes: readonly AccessChange[]): Text {
  return lossText(union(changes, 'lost'));
}

function capabilitiesOf(operations: readonly Operation[]): readonly CapabilityAccess[] {
  return CAPABILITIES_BY_RISK.flatMap((capability) => {
    const all = operationsOf(capability);
    const some = all.filter((operation) => operations.includes(operation));
    if (some.length === 0) return [];
    const { risk } = CAPABILITIES[capability];
    return [{ capability, risk, operations: some, whole: some.length === all.length, grants: [] }];
  });
}

/** What several people gain or lose, as one list of capabilities, worst first. */
function union(changes: readonly AccessChange[], side: 'gained' | 'lost'): readonly CapabilityAccess[] {
  const byCapability = new Map<string, CapabilityAccess>();
  for (const { capabilities } of changes) {
    for (const each of capabilities[side]) {
      const same = byCapability.get(each.capability);
      if (same === undefined || each.operations.length > same.operations.length)
        byCapability.set(each.capability, each);
    }
  }
  return RISKS.flatMap((risk) => [...byCapability.values()].filter((each) => each.risk === risk));
}

function capabilityGainText(gained: readonly CapabilityAccess[], isPending: boolean): Text {
  const can = isPending ? 'Still can' : 'Can';
  const harms = RISKS.filter((risk) => isHarmful(risk) && gained.some((each) => each.risk === risk));
  if (gained.length === 0) return t`No access to MTurk`;
  const count = gained.flatMap(({ operations }) => operations).length;
  if (count === OPERATIONS.length) {
    return t`${strongText(trusted(`${can} use all of MTurk:`))} ${listTexts(harms.map((risk) => trusted(RISK_VERBS[risk].can)))}`;
  }
  const rest = gained.filter(({ risk }) => !isHarmful(risk));
  const parts = harms.map((risk, index) => {
    const what = joinTexts(gained.filter((each) => each.risk === risk).map(capabilityText), ', ');
    const verb = RISK_VERBS[risk].can;
    return t`${strongText(trusted(index === 0 ? `${can} ${verb}:` : `${verb}:`))} ${what}`;
  });
  if (rest.length === 0) return joinTexts(parts, '; ');
  const more = restText(rest);
  return parts.length === 0 ? t`${trusted(can)} ${more}` : t`${joinTexts(parts, '; ')}; also ${more}`;
}

function lossText(lost: readonly CapabilityAccess[]): Text {
  return lost.length <= MOST_NAMED ? joinTexts(lost.map(capabilityText), ', ') : restText(lost);
}

function restText(capabilities: readonly CapabilityAccess[]): Text {
  if (capabilities.length <= MOST_NAMED) return joinTexts(capabilities.map(capabilityText), ', ');
  const more = capabilities.slice(MOST_NAMED).flatMap(({ operations }) => operations).length;
  const named = joinTexts(capabilities.slice(0, MOST_NAMED).map(capabilityText), ', ');
  return t`${named}, ${trusted(counted(more, 'more operation'))}`;
}

const MOST_NAMED = 3;

/** A partial loss or gain says so: `publish HITs (2 of 5 operations)`. */
function capabilityText({ capability, operations, whole }: CapabilityAccess): Text {
  const { can } = CAPABILITIES[capability];
  if (whole) return trusted(can);
  return trusted(`${can} (${formatCount(operations.length)} of ${operationsOf(capability).length} operations)`);
}
