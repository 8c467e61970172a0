import { createHash } from 'node:crypto';
import { CATALOG, type Operation } from '../../catalog/mturk.ts';
import type { Account, CallContext } from './account.ts';
import { type AwsError, isAwsError, otherError } from './aws-error.ts';
import { invalidInput } from './mturk-input.ts';
import type { HitRecord, HitTypeRecord, MturkState } from './state.ts';

type Input = Readonly<Record<string, unknown>>;

/** What an operation reads: its checked input, Mechanical Turk's part of the account, and the time in seconds. */
interface Asked {
  readonly input: Input;
  readonly mturk: MturkState;
  readonly accountId: string;
  readonly now: number;
}

type Run = (asked: Asked) => Input | AwsError;

/** Carries a call of Mechanical Turk out. It changes the account only where it answers without an error. */
export function runMturk(operation: Operation, input: Input, { state }: Account, call: CallContext): Input | AwsError {
  const invalid = invalidInput(operation, input);
  if (invalid !== null) return invalid;
  const { accountId, mturk = { made: 0, hitTypes: {}, hits: {}, qualificationTypes: {} } } = state;
  const reply = OPERATIONS[operation]({ input, mturk, accountId, now: Date.parse(call.now) / 1_000 });
  if (!isAwsError(reply) && CATALOG[operation].level === 'Write') state.mturk = mturk;
  return reply;
}

const HIT_TYPE_MEMBERS = [
  ...['Title', 'Description', 'Keywords', 'Reward', 'AutoApprovalDelayInSeconds', 'AssignmentDurationInSeconds'],
  'QualificationRequirements',
];
const HIT_MEMBERS = ['Question', 'HITLayoutId', 'RequesterAnnotation'];

/**
 * Mechanical Turk's requester API, version 2017-01-17, in an account whose HITs no worker ever accepts: there are no
 * assignments, bonuses, qualifications and blocks, so what names one gets the API's RequestError.
 */
