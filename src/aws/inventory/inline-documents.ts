import { GetGroupPolicyCommand, GetUserPolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../../iam/document.ts';
import { awsFailure } from '../aws-errors.ts';
import { inParallel } from '../in-parallel.ts';
import { documentOf } from './authorization-details.ts';

/** A policy written into a user or group, by its name alone. */
export interface InlineName {
  readonly holder: { readonly kind: 'user' | 'group'; readonly name: string };
  readonly policy: string;
}

/** Any more inline policies count as unknown policies. */
const MOST = 500;
const AT_ONCE = 8;

/**
 * Asks for the documents of some inline policies, one call each and no more than 500. What AWS refuses, what is gone
 * meanwhile and what is malformed is left out: it stays unknown. Throws only what is no answer of AWS.
 */
export async function readInlineDocuments(
  client: IAMClient,
  names: readonly InlineName[],
): Promise<readonly (InlineName & { readonly document: PolicyDocument })[]> {
  const read = await inParallel(names.slice(0, MOST), AT_ONCE, async (name) => {
    const document = documentOf(await askFor(client, name));
    return document === null ? [] : [{ ...name, document }];
  });
  return read.flat();
}

async function askFor(client: IAMClient, { holder, policy }: InlineName): Promise<string | undefined> {
  const PolicyName = policy;
  try {
    const { PolicyDocument } =
      holder.kind === 'user'
        ? await client.send(new GetUserPolicyCommand({ UserName: holder.name, PolicyName }))
        : await client.send(new GetGroupPolicyCommand({ GroupName: holder.name, PolicyName }));
    return PolicyDocument;
  } catch (error) {
    if (awsFailure(error) === null) throw error;
    return undefined;
  }
}
