import { type WhoCan, whoCan } from '../access/explain.ts';
import type { AccessModel } from '../access/model.ts';
import {
  CAPABILITIES,
  CAPABILITY_NAMES,
  type Capability,
  OPERATIONS,
  riskOf,
  SPENDING_CAPABILITIES,
} from '../catalog/mturk.ts';
import type { HeldKey } from '../keys/rules.ts';
import { keyOfIamName } from '../team/names.ts';
import { membersWithUser, type Team } from '../team/team.ts';
import { pasted } from '../text/escape.ts';

/** How the commands name the lab: `file` as the user named it. */
export interface LabPlace {
  readonly file: string;
  /** The directory of the local AWS emulator; null for the real account. */
  readonly emulator: string | null;
}

/** An access key of a user under the lab's path. */
export interface UserKey extends HeldKey {
  /** Name of the IAM user. */
  readonly user: string;
}

/** What the lab's users may still do: the worst of it. */
type WindDownState = 'spends' | 'changes' | 'reads' | 'nothing';

/** Steps toward an end of the lab. `commands` are to be run in order; without any, a person decides or acts. */
export interface WindDownStep {
  readonly stage: 'read-only' | 'closed';
  readonly id:
    | 'finish-work'
    | 'stop-spending'
    | 'read-only'
    | 'stop-reading'
    | 'keys'
    | 'workflows'
    | 'destroy'
    | 'bootstrap';
  readonly commands: readonly string[];
}

/** Where a lab is on its way to an end. */
export interface WindDown {
  readonly state: WindDownState;
  readonly spend: WhoCan;
  /** Who may call some of the operations that only read. */
  readonly read: WhoCan;
  readonly frozen: readonly Capability[];
  /** Of users under the lab's path; null if AWS was not asked. */
  readonly keys: readonly UserKey[] | null;
  readonly steps: readonly WindDownStep[];
}

const READS = OPERATIONS.filter((operation) => riskOf(operation) === 'reads');
const OTHERS = OPERATIONS.filter((operation) => riskOf(operation) !== 'reads');
const READING = CAPABILITY_NAMES.filter((name) => CAPABILITIES[name].risk === 'reads');
const NOT_READING = CAPABILITY_NAMES.filter((name) => CAPABILITIES[name].risk !== 'reads');

export function windDownOf(
  team: Team,
  given: {
    /** Of AWS if it was asked, else of the file. */
    readonly model: AccessModel;
    readonly keys: readonly UserKey[] | null;
    readonly today: string;
    readonly at: Date;
    readonly place: LabPlace;
    /** What destroys the team stack in AWS. */
    readonly destroy: readonly string[];
  },
): WindDown {
  const { model, keys, at } = given;
  const asked = (name: string, operations: WhoCan['query']['operations']) =>
    whoCan(model, team.lab, { kind: 'risk', name, operations }, at);
  const spend = asked(
    'spend',
    OTHERS.filter((operation) => riskOf(operation) === 'spends'),
  );
  const change = asked('change', OTHERS);
  const read = asked('read', READS);
  const may = { spends: spend.users.length > 0, changes: change.users.length > 0, reads: read.users.length > 0 };
  const state = (['spends', 'changes', 'reads'] as const).find((each) => may[each]) ?? 'nothing';
  return { ...{ spend, read, keys, frozen: team.freeze, state }, steps: stepsOf(team, given, may) };
}

function stepsOf(
  team: Team,
  { keys, today, place, destroy }: Parameters<typeof windDownOf>[1],
  may: Readonly<Record<'spends' | 'changes' | 'reads', boolean>>,
): readonly WindDownStep[] {
  const { edit, inAccount } = commandsFor(place);
  const apply = inAccount('apply');
  const missing = (wanted: readonly Capability[]) => wanted.filter((name) => !team.freeze.includes(name));
  const spending = missing(SPENDING_CAPABILITIES);
  const reading = missing(READING);
  const rest = missing(NOT_READING).filter((name) => !spending.includes(name));
  const members = membersWithUser(team, today);
  const holders =
    keys === null
      ? members.map(({ key }) => key)
      : keys.flatMap((key) => (key.active ? (keyOfIamName(team.lab, key.user) ?? []) : []));
  const freeze = (...names: readonly string[]) => edit(['freeze', ...names].join(' '));
  const steps: readonly (WindDownStep | null)[] = [
    may.changes ? { stage: 'read-only', id: 'finish-work', commands: [] } : null,
    spending.length > 0 || may.spends
      ? { stage: 'read-only', id: 'stop-spending', commands: [...(spending.length > 0 ? [freeze()] : []), apply] }
      : null,
    rest.length > 0 || may.changes
      ? { stage: 'read-only', id: 'read-only', commands: [...(rest.length > 0 ? [freeze(...rest)] : []), apply] }
      : null,
    reading.length > 0 || may.reads
      ? { stage: 'closed', id: 'stop-reading', commands: [...(reading.length > 0 ? [freeze(...reading)] : []), apply] }
      : null,
    holders.length > 0
      ? {
          ...{ stage: 'closed', id: 'keys' },
          commands: [...new Set(holders)].map((key) => inAccount(`keys revoke ${pasted(key)}`)),
        }
      : null,
    place.emulator === null && team.settings.state !== null ? { stage: 'closed', id: 'workflows', commands: [] } : null,
    { stage: 'closed', id: 'destroy', commands: destroy },
    place.emulator === null ? { stage: 'closed', id: 'bootstrap', commands: [inAccount('bootstrap --destroy')] } : null,
  ];
  return steps.filter((step) => step !== null);
}

const DEFAULT_FILE = 'team.yaml';

/** Command lines: of edits, and of what works on the account. */
function commandsFor({ file, emulator }: LabPlace) {
  const isDefault = file === DEFAULT_FILE;
  const where = emulator === null ? '' : ` --emulator ${pasted(emulator)}`;
  return {
    edit: (words: string) => `mturk-team ${words}${isDefault ? '' : ` --file ${pasted(file)}`}`,
    // The file is before the options.
    inAccount: (words: string) =>
      `mturk-team ${isDefault ? words : words.replace(/( --|$)/, ` ${pasted(file)}$1`)}${where}`,
  };
}
