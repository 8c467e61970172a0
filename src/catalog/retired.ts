import type { Operation } from './mturk.ts';

/** What became of an operation of API version 2014-08-15. */
export interface RetiredOperation {
  /** The current operations that took its place; empty when it was removed without a successor. */
  readonly successors: readonly Operation[];
  /** What differs besides the name, for the cases that are more than a rename. */
  readonly note?: string;
}

/**
 * The 43 operations of API version 2014-08-15, which stopped answering on 1 June 2019, and their successors.
 * IAM accepts the old names without complaint, and a policy that holds one grants or denies nothing by it.
 * Source: the legacy and the current operations pages of the Mechanical Turk API reference, compared name by name.
 */
export const RETIRED_OPERATIONS: Readonly<Record<string, RetiredOperation>> = {
  ApproveAssignment: { successors: ['ApproveAssignment'] },
  ApproveRejectedAssignment: { successors: ['ApproveAssignment'], note: 'called with OverrideRejection' },
  AssignQualification: { successors: ['AssociateQualificationWithWorker'] },
  BlockWorker: { successors: ['CreateWorkerBlock'] },
  ChangeHITTypeOfHIT: { successors: ['UpdateHITTypeOfHIT'] },
  CreateHIT: { successors: ['CreateHIT'] },
  CreateQualificationType: { successors: ['CreateQualificationType'] },
  DisableHIT: { successors: ['UpdateExpirationForHIT', 'DeleteHIT'], note: 'in two steps: expire, then delete' },
  DisposeHIT: { successors: ['DeleteHIT'] },
  DisposeQualificationType: { successors: ['DeleteQualificationType'] },
  ExtendHIT: { successors: ['CreateAdditionalAssignmentsForHIT', 'UpdateExpirationForHIT'], note: 'split in two' },
  ForceExpireHIT: { successors: ['UpdateExpirationForHIT'], note: 'called with a time in the past' },
  GetAccountBalance: { successors: ['GetAccountBalance'] },
  GetAssignment: { successors: ['GetAssignment'] },
  GetAssignmentsForHIT: { successors: ['ListAssignmentsForHIT'] },
  GetBlockedWorkers: { successors: ['ListWorkerBlocks'] },
  GetBonusPayments: { successors: ['ListBonusPayments'] },
  GetFileUploadURL: { successors: ['GetFileUploadURL'] },
  GetHIT: { successors: ['GetHIT'] },
  GetHITsForQualificationType: { successors: ['ListHITsForQualificationType'] },
  GetQualificationsForQualificationType: { successors: ['ListWorkersWithQualificationType'] },
  GetQualificationRequests: { successors: ['ListQualificationRequests'] },
  GetQualificationScore: { successors: ['GetQualificationScore'] },
  GetQualificationType: { successors: ['GetQualificationType'] },
  GetReviewableHITs: { successors: ['ListReviewableHITs'] },
  GetReviewResultsForHIT: { successors: ['ListReviewPolicyResultsForHIT'] },
  GetRequesterStatistic: { successors: [] },
  GetRequesterWorkerStatistic: { successors: [] },
  GrantBonus: { successors: ['SendBonus'] },
  GrantQualification: { successors: ['AcceptQualificationRequest'] },
  NotifyWorkers: { successors: ['NotifyWorkers'] },
  RegisterHITType: { successors: ['CreateHITType'] },
  RejectAssignment: { successors: ['RejectAssignment'] },
  RejectQualificationRequest: { successors: ['RejectQualificationRequest'] },
  RevokeQualification: { successors: ['DisassociateQualificationFromWorker'] },
  SearchHITs: { successors: ['ListHITs'] },
  SearchQualificationTypes: { successors: ['ListQualificationTypes'] },
  SendTestEventNotification: { successors: ['SendTestEventNotification'] },
  SetHITAsReviewing: { successors: ['UpdateHITReviewStatus'] },
  SetHITTypeNotification: { successors: ['UpdateNotificationSettings'] },
  UnblockWorker: { successors: ['DeleteWorkerBlock'] },
  UpdateQualificationScore: {
    successors: ['AssociateQualificationWithWorker'],
    note: 'called again with the new value',
  },
  UpdateQualificationType: { successors: ['UpdateQualificationType'] },
};

/** The retired operation of that name; null if the name is current or never was an operation. */
export function retiredOperation(name: string): RetiredOperation | null {
  if (!Object.hasOwn(RETIRED_OPERATIONS, name)) return null;
  const legacy = RETIRED_OPERATIONS[name];
  return legacy === undefined || (legacy.successors as readonly string[]).includes(name) ? null : legacy;
}
