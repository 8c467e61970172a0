/** An answer that refuses a call, in IAM's own codes and HTTP statuses. */
export interface AwsError {
  readonly kind: 'aws-error';
  readonly code: string;
  readonly message: string;
  /** HTTP status */
  readonly status: number;
  /** What the JSON protocol sends beside code and message. */
  readonly more?: Readonly<Record<string, string>>;
}

function awsError(code: string, status: number, message: string): AwsError {
  return { kind: 'aws-error', code, message, status };
}

export function isAwsError(value: unknown): value is AwsError {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'aws-error';
}

export const noSuchEntity = (message: string): AwsError => awsError('NoSuchEntity', 404, message);
export const entityAlreadyExists = (message: string): AwsError => awsError('EntityAlreadyExists', 409, message);
export const limitExceeded = (message: string): AwsError => awsError('LimitExceeded', 409, message);
export const deleteConflict = (message: string): AwsError => awsError('DeleteConflict', 409, message);
export const malformedPolicy = (message: string): AwsError => awsError('MalformedPolicyDocument', 400, message);
export const invalidInput = (message: string): AwsError => awsError('InvalidInput', 400, message);
export const validationError = (message: string): AwsError => awsError('ValidationError', 400, message);
export const accessDenied = (message: string): AwsError => awsError('AccessDenied', 403, message);
export const throttling = (): AwsError => awsError('Throttling', 400, 'Rate exceeded');
export const invalidAction = (action: string): AwsError =>
  awsError('InvalidAction', 400, `Could not find operation ${action} for version 2010-05-08`);
export const serviceFailure = (): AwsError =>
  awsError(
    'ServiceFailure',
    500,
    'The request processing has failed because of an unknown error, exception or failure.',
  );
export const otherError = awsError;
