import { createHash } from 'node:crypto';
import type { CallContext } from '../account/account.ts';
import { type AwsError, isAwsError, otherError } from '../account/aws-error.ts';
import type { Params } from '../account/params.ts';
import type { Storage } from '../account/storage.ts';
import { callerArn, callerContext } from './authorize.ts';
import { CLOUDTRAIL_SERVICE, cloudTrailEvent, userIdentity } from './cloudtrail.ts';
import type { FaultPlan } from './faults.ts';
import { MTURK_SERVICE } from './mturk-service.ts';
import { IAM_SERVICE, STS_SERVICE } from './query-service.ts';
import { S3_SERVICE } from './s3-service.ts';
import type { Service, ServiceCall, WireAnswer } from './service.ts';
import { authenticate, type SignedRequest, scopeOf } from './signature.ts';
import { assumeRole, type Issuers, webIdentityCall } from './web-identity.ts';

const SERVICES: ReadonlyMap<string, Service> = new Map(
  [IAM_SERVICE, STS_SERVICE, MTURK_SERVICE, CLOUDTRAIL_SERVICE, S3_SERVICE].map((service) => [service.name, service]),
);

/** A call as a test sees it while it happens. */
export interface ObservedCall {
  readonly index: number;
  readonly service: string;
  readonly action: string;
  readonly params: unknown;
  /** `before` it is carried out, or `after` it was and before the answer leaves. */
  readonly phase: 'before' | 'after';
}

/** Answering `drop` ends the connection without an answer, as a killed network does. */
export type OnCall = (call: ObservedCall) => Promise<'continue' | 'drop'>;

/** What the endpoint needs from its host. */
export interface EndpointHost {
  readonly storage: Storage;
  now(): Date;
  faults(): FaultPlan;
  readonly calls: LoggedCall[];
  readonly onCall: OnCall | undefined;
  readonly issuers: Issuers;
}

/** Carries one signed request out; null where the connection is to be dropped. */
export async function answerAws(
  host: EndpointHost,
  request: SignedRequest,
  sourceIp: string,
): Promise<WireAnswer | null> {
  const index = host.calls.length + 1;
  const requestId = requestIdOf(index);
  const answer = await answerCall(host, request, sourceIp, index, requestId);
  return answer === null ? null : { ...answer, requestId };
}

async function answerCall(
  host: EndpointHost,
  request: SignedRequest,
  sourceIp: string,
  index: number,
  requestId: string,
): Promise<WireAnswer | null> {
  const { account, use } = host.storage;
  const scope = scopeOf(request);
  const federated = webIdentityCall(request);
  const unsigned = federated === null ? IAM_SERVICE : STS_SERVICE;
  const service = isAwsError(scope) ? unsigned : SERVICES.get(scope.service);
  if (service === undefined) {
    const name = isAwsError(scope) ? '' : scope.service;
    return IAM_SERVICE.refuse(otherError('UnknownService', 404, `This account has no service ${name}.`), requestId);
  }
  const read = service.read(request);
  const action = federated?.action ?? (isAwsError(read) ? '' : read.action);
  const log = { index, service: service.name, action, principal: null as string | null, error: null as string | null };
  host.calls.push(log);
  const refuse = (error: AwsError): WireAnswer => {
    log.error = error.code;
    return service.refuse(error, requestId);
  };

  const delay = host.faults().faults.delayMs ?? 0;
  if (delay > 0) await new Promise((done) => setTimeout(done, delay));
  const now = seconds(host.now());
  if (federated !== null) {
    const fault = host.faults().before(action, JSON.stringify(federated.params));
    const reply = fault ?? (await assumeRole(account, host.issuers, federated.params, now));
    return isAwsError(reply) ? refuse(reply) : service.answer(action, reply, requestId);
  }
  if (isAwsError(scope)) return refuse(scope);
  const owner = await authenticate(account, request, scope, now);
  if (isAwsError(owner)) return refuse(owner);
  log.principal = callerArn(account, owner.caller);
  if (isAwsError(read)) return refuse(read);
  const fault = host.faults().before(action, `${log.principal} ${action} ${JSON.stringify(read.params)}`);
  if (fault !== null) return refuse(fault);

  const observed = { index, service: service.name, action, params: read.params };
  if ((await host.onCall?.({ ...observed, phase: 'before' })) === 'drop') return null;
  const call: CallContext = { now, caller: owner.caller };
  use(owner.key.id, scope.service, scope.region, call.now);
  const identity = userIdentity(account, owner.caller);
  const reply = carryOut(host.storage, read, call, sourceIp);
  if (read.writes && service === IAM_SERVICE) {
    const userAgent = request.headers['user-agent'] ?? '';
    const traced = { action, params: read.params as Params, call, identity, reply, requestId, sourceIp, userAgent };
    account.history.record(cloudTrailEvent(traced));
  }
  if ((await host.onCall?.({ ...observed, phase: 'after' })) === 'drop') return null;
  if (isAwsError(reply)) return refuse(reply);
  const late = host.faults().after();
  return late === null ? service.answer(action, reply, requestId) : refuse(late);
}

function carryOut({ account, append }: Storage, read: ServiceCall, call: CallContext, sourceIp: string) {
  const context = callerContext(account, call.caller, call.now, sourceIp);
  const denied = read.authorize(account, call, context);
  if (denied !== null) return denied;
  const reply = read.run(account, call);
  if (!isAwsError(reply) && read.writes) append({ action: read.action, params: read.params as Params, call });
  return reply;
}

/** ISO 8601 with whole seconds, as IAM writes times. */
export function seconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function requestIdOf(index: number): string {
  const hex = createHash('md5').update(`request ${index}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** One call as the account saw it. */
export interface LoggedCall {
  /** Number of the call, from 1. */
  readonly index: number;
  /** Signing name of the service: `iam`. */
  readonly service: string;
  readonly action: string;
  /** ARN of the caller, null if the caller could not be identified. */
  readonly principal: string | null;
  /** AWS's code of the refusal, null where the call was carried out. */
  readonly error: string | null;
}

/** How often each action was called, refused calls included. */
export function countByAction(calls: readonly LoggedCall[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { action } of calls) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}
