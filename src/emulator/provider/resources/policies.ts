import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type Policy,
  type PolicyVersion,
  paginateListPolicyVersions,
  TagPolicyCommand,
  UntagPolicyCommand,
} from '@aws-sdk/client-iam';
import { doing, ifPresent, untilFound } from '../aws-calls.ts';
import { documentToSet, managedForm } from '../policy-json.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { changeTags, tagAttributes, tagsFor } from '../tags.ts';
import { all, conflicting, policyDocument, policyName } from '../validation.ts';
import { type Attributes, generatedPrefixOf, nameFor, optionalText, textOf } from '../value.ts';

const MAXIMUM_VERSIONS = 5;

/** aws_iam_policy: only the document and the tags change in place; a new document is a new default version. */
export const POLICY: ResourceType = {
  schema: {
    attributes: {
      arn: { type: 'string', computed: true },
      attachment_count: { type: 'number', computed: true },
      description: { type: 'string', optional: true },
      id: { type: 'string', optional: true, computed: true },
      name: { type: 'string', optional: true, computed: true },
      name_prefix: { type: 'string', optional: true, computed: true },
      path: { type: 'string', optional: true },
      policy: { type: 'string', required: true },
      policy_id: { type: 'string', computed: true },
      tags: { type: ['map', 'string'], optional: true },
      tags_all: { type: ['map', 'string'], optional: true, computed: true },
    },
  },
  legacy: true,
  defaults: { path: '/' },
  replacedBy: ['description', 'name', 'name_prefix', 'path'],
  documents: { policy: managedForm },
  validate: all(
    policyDocument('policy'),
    policyName('name', 128),
    policyName('name_prefix', 102),
    conflicting('name', 'name_prefix'),
  ),

  async create(caller, planned, keep) {
    const name = nameFor(planned);
    const command = new CreatePolicyCommand({
      Description: optionalText(planned, 'description'),
      Path: textOf(planned, 'path'),
      PolicyDocument: managedForm(textOf(planned, 'policy')),
      PolicyName: name,
      Tags: tagsFor(planned),
    });
    const { Policy: policy } = await doing(`creating IAM Policy (${name})`, () => caller.send(command));
    const created = { ...planned, id: policy?.Arn ?? null };
    keep(stateOf(caller, created, policy, textOf(planned, 'policy')));
    return untilFound(() => readPolicy(caller, created));
  },

  read: async (caller, state) => (await ifPresent(() => readPolicy(caller, state))) ?? null,

  async update(caller, prior, planned) {
    const arn = textOf(prior, 'id');
    if (prior.policy !== planned.policy) await putVersion(caller, arn, textOf(planned, 'policy'));
    await changeTags(
      `(Policy) resource (${arn})`,
      prior,
      planned,
      (TagKeys) => caller.send(new UntagPolicyCommand({ PolicyArn: arn, TagKeys })),
      (Tags) => caller.send(new TagPolicyCommand({ PolicyArn: arn, Tags })),
    );
    return readPolicy(caller, planned);
  },

  async remove(caller, state) {
    const arn = textOf(state, 'id');
    const versions = await ifPresent(() => versionsOf(caller, arn));
    if (versions === undefined) return;
    for (const version of versions.filter((one) => one.IsDefaultVersion !== true)) {
      await deleteVersion(caller, arn, version);
    }
    await doing(`deleting IAM Policy (${arn})`, () =>
      ifPresent(() => caller.send(new DeletePolicyCommand({ PolicyArn: arn }))),
    );
  },

  importState: (id) => ({ id }),
};

function readPolicy(caller: Caller, state: Attributes): Promise<Attributes> {
  return doing(`reading IAM Policy (${textOf(state, 'id')})`, () => policyState(caller, state));
}

async function policyState(caller: Caller, state: Attributes): Promise<Attributes> {
  const PolicyArn = textOf(state, 'id');
  const { Policy: policy } = await caller.send(new GetPolicyCommand({ PolicyArn }));
  const command = new GetPolicyVersionCommand({ PolicyArn, VersionId: policy?.DefaultVersionId });
  const { PolicyVersion: version } = await caller.send(command);
  const document = decodeURIComponent(version?.Document ?? '');
  return stateOf(caller, state, policy, documentToSet(managedForm, textOf(state, 'policy'), document));
}

/** Makes room at the fifth version by deleting the oldest that is not in force. */
async function putVersion(caller: Caller, arn: string, document: string): Promise<void> {
  const versions = await versionsOf(caller, arn);
  const [oldest] = versions
    .filter((version) => version.IsDefaultVersion !== true)
    .sort((one, other) => (one.CreateDate?.getTime() ?? 0) - (other.CreateDate?.getTime() ?? 0));
  if (versions.length >= MAXIMUM_VERSIONS && oldest !== undefined) await deleteVersion(caller, arn, oldest);
  const command = new CreatePolicyVersionCommand({
    PolicyArn: arn,
    PolicyDocument: managedForm(document),
    SetAsDefault: true,
  });
  await doing(`updating IAM Policy (${arn})`, () => caller.send(command));
}

async function deleteVersion(caller: Caller, arn: string, version: PolicyVersion): Promise<void> {
  const command = new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: version.VersionId });
  await doing(`deleting IAM Policy (${arn}) version (${version.VersionId})`, () => caller.send(command));
}

function versionsOf(caller: Caller, arn: string): Promise<PolicyVersion[]> {
  return doing(`reading IAM Policy (${arn}) versions`, () =>
    caller.list(paginateListPolicyVersions, { PolicyArn: arn }, (page) => page.Versions),
  );
}

function stateOf(caller: Caller, state: Attributes, policy: Policy | undefined, document: string): Attributes {
  const name = policy?.PolicyName ?? '';
  return {
    ...state,
    arn: policy?.Arn ?? null,
    attachment_count: policy?.AttachmentCount ?? 0,
    description: policy?.Description ?? '',
    id: policy?.Arn ?? null,
    name,
    name_prefix: generatedPrefixOf(name),
    path: policy?.Path ?? null,
    policy: document,
    policy_id: policy?.PolicyId ?? null,
    ...tagAttributes(state, policy?.Tags, caller.defaultTags),
  };
}