const OPERATIONS: Readonly<Record<Operation, Run>> = {
  CreateHIT: (asked) => newHit(asked, hitTypeOf(asked)),
  CreateHITWithHITType: (asked) => withHitType(asked, (type) => newHit(asked, type)),
  CreateHITType: (asked) => {
    const type = hitTypeOf(asked);
    asked.mturk.hitTypes[type.id] = type;
    return { HITTypeId: type.id };
  },
  GetHIT: (asked) => withHit(asked, (hit) => ({ HIT: hitReply(asked, hit) })),
  ListHITs: (asked) => hitList(asked, () => true),
  ListReviewableHITs: (asked) => {
    const { HITTypeId: type = null, Status: status = 'Reviewable' } = asked.input;
    return hitList(asked, (hit) => statusOf(hit, asked.now) === status && (type === null || hit.type === type));
  },
  ListHITsForQualificationType: (asked) =>
    withQualification(asked, ({ QualificationTypeId: id }) =>
      hitList(asked, ({ type }) => {
        const required = asked.mturk.hitTypes[type]?.members.QualificationRequirements;
        return Array.isArray(required) && required.some((each) => each.QualificationTypeId === id);
      }),
    ),
  ListAssignmentsForHIT: (asked) => withHit(asked, () => page(asked.input, 'Assignments', [])),
  ListReviewPolicyResultsForHIT: (asked) => withHit(asked, ({ id }) => ({ HITId: id })),
  CreateAdditionalAssignmentsForHIT: (asked) =>
    withHit(asked, (hit) => {
      hit.assignments += Number(asked.input.NumberOfAdditionalAssignments);
      return {};
    }),
  UpdateHITTypeOfHIT: (asked) =>
    withHit(asked, (hit) =>
      withHitType(asked, ({ id }) => {
        hit.type = id;
        return {};
      }),
    ),
  UpdateExpirationForHIT: (asked) =>
    withHit(asked, (hit) => {
      // A time in the past ends it at once.
      hit.expires = Math.max(Number(asked.input.ExpireAt), asked.now);
      return {};
    }),
  UpdateHITReviewStatus: (asked) => {
    const isReverted = asked.input.Revert === true;
    return inState(asked, [isReverted ? 'Reviewing' : 'Reviewable'], (hit) => {
      hit.stage = isReverted ? 'open' : 'reviewing';
    });
  },
  DeleteHIT: (asked) =>
    inState(asked, ['Reviewing', 'Reviewable'], (hit) => {
      hit.stage = 'disposed';
    }),
  UpdateNotificationSettings: (asked) => withHitType(asked, () => ({})),
  SendTestEventNotification: () => ({}),
  GetAccountBalance: () => ({ AvailableBalance: '10000.00' }),
  GetAssignment: missingAssignment,
  GetFileUploadURL: missingAssignment,
  ApproveAssignment: missingAssignment,
  RejectAssignment: missingAssignment,
  SendBonus: missingAssignment,
  ListBonusPayments: (asked) => {
    if (typeof asked.input.HITId === 'string') return withHit(asked, () => page(asked.input, 'BonusPayments', []));
    if (typeof asked.input.AssignmentId === 'string') return missingAssignment(asked);
    return wrong('AWS.ParameterOutOfRange', 'Either HITId or AssignmentId must be given.');
  },
  CreateQualificationType: (asked) => {
    const { input, mturk, now } = asked;
    if (Object.values(mturk.qualificationTypes).some(({ Name }) => Name === input.Name)) {
      const message = 'You have already created a QualificationType with this name.';
      return wrong('AWS.MechanicalTurk.QualificationTypeAlreadyExists', message);
    }
    const id = nextId(asked, 'qualification');
    const type = { ...input, QualificationTypeId: id, CreationTime: now, IsRequestable: true };
    mturk.qualificationTypes[id] = { AutoGranted: false, ...type };
    return { QualificationType: mturk.qualificationTypes[id] };
  },
  GetQualificationType: (asked) => withQualification(asked, (type) => ({ QualificationType: type })),
  ListQualificationTypes: ({ input, mturk }) => {
    const query = String(input.Query ?? '').toLowerCase();
    const types = Object.values(mturk.qualificationTypes).filter(({ Name, Description }) =>
      `${Name} ${Description}`.toLowerCase().includes(query),
    );
    return page(input, 'QualificationTypes', types);
  },
  UpdateQualificationType: (asked) =>
    withQualification(asked, (type, id) => {
      asked.mturk.qualificationTypes[id] = { ...type, ...asked.input };
      return { QualificationType: asked.mturk.qualificationTypes[id] };
    }),
  DeleteQualificationType: (asked) =>
    withQualification(asked, (_type, id) => {
      delete asked.mturk.qualificationTypes[id];
      return {};
    }),
  ListWorkersWithQualificationType: (asked) => withQualification(asked, () => page(asked.input, 'Qualifications', [])),
  GetQualificationScore: (asked) => withQualification(asked, () => missing('Qualification', asked.input.WorkerId)),
  AssociateQualificationWithWorker: (asked) => withQualification(asked, () => missingWorker(asked)),
  DisassociateQualificationFromWorker: (asked) => withQualification(asked, () => missingWorker(asked)),
  ListQualificationRequests: ({ input }) => page(input, 'QualificationRequests', []),
  AcceptQualificationRequest: missingRequest,
  RejectQualificationRequest: missingRequest,
  ListWorkerBlocks: ({ input }) => page(input, 'WorkerBlocks', []),
  CreateWorkerBlock: missingWorker,
  DeleteWorkerBlock: missingWorker,
  NotifyWorkers: ({ input }) => ({
    NotifyWorkersFailureStatuses: (Array.isArray(input.WorkerIds) ? input.WorkerIds : []).map((WorkerId) => ({
      NotifyWorkersFailureCode: 'HardFailure',
      NotifyWorkersFailureMessage: 'The worker has not done work for this requester.',
      WorkerId,
    })),
  }),
};

function newHit(asked: Asked, type: HitTypeRecord): Input | AwsError {
  const { input, mturk, now } = asked;
  const unreadable = unreadableQuestion(input);
  if (unreadable !== null) return unreadable;
  const token = typeof input.UniqueRequestToken === 'string' ? input.UniqueRequestToken : null;
  const same = token === null ? undefined : Object.values(mturk.hits).find((each) => each.token === token);
  if (same !== undefined) {
    return wrong('AWS.MechanicalTurk.HITAlreadyExists', `The HIT with ID "${same.id}" already exists.`);
  }
  mturk.hitTypes[type.id] = type;
  const hit: HitRecord = {
    id: nextId(asked, 'hit'),
    token,
    type: type.id,
    created: now,
    expires: now + Number(input.LifetimeInSeconds),
    assignments: Number(input.MaxAssignments ?? 1),
    members: pick(input, HIT_MEMBERS),
    stage: 'open',
  };
  mturk.hits[hit.id] = hit;
  return { HIT: hitReply(asked, hit) };
}

/** The same properties are the same type. */
function hitTypeOf({ input, accountId }: Asked): HitTypeRecord {
  const members = pick(input, HIT_TYPE_MEMBERS);
  return { id: madeId(`${accountId}:hit-type:${JSON.stringify(members)}`), members };
}

function hitReply({ mturk, now, accountId }: Asked, hit: HitRecord): Input {
  const isOpen = statusOf(hit, now) === 'Assignable';
  return {
    HITId: hit.id,
    HITTypeId: hit.type,
    HITGroupId: madeId(`${accountId}:hit-group:${hit.type}`),
    ...mturk.hitTypes[hit.type]?.members,
    ...hit.members,
    CreationTime: hit.created,
    Expiration: hit.expires,
    MaxAssignments: hit.assignments,
    HITStatus: statusOf(hit, now),
    HITReviewStatus: 'NotReviewed',
    NumberOfAssignmentsPending: 0,
    NumberOfAssignmentsAvailable: isOpen ? hit.assignments : 0,
    NumberOfAssignmentsCompleted: 0,
  };
}

