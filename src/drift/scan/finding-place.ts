import { worstRisk } from '../../access/capability-access.ts';
import type { AccessChange } from '../../access/diff.ts';
import { riskRank as placeOfPeople } from '../../access/effect.ts';
import { operationSet } from '../../access/operation-set.ts';
import { RISKS, type Risk } from '../../catalog/mturk.ts';
import type { DriftWhat } from '../finding.ts';
import { strayPlace } from '../rules/unmanaged-effect.ts';

/**
 * Where things stand among what somebody gains (a risk's number, worst first), what somebody loses, and the rest. The
 * fraction orders what is equally bad: first what was done to the lab, then what lies beside it.
 */
const BESIDE_A_RISK: Readonly<Partial<Record<DriftWhat['kind'], number>>> = {
  'unmanaged-group-membership': 0.1,
  outside: 0.6,
  'retired-operations': 0.65,
  'too-many-access-keys': 0.8,
  'key-used-after-leaving': 0.85,
};

/** Things that let nobody do anything by themselves, from bad to tidy; losses stand at 6, other effects at 7. */
const WITHOUT_A_RISK: Readonly<Partial<Record<DriftWhat['kind'], number>>> = {
  'key-used-after-leaving': 5.5,
  'too-many-access-keys': 7.1,
  'unmanaged-group-membership': 7.2,
  'retired-operations': 7.3,
  'console-password': 7.4,
  'unused-access-key': 7.5,
  'old-access-key': 7.6,
  'service-specific-credential': 7.7,
  'ssh-key': 7.8,
  'signing-certificate': 7.9,
};

/** A cap that is off gives nothing by itself; what is attached next does, so it stands right after what spends. */
const OPEN_BOUNDARY = 0.75;
const LAST = RISKS.length + 3;

/** Before all that is Mechanical Turk's: whoever can do everything in the account can do that, too. */
const ROOT = -2;
const ADMINISTRATOR = -1;

/** The place of a finding in a report: the smaller, the worse. */
export function placeOf(
  what: DriftWhat,
  people: readonly AccessChange[],
  risk: Risk | null,
  administrators: readonly string[] = [],
): number {
  // A member who may give herself everything comes before all that somebody may do.
  if (administrators.length > 0) return ADMINISTRATOR;
  switch (what.kind) {
    case 'difference':
      return placeOfPeople(people);
    case 'attributes':
      return LAST;
    case 'root-access-key':
      return ROOT;
    case 'stray':
      return what.effect.administrators.length > 0 ? ADMINISTRATOR : strayPlace(what.effect);
    case 'boundary': {
      const { state, document, wider } = what.effect;
      return state === 'missing' || document === null || wider.length > 0 ? OPEN_BOUNDARY : placeOfPeople(people);
    }
    case 'non-default-policy-version': {
      // One call away from what it gives.
      const worst = worstRisk(operationSet((operation) => what.operations.includes(operation)));
      return what.isBeyond || worst === null ? OPEN_BOUNDARY : RISKS.indexOf(worst) + OPEN_BOUNDARY;
    }
    case 'outside':
      if (what.isAdministrator) return ADMINISTRATOR;
      break;
  }
  if (risk !== null) return RISKS.indexOf(risk) + (BESIDE_A_RISK[what.kind] ?? 0.9);
  return WITHOUT_A_RISK[what.kind] ?? LAST;
}
