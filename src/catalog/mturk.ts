/** AWS's own classification of an operation in the Service Authorization Reference. */
type AccessLevel = 'Read' | 'List' | 'Write';

/**
 * What an operation can do to people and money, worst first. AWS's access level says "Write" for a bonus payment and
 * for a test notification alike, so the project keeps its own.
 */
export type Risk = 'spends' | 'harms-workers' | 'deletes-data' | 'contacts-people' | 'changes' | 'reads';

/** Risks in the order in which a reader must see them. */
export const RISKS: readonly Risk[] = [
  'spends',
  'harms-workers',
  'deletes-data',
  'contacts-people',
  'changes',
  'reads',
];

/** Both verb forms of what a risk does, and the word by which `who-can` is asked about it. */
export const RISK_VERBS: Readonly<Record<Risk, Readonly<Record<'word' | 'can' | 'does', string>>>> = {
  spends: { word: 'spend', can: 'spend money', does: 'spends money' },
  'harms-workers': { word: 'harm', can: 'harm workers', does: 'harms workers' },
  'deletes-data': { word: 'delete', can: 'delete data', does: 'deletes data' },
  'contacts-people': { word: 'contact', can: 'contact people', does: 'contacts people' },
  changes: { word: 'change', can: 'change data', does: 'changes data' },
  reads: { word: 'read', can: 'read data', does: 'reads data' },
};

/** Whether a reader must be warned of what a finding does to access. */
export function isDanger(effect: Risk | 'full-control' | 'lost-access' | null): boolean {
  return effect === 'full-control' || (effect !== null && effect !== 'lost-access' && isHarmful(effect));
}

/** Whether a reader must be warned of a risk: the three worst. */
export function isHarmful(risk: Risk): risk is 'spends' | 'harms-workers' | 'deletes-data' {
  return risk === 'spends' || risk === 'harms-workers' || risk === 'deletes-data';
}

export type Operation = keyof typeof CATALOG;
export type Capability = keyof typeof CAPABILITIES;

interface OperationFacts {
  readonly level: AccessLevel;
  readonly capability: Capability;
}

interface CapabilityFacts {
  readonly risk: Risk;
  /** Completes "can ...", "cannot ..." and "can no longer ...": a bare infinitive. */
  readonly can: string;
  /** The same in the third person, for a list of what a role does. */
  readonly does: string;
}

/** The IAM service prefix; the API's own name "mturk" is not one. */
export const SERVICE_PREFIX = 'mechanicalturk';

/**
 * The 13 capabilities. The order is the order of statements in a policy and of lines in every report.
 * Every operation belongs to exactly one; the three `:read` together are AmazonMechanicalTurkReadOnly.
 */
export const CAPABILITIES = {
  'results:read': { risk: 'reads', can: 'read results', does: 'reads results' },
  'account:read': { risk: 'reads', can: 'view the balance', does: 'sees the balance and the bonuses paid' },
  'workers:read': { risk: 'reads', can: 'read lists of workers', does: 'reads qualifications and lists of workers' },
  'hits:publish': { risk: 'spends', can: 'publish HITs', does: 'publishes HITs' },
  'hits:manage': { risk: 'changes', can: 'manage HITs', does: 'expires and manages HITs' },
  'hits:delete': { risk: 'deletes-data', can: 'delete HITs', does: 'deletes HITs' },
  'pay:approve': { risk: 'spends', can: 'approve work', does: 'approves work and pays for it' },
  'pay:reject': { risk: 'harms-workers', can: 'reject work', does: 'rejects work' },
  'pay:bonus': { risk: 'spends', can: 'pay bonuses', does: 'pays workers bonuses' },
  'workers:qualify': { risk: 'changes', can: 'grant qualifications', does: 'grants and takes qualifications' },
  'quals:delete': { risk: 'deletes-data', can: 'delete qualification types', does: 'deletes qualification types' },
  'workers:block': { risk: 'harms-workers', can: 'block workers', does: 'blocks and unblocks workers' },
  'workers:notify': { risk: 'contacts-people', can: 'email workers', does: 'e-mails workers' },
} as const satisfies Record<string, CapabilityFacts>;

/**
 * The 39 operations of API version 2017-01-17, each of which is one IAM action without resource types or service
 * condition keys (Service Authorization Reference, "Actions, resources, and condition keys for Amazon Mechanical Turk").
 */
