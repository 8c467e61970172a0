import {
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetUserPolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import type { InlineName } from '../../access/sources/planned.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { askAws, inParallel } from '../client.ts';
import { documentOf } from './authorization-details.ts';

/** Any more count as unknown policies. */
const MOST_INLINE = 500;
const MOST_MANAGED = 100;
/** Asks for the documents of inline policies, one call each. */
export async function readInlineDocuments(client: IAMClient, names: readonly InlineName[]) {
  const read = await documentsOf(names.slice(0, MOST_INLINE), async ({ holder: { kind, name }, policy: PolicyName }) =>
    kind === 'user'
      ? (await client.send(new GetUserPolicyCommand({ UserName: name, PolicyName }))).PolicyDocument
      : (await client.send(new GetGroupPolicyCommand({ GroupName: name, PolicyName }))).PolicyDocument,
  );
  return read.map(([name, document]) => ({ ...name, document }));
}

/** Asks for the documents of managed policies, the account's own or AWS's, by ARN: two calls each. */
export async function readManagedDocuments(client: IAMClient, arns: readonly string[]) {
  const read = await documentsOf(arns.slice(0, MOST_MANAGED), async (PolicyArn) => {
    const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
    const VersionId = Policy?.DefaultVersionId;
    return (await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))).PolicyVersion?.Document;
  });
  return new Map(read);
}

/** Leaves out what AWS denies, what is gone meanwhile and what is malformed: it stays unknown. */
async function documentsOf<Name>(names: readonly Name[], ask: (name: Name) => Promise<string | undefined>) {
  const read = await inParallel(names, async (name): Promise<(readonly [Name, PolicyDocument])[]> => {
    const asked = await askAws(() => ask(name));
    const document = asked.ok ? documentOf(asked.value) : null;
    return document === null ? [] : [[name, document]];
  });
  return read.flat();
}
