import { DeleteUserPolicyCommand, GetUserPolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { doing } from '../aws-calls.ts';
import { documentToSet, INLINE_DOCUMENT } from '../policy-json.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { uniqueId } from '../unique-id.ts';
import { all, conflicting, policyDocument } from '../validation.ts';
import { type Attributes, optionalText, textOf } from '../value.ts';
import { ifPresent, untilFound } from '../waiting.ts';
import { generatedPrefixOf } from './policy.ts';

/** aws_iam_user_policy: one inline policy of a user, known as `user:name`. */
export const USER_POLICY: ResourceType = {
  schema: {
    attributes: {
      id: { type: 'string', optional: true, computed: true },
      name: { type: 'string', optional: true, computed: true },
      name_prefix: { type: 'string', optional: true, computed: true },
      policy: { type: 'string', required: true },
      user: { type: 'string', required: true },
    },
  },
  legacy: true,
  defaults: {},
  replacedBy: ['name', 'name_prefix', 'user'],
  json: { policy: INLINE_DOCUMENT },
  validate: all(policyDocument('policy'), conflicting('name', 'name_prefix')),
  recomputed: {},

  async create(caller, planned, keep) {
    const user = textOf(planned, 'user');
    const name = optionalText(planned, 'name') ?? uniqueId(optionalText(planned, 'name_prefix') ?? 'terraform-');
    await put(caller, user, name, planned);
    const created = { ...planned, id: `${user}:${name}`, name, name_prefix: generatedPrefixOf(name) };
    keep(created);
    // The real provider looks for the policy before it reads it, which makes two calls.
    await doing(`waiting for IAM User Policy (${user}:${name}) create`, () =>
      untilFound(() => documentOf(caller, user, name)),
    );
    return readPolicy(caller, user, name, created);
  },

  async read(caller, state) {
    const { user, name } = partsOf(state);
    const document = await doing(`reading IAM User Policy (${user}:${name})`, () =>
      ifPresent(() => documentOf(caller, user, name)),
    );
    return document === undefined ? null : stateOf(state, user, name, document);
  },

  async update(caller, prior, planned) {
    const { user, name } = partsOf(prior);
    await put(caller, user, name, planned);
    return readPolicy(caller, user, name, planned);
  },

  async remove(caller, state) {
    const { user, name } = partsOf(state);
    const command = new DeleteUserPolicyCommand({ UserName: user, PolicyName: name });
    await doing(`deleting IAM User Policy (${user}:${name})`, () =>
      ifPresent(() => caller.iam.send(command, caller.options)),
    );
  },

  importState(id) {
    return id.includes(':')
      ? { state: { id } }
      : { state: null, problem: 'user_policy id must be of the form <user name>:<policy name>' };
  },
};

function partsOf(state: Attributes): { readonly user: string; readonly name: string } {
  const id = textOf(state, 'id');
  const colon = id.indexOf(':');
  return { user: id.slice(0, colon), name: id.slice(colon + 1) };
}

async function put(caller: Caller, user: string, name: string, planned: Attributes): Promise<void> {
  const document = INLINE_DOCUMENT.normalise(textOf(planned, 'policy'));
  const command = new PutUserPolicyCommand({ UserName: user, PolicyName: name, PolicyDocument: document });
  await doing(`putting IAM User (${user}) Policy (${name})`, () => caller.iam.send(command, caller.options));
}

async function readPolicy(caller: Caller, user: string, name: string, state: Attributes): Promise<Attributes> {
  const document = await doing(`reading IAM User Policy (${user}:${name})`, () => documentOf(caller, user, name));
  return stateOf(state, user, name, document);
}

async function documentOf(caller: Caller, user: string, name: string): Promise<string> {
  const command = new GetUserPolicyCommand({ UserName: user, PolicyName: name });
  const { PolicyDocument: document = '' } = await caller.iam.send(command, caller.options);
  return decodeURIComponent(document);
}

function stateOf(state: Attributes, user: string, name: string, document: string): Attributes {
  return {
    ...state,
    id: `${user}:${name}`,
    name,
    name_prefix: generatedPrefixOf(name),
    policy: documentToSet(INLINE_DOCUMENT, textOf(state, 'policy'), document),
    user,
  };
}
