import { GetPolicyCommand, GetPolicyVersionCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../../iam/document.ts';
import { awsFailure } from '../aws-errors.ts';
import { inParallel } from '../in-parallel.ts';
import { documentOf } from './authorization-details.ts';

/** Any more policies count as unknown policies. */
const MOST = 100;
const AT_ONCE = 8;

/**
 * Asks what some managed policies say, the account's own or AWS's, by ARN: two calls each, and no more than 100. What AWS
 * refuses, what is gone meanwhile and what is malformed is left out: it stays unknown. Throws only what is no answer of AWS.
 */
export async function readManagedDocuments(
  client: IAMClient,
  arns: readonly string[],
): Promise<ReadonlyMap<string, PolicyDocument>> {
  const read = await inParallel(arns.slice(0, MOST), AT_ONCE, async (arn) => {
    const document = documentOf(await askFor(client, arn));
    return document === null ? [] : [[arn, document] as const];
  });
  return new Map(read.flat());
}

async function askFor(client: IAMClient, PolicyArn: string): Promise<string | undefined> {
  try {
    const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
    const VersionId = Policy?.DefaultVersionId;
    const { PolicyVersion } = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    return PolicyVersion?.Document;
  } catch (error) {
    if (awsFailure(error) === null) throw error;
    return undefined;
  }
}
