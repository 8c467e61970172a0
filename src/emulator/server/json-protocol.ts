import type { Account, CallContext } from '../account/account.ts';
import { type AwsError, isAwsError, otherError } from '../account/aws-error.ts';
import { authorize } from './authorize.ts';
import type { Service } from './service.ts';

type Input = Readonly<Record<string, unknown>>;

interface JsonService<Operation extends string> {
  readonly name: string;
  /** The operation of an `x-amz-target` header. */
  operationOf(target: string): Operation | null;
  /** The IAM action that an operation needs. */
  permissionOf(operation: Operation): string;
  /** Whether it changes the account; no operation does where this is left out. */
  writes?(operation: Operation): boolean;
  run(operation: Operation, input: Input, account: Account, call: CallContext): Input | AwsError;
}

/** JSON services spell the shared errors with a suffix, and answer 400 to what IAM answers 403. */
const JSON_CODES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  Throttling: 'ThrottlingException',
  ServiceFailure: 'ServiceFault',
};

/** A service of AWS's JSON protocol, version 1.1. */
export function jsonService<Operation extends string>(service: JsonService<Operation>): Service {
  const answer = (status: number, body: Input) => ({
    status,
    contentType: 'application/x-amz-json-1.1',
    body: JSON.stringify(body),
  });
  return {
    name: service.name,
    read(request) {
      const target = request.headers['x-amz-target'] ?? '';
      const operation = service.operationOf(target);
      if (operation === null) return otherError('UnknownOperationException', 400, `Unknown operation ${target}`);
      const input = readJson(request.body);
      if (isAwsError(input)) return input;
      return {
        action: operation,
        params: input,
        writes: service.writes?.(operation) ?? false,
        authorize: (account, { caller }, context) =>
          authorize(account, caller, { action: service.permissionOf(operation), resource: '*', context }),
        run: (account, call) => service.run(operation, input, account, call),
      };
    },
    answer: (_action, body) => answer(200, body),
    refuse: ({ code, status, message, more }) =>
      answer(status >= 500 ? 500 : 400, { __type: JSON_CODES[code] ?? code, Message: message, ...more }),
  };
}

function readJson(body: Buffer): Input | AwsError {
  try {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  } catch {
    // answered below
  }
  return otherError('SerializationException', 400, 'The request body is not a JSON object.');
}
