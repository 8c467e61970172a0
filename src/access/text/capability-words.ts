import {
  CAPABILITIES,
  type Capability,
  isHarmful,
  OPERATIONS,
  operationsOf,
  RISK_VERBS,
  RISKS,
  type Risk,
} from '../../catalog/mturk.ts';
import {
  capitalized,
  codeText,
  countedText,
  joinTexts,
  listTexts,
  riskText,
  strongText,
  type Text,
  t,
  trusted,
} from '../../text/text.ts';
import type { CapabilityAccess } from '../capability-access.ts';

/** The labels of harm that a reader must be warned of. */
const HARM_LABELS = {
  spends: riskText('Spends money:'),
  'harms-workers': riskText('Harms workers:'),
  'deletes-data': riskText('Deletes data:'),
} as const;

/** The harms, worst first. */
export const HARMS = RISKS.filter(isHarmful);

/** Up to so many operations are listed by name. */
const FEW = 3;
/** Up to so many lost capabilities are listed with their keys. */
const NAMED = 4;

/** `spends money`: in color if it harms someone. */
export function doesText(risk: Risk): Text {
  return isHarmful(risk) ? riskText(RISK_VERBS[risk].does) : trusted(RISK_VERBS[risk].does);
}

/** Granted capabilities: a line for each harm, worst first, and one for the rest. */
export function accessLines(capabilities: readonly CapabilityAccess[]): readonly Text[] {
  const all = almostAll(capabilities);
  if (all !== null) return [t`${strongText(all)}: ${joinTexts(HARMS.map(doesText), ', ')}`];
  const lines = HARMS.flatMap((risk) => {
    const same = capabilities.filter((each) => each.risk === risk);
    return same.length === 0 ? [] : [t`${strongText(HARM_LABELS[risk])} ${joinTexts(same.map(capabilityText), ', ')}`];
  });
  const rest = capabilities.filter(({ risk }) => !isHarmful(risk));
  return rest.length === 0 ? lines : [...lines, capitalized(joinTexts(rest.map(capabilityText), ', '))];
}

/** Lost capabilities as a phrase. Of a long list the harmful ones are named and the other operations counted. */
export function lossText(capabilities: readonly CapabilityAccess[]): Text {
  const all = almostAll(capabilities, trusted);
  if (all !== null) return all;
  const sorted = RISKS.flatMap((risk) => capabilities.filter((each) => each.risk === risk));
  if (sorted.length <= NAMED) return joinTexts(sorted.map(capabilityText), ', ');
  const named = sorted.filter(({ risk }) => isHarmful(risk));
  const rest = sorted.filter(({ risk }) => !isHarmful(risk)).flatMap(({ operations }) => operations);
  const more = rest.length === 0 ? [] : [countedText(rest.length, 'more operation')];
  return listTexts([...named.map(briefText), ...more]);
}

/** `approve work, pay bonuses (spends money), reject work (harms workers), read results` */
export function accessText(capabilities: readonly CapabilityAccess[]): Text {
  const all = almostAll(capabilities);
  if (all !== null) return t`${all} (${joinTexts(harmsOf(capabilities).map(doesText), ', ')})`;
  const parts = RISKS.flatMap((risk) => {
    const same = capabilities.filter((each) => each.risk === risk);
    if (same.length === 0) return [];
    const names = joinTexts(same.map(briefText), ', ');
    return [isHarmful(risk) ? t`${names} (${doesText(risk)})` : names];
  });
  return joinTexts(parts, ', ');
}

/** `all of Mechanical Turk except SendBonus` if hardly any operation is missing, else null. */
function almostAll(capabilities: readonly CapabilityAccess[], words = riskText): Text | null {
  const operations = new Set(capabilities.flatMap((each) => each.operations));
  const missing = OPERATIONS.filter((operation) => !operations.has(operation));
  if (missing.length > FEW) return null;
  if (missing.length === 0) return words('all of Mechanical Turk');
  return t`${words('all of Mechanical Turk')} except ${listTexts(missing.map(codeText))}`;
}

/** `pay bonuses (pay:bonus)`; of a part also which of the operations, or which not. */
export function capabilityText(access: CapabilityAccess): Text {
  const { capability, operations, whole } = access;
  const verb = trusted(CAPABILITIES[capability].can);
  if (whole) return t`${verb} (${codeText(capability)})`;
  const others = operationsOf(capability).filter((operation) => !operations.includes(operation));
  const isFew = operations.length <= others.length;
  const names = listTexts((isFew ? operations : others).map(codeText));
  return t`${verb} (${codeText(capability)}, ${partText(access)}${trusted(isFew ? ': ' : ', not ')}${names})`;
}

/** `publish HITs`, or `publish HITs (2 of 5 operations)`. */
export function briefText(access: CapabilityAccess): Text {
  const verb = trusted(CAPABILITIES[access.capability].can);
  return access.whole ? verb : t`${verb} (${partText(access)})`;
}

/** `2 of 5 operations` */
function partText({ capability, operations }: CapabilityAccess): Text {
  return t`${operations.length} of ${countedText(operationsOf(capability).length, 'operation')}`;
}

/** `approve work, pay bonuses and reject work`: the harmful capabilities, of many the worst and a count. */
export function harmfulVerbs(capabilities: readonly CapabilityAccess[], most = 3): Text {
  const all = almostAll(capabilities);
  if (all !== null) return t`use ${all}`;
  const harmful = HARMS.flatMap((risk) => capabilities.filter((each) => each.risk === risk));
  const more = harmful.length - most;
  const named = harmful.slice(0, more > 1 ? most : harmful.length).map(briefText);
  return listTexts(more > 1 ? [...named, t`do ${more} more harmful things`] : named);
}

/** `all of Mechanical Turk` if someone gains most of it, or much and has nearly all of it then; else null. */
export function everythingText(gained: readonly CapabilityAccess[], allowed: number): Text | null {
  const few = gained.flatMap(({ operations }) => operations).length <= FEW;
  if (few || allowed < OPERATIONS.length - FEW) return almostAll(gained);
  return (
    almostAll(gained) ??
    riskText(allowed === OPERATIONS.length ? 'all of Mechanical Turk' : 'nearly all of Mechanical Turk')
  );
}

/** The harms that some capabilities do, worst first. */
export function harmsOf(capabilities: readonly CapabilityAccess[]): typeof HARMS {
  return HARMS.filter((risk) => capabilities.some((each) => each.risk === risk));
}

/** The worst harm among some capabilities. */
export function worstHarm(capabilities: readonly CapabilityAccess[]): (typeof HARMS)[number] | null {
  return harmsOf(capabilities)[0] ?? null;
}

/** `pay bonuses (pay:bonus) and publish HITs (hits:publish)` */
export function capabilitiesText(capabilities: readonly Capability[]): Text {
  return listTexts(capabilities.map((name) => t`${trusted(CAPABILITIES[name].can)} (${codeText(name)})`));
}