export const CATALOG = {
  GetHIT: { level: 'Read', capability: 'results:read' },
  ListHITs: { level: 'List', capability: 'results:read' },
  ListReviewableHITs: { level: 'List', capability: 'results:read' },
  ListHITsForQualificationType: { level: 'List', capability: 'results:read' },
  GetAssignment: { level: 'Read', capability: 'results:read' },
  ListAssignmentsForHIT: { level: 'List', capability: 'results:read' },
  ListReviewPolicyResultsForHIT: { level: 'List', capability: 'results:read' },
  GetFileUploadURL: { level: 'Read', capability: 'results:read' },
  GetAccountBalance: { level: 'Read', capability: 'account:read' },
  ListBonusPayments: { level: 'List', capability: 'account:read' },
  GetQualificationType: { level: 'Read', capability: 'workers:read' },
  ListQualificationTypes: { level: 'List', capability: 'workers:read' },
  ListQualificationRequests: { level: 'List', capability: 'workers:read' },
  GetQualificationScore: { level: 'Read', capability: 'workers:read' },
  ListWorkersWithQualificationType: { level: 'List', capability: 'workers:read' },
  ListWorkerBlocks: { level: 'List', capability: 'workers:read' },
  CreateHIT: { level: 'Write', capability: 'hits:publish' },
  CreateHITType: { level: 'Write', capability: 'hits:publish' },
  CreateHITWithHITType: { level: 'Write', capability: 'hits:publish' },
  CreateAdditionalAssignmentsForHIT: { level: 'Write', capability: 'hits:publish' },
  UpdateHITTypeOfHIT: { level: 'Write', capability: 'hits:publish' },
  UpdateExpirationForHIT: { level: 'Write', capability: 'hits:manage' },
  UpdateHITReviewStatus: { level: 'Write', capability: 'hits:manage' },
  UpdateNotificationSettings: { level: 'Write', capability: 'hits:manage' },
  SendTestEventNotification: { level: 'Write', capability: 'hits:manage' },
  DeleteHIT: { level: 'Write', capability: 'hits:delete' },
  ApproveAssignment: { level: 'Write', capability: 'pay:approve' },
  RejectAssignment: { level: 'Write', capability: 'pay:reject' },
  SendBonus: { level: 'Write', capability: 'pay:bonus' },
  CreateQualificationType: { level: 'Write', capability: 'workers:qualify' },
  UpdateQualificationType: { level: 'Write', capability: 'workers:qualify' },
  AssociateQualificationWithWorker: { level: 'Write', capability: 'workers:qualify' },
  DisassociateQualificationFromWorker: { level: 'Write', capability: 'workers:qualify' },
  AcceptQualificationRequest: { level: 'Write', capability: 'workers:qualify' },
  RejectQualificationRequest: { level: 'Write', capability: 'workers:qualify' },
  DeleteQualificationType: { level: 'Write', capability: 'quals:delete' },
  CreateWorkerBlock: { level: 'Write', capability: 'workers:block' },
  DeleteWorkerBlock: { level: 'Write', capability: 'workers:block' },
  NotifyWorkers: { level: 'Write', capability: 'workers:notify' },
} as const satisfies Record<string, OperationFacts>;

/** All operations, in catalog order (grouped by capability). */
export const OPERATIONS = Object.keys(CATALOG) as Operation[];

/** All capabilities, in catalog order. */
export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as Capability[];

const operationsByCapability = new Map<Capability, Operation[]>(CAPABILITY_NAMES.map((name) => [name, []]));
for (const operation of OPERATIONS) operationsByCapability.get(CATALOG[operation].capability)?.push(operation);

/** The operations of a capability, in catalog order. */
export function operationsOf(capability: Capability): readonly Operation[] {
  return operationsByCapability.get(capability) ?? [];
}

export function capabilityOf(operation: Operation): Capability {
  return CATALOG[operation].capability;
}

export function riskOf(operation: Operation): Risk {
  return CAPABILITIES[capabilityOf(operation)].risk;
}

export function isOperation(name: string): name is Operation {
  return Object.hasOwn(CATALOG, name);
}

export function isCapability(name: string): name is Capability {
  return Object.hasOwn(CAPABILITIES, name);
}

/** The IAM action of an operation: `mechanicalturk:GetHIT`. */
export function actionOf(operation: Operation): string {
  return `${SERVICE_PREFIX}:${operation}`;
}

/** Whether an action pattern names nothing but Mechanical Turk's. */
export function isOfMechanicalTurk(action: string): boolean {
  return action.toLowerCase().startsWith(`${SERVICE_PREFIX}:`);
}

/** The capabilities that spend money, which `freeze: [spend]` stands for. */
export const SPENDING_CAPABILITIES = CAPABILITY_NAMES.filter((name) => CAPABILITIES[name].risk === 'spends');

/** The capabilities that entries of `freeze` mean, in catalog order. */
export function frozenCapabilities(names: readonly string[]): readonly Capability[] {
  const frozen: readonly string[] = names.flatMap((name) => (name === 'spend' ? SPENDING_CAPABILITIES : [name]));
  return CAPABILITY_NAMES.filter((name) => frozen.includes(name));
}
