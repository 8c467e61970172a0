import { createHash } from 'node:crypto';
import { actionOf, isOperation, type Operation } from '../../catalog/mturk.ts';
import type { Account, CallContext } from '../account/account.ts';
import { type AwsError, otherError } from '../account/aws-error.ts';
import { jsonService } from './json-protocol.ts';

const TARGET = 'MTurkRequesterServiceV20170117.';

/**
 * MTurk's requester API, version 2017-01-17, as an account that never published anything is answered. What names a
 * thing that does not exist gets MTurk's RequestError, so that an allowed call always differs from a denied one.
 */
export const MTURK_SERVICE = jsonService<Operation>({
  name: 'mturk-requester',
  operationOf(target) {
    const operation = target.startsWith(TARGET) ? target.slice(TARGET.length) : '';
    return isOperation(operation) ? operation : null;
  },
  permissionOf: actionOf,
  run: (operation, input, account, call) => REPLIES[operation](input, account, call),
});

type Input = Readonly<Record<string, unknown>>;
type Answering = (input: Input, account: Account, call: CallContext) => Input | AwsError;

const HIT = 'HIT';
const ASSIGNMENT = 'Assignment';
const QUALIFICATION = 'QualificationType';
const REQUEST = 'QualificationRequest';

const REPLIES: Readonly<Record<Operation, Answering>> = {
  GetHIT: unknown(HIT, 'HITId'),
  ListHITs: empty('HITs'),
  ListReviewableHITs: empty('HITs'),
  ListHITsForQualificationType: unknown(QUALIFICATION, 'QualificationTypeId'),
  GetAssignment: unknown(ASSIGNMENT, 'AssignmentId'),
  ListAssignmentsForHIT: unknown(HIT, 'HITId'),
  ListReviewPolicyResultsForHIT: unknown(HIT, 'HITId'),
  GetFileUploadURL: unknown(ASSIGNMENT, 'AssignmentId'),
  GetAccountBalance: () => ({ AvailableBalance: '10000.00' }),
  ListBonusPayments: (input) => {
    if (typeof input.HITId === 'string') return missing(HIT, input.HITId);
    if (typeof input.AssignmentId === 'string') return missing(ASSIGNMENT, input.AssignmentId);
    return wrong('AWS.ParameterOutOfRange', 'Either HITId or AssignmentId must be given.');
  },
  GetQualificationType: unknown(QUALIFICATION, 'QualificationTypeId'),
  ListQualificationTypes: empty('QualificationTypes'),
  ListQualificationRequests: empty('QualificationRequests'),
  GetQualificationScore: unknown(QUALIFICATION, 'QualificationTypeId'),
  ListWorkersWithQualificationType: unknown(QUALIFICATION, 'QualificationTypeId'),
  ListWorkerBlocks: empty('WorkerBlocks'),
  CreateHIT: (input, account, call) => ({ HIT: newHit(input, account, call) }),
  CreateHITType: (input, account) => ({ HITTypeId: madeId('hit-type', input, account) }),
  CreateHITWithHITType: unknown('HITType', 'HITTypeId'),
  CreateAdditionalAssignmentsForHIT: unknown(HIT, 'HITId'),
  UpdateHITTypeOfHIT: unknown(HIT, 'HITId'),
  UpdateExpirationForHIT: unknown(HIT, 'HITId'),
  UpdateHITReviewStatus: unknown(HIT, 'HITId'),
  UpdateNotificationSettings: unknown('HITType', 'HITTypeId'),
  SendTestEventNotification: () => ({}),
  DeleteHIT: unknown(HIT, 'HITId'),
  ApproveAssignment: unknown(ASSIGNMENT, 'AssignmentId'),
  RejectAssignment: unknown(ASSIGNMENT, 'AssignmentId'),
  SendBonus: unknown(ASSIGNMENT, 'AssignmentId'),
  CreateQualificationType: (input, account, call) => ({
    QualificationType: {
      QualificationTypeId: madeId('qualification', input, account),
      CreationTime: Date.parse(call.now) / 1_000,
      Name: input.Name,
      Description: input.Description,
      QualificationTypeStatus: input.QualificationTypeStatus,
      IsRequestable: true,
      AutoGranted: false,
    },
  }),
  UpdateQualificationType: unknown(QUALIFICATION, 'QualificationTypeId'),
  AssociateQualificationWithWorker: unknown(QUALIFICATION, 'QualificationTypeId'),
  DisassociateQualificationFromWorker: unknown(QUALIFICATION, 'QualificationTypeId'),
  AcceptQualificationRequest: unknown(REQUEST, 'QualificationRequestId'),
  RejectQualificationRequest: unknown(REQUEST, 'QualificationRequestId'),
  DeleteQualificationType: unknown(QUALIFICATION, 'QualificationTypeId'),
  CreateWorkerBlock: unknown('Worker', 'WorkerId'),
  DeleteWorkerBlock: unknown('Worker', 'WorkerId'),
  NotifyWorkers: (input) => ({
    NotifyWorkersFailureStatuses: texts(input.WorkerIds).map((WorkerId) => ({
      NotifyWorkersFailureCode: 'HardFailure',
      NotifyWorkersFailureMessage: 'The worker has not done work for this requester.',
      WorkerId,
    })),
  }),
};

function empty(list: string): Answering {
  return () => ({ NumResults: 0, [list]: [] });
}

function unknown(kind: string, key: string): Answering {
  return (input) => missing(kind, typeof input[key] === 'string' ? input[key] : '');
}

function missing(kind: string, id: string): AwsError {
  return wrong(`AWS.MechanicalTurk.${kind}DoesNotExist`, `${kind} ${id} does not exist.`);
}

function wrong(code: string, message: string): AwsError {
  return { ...otherError('RequestError', 400, message), more: { TurkErrorCode: code } };
}

function newHit(input: Input, account: Account, call: CallContext): Input {
  const created = Date.parse(call.now) / 1_000;
  const lifetime = Number(input.LifetimeInSeconds ?? 0);
  return {
    HITId: madeId('hit', input, account),
    HITTypeId: madeId('hit-type', { Title: input.Title, Reward: input.Reward }, account),
    CreationTime: created,
    Expiration: created + (Number.isFinite(lifetime) ? lifetime : 0),
    Title: input.Title,
    Description: input.Description,
    Question: input.Question,
    Reward: input.Reward,
    MaxAssignments: input.MaxAssignments ?? 1,
    HITStatus: 'Assignable',
    HITReviewStatus: 'NotReviewed',
    NumberOfAssignmentsPending: 0,
    NumberOfAssignmentsAvailable: input.MaxAssignments ?? 1,
    NumberOfAssignmentsCompleted: 0,
  };
}

/** MTurk's ids are 30 capitals and digits that begin with 3. */
function madeId(kind: string, input: Input, account: Account): string {
  const text = `${account.state.accountId}:${kind}:${JSON.stringify(input)}`;
  const bytes = createHash('sha256').update(text).digest();
  let id = '3';
  for (const byte of bytes.subarray(0, 29)) id += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.charAt(byte % 36);
  return id;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