function statusOf({ stage, expires }: HitRecord, now: number): string {
  if (stage === 'disposed') return 'Disposed';
  if (stage === 'reviewing') return 'Reviewing';
  return now >= expires ? 'Reviewable' : 'Assignable';
}

/** Newest first, without disposed ones. */
function hitList(asked: Asked, isWanted: (hit: HitRecord) => boolean): Input | AwsError {
  const hits = Object.values(asked.mturk.hits).filter((hit) => hit.stage !== 'disposed' && isWanted(hit));
  return page(
    asked.input,
    'HITs',
    hits.reverse().map((hit) => hitReply(asked, hit)),
  );
}

/** The token is the number of items before the page. */
function page(input: Input, name: string, items: readonly unknown[]): Input | AwsError {
  const from = Number(input.NextToken ?? 0);
  if (!Number.isInteger(from)) return wrong('AWS.ParameterOutOfRange', 'NextToken is invalid.');
  const to = from + Number(input.MaxResults ?? 10);
  const some = items.slice(from, to);
  return { NumResults: some.length, [name]: some, ...(to < items.length ? { NextToken: String(to) } : {}) };
}

function withHit({ input, mturk }: Asked, run: (hit: HitRecord) => Input | AwsError): Input | AwsError {
  const hit = mturk.hits[String(input.HITId)];
  return hit === undefined ? missing('HIT', input.HITId) : run(hit);
}

function inState(asked: Asked, states: readonly string[], run: (hit: HitRecord) => void): Input | AwsError {
  return withHit(asked, (hit) => {
    const status = statusOf(hit, asked.now);
    if (!states.includes(status)) {
      const message = `This HIT is currently in the state '${status}'. This operation can be called with a status of: ${states.join(', ')}`;
      return wrong('AWS.MechanicalTurk.InvalidHITState', message);
    }
    run(hit);
    return {};
  });
}

function withHitType({ input, mturk }: Asked, run: (type: HitTypeRecord) => Input | AwsError): Input | AwsError {
  const type = mturk.hitTypes[String(input.HITTypeId)];
  return type === undefined ? missing('HITType', input.HITTypeId) : run(type);
}

function withQualification({ input, mturk }: Asked, run: (type: Input, id: string) => Input | AwsError) {
  const id = String(input.QualificationTypeId);
  const type = mturk.qualificationTypes[id];
  return type === undefined ? missing('QualificationType', id) : run(type, id);
}

function missingAssignment({ input }: Asked): AwsError {
  return missing('Assignment', input.AssignmentId);
}

function missingRequest({ input }: Asked): AwsError {
  return missing('QualificationRequest', input.QualificationRequestId);
}

function missingWorker({ input }: Asked): AwsError {
  return missing('Worker', input.WorkerId);
}

function missing(kind: string, id: unknown): AwsError {
  return wrong(`AWS.MechanicalTurk.${kind}DoesNotExist`, `${kind} ${id} does not exist.`);
}

function wrong(TurkErrorCode: string, message: string, code = 'RequestError'): AwsError {
  return { ...otherError(code, 400, message), more: { TurkErrorCode } };
}

const QUESTION =
  /^\s*(?:<\?xml[^>]*\?>\s*)?<(QuestionForm|ExternalQuestion|HTMLQuestion)\s[^>]*\bxmlns=[\s\S]*<\/\1>\s*$/;

/** Its root element is checked, its schema is not. */
function unreadableQuestion({ Question: question, HITLayoutId: layout }: Input): AwsError | null {
  if (layout !== undefined || (typeof question === 'string' && QUESTION.test(question))) return null;
  if (question === undefined) {
    return wrong('AWS.MissingParameters', 'Either Question or HITLayoutId must be given.', 'ParameterValidationError');
  }
  const message =
    'There was an error parsing the XML question or answer data in your request. Please make sure the data is well-formed and validates against the appropriate schema.';
  return wrong('AWS.MechanicalTurk.XMLParseError', message, 'ParameterValidationError');
}

function pick(input: Input, members: readonly string[]): Input {
  return Object.fromEntries(members.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])));
}

/** A replayed journal gives the same ids. */
function nextId({ mturk, accountId }: Asked, kind: string): string {
  mturk.made += 1;
  return madeId(`${accountId}:${kind}:${mturk.made}`);
}

/** Mechanical Turk's ids are 30 capitals and digits that begin with 3. */
function madeId(text: string): string {
  const bytes = createHash('sha256').update(text).digest();
  let id = '3';
  for (const byte of bytes.subarray(0, 29)) id += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.charAt(byte % 36);
  return id;
}
