import {
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { doing, ifPresent, untilFound } from '../aws-calls.ts';
import { documentToSet, inlineForm } from '../policy-json.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { all, conflicting, policyDocument } from '../validation.ts';
import { type Attributes, generatedPrefixOf, nameFor, textOf } from '../value.ts';

/** The calls about one inline policy of a user or role. */
interface Holder {
  readonly attribute: 'user' | 'role';
  /** As error messages name it. */
  readonly title: 'User' | 'Role';
  put(caller: Caller, holder: string, PolicyName: string, PolicyDocument: string): Promise<unknown>;
  get(caller: Caller, holder: string, PolicyName: string): Promise<{ readonly PolicyDocument?: string | undefined }>;
  remove(caller: Caller, holder: string, PolicyName: string): Promise<unknown>;
}

/** aws_iam_user_policy: one inline policy of a user, known as `user:name`. */
export const USER_POLICY = inlinePolicy({
  attribute: 'user',
  title: 'User',
  put: (caller, UserName, PolicyName, PolicyDocument) =>
    caller.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
  get: (caller, UserName, PolicyName) => caller.send(new GetUserPolicyCommand({ UserName, PolicyName })),
  remove: (caller, UserName, PolicyName) => caller.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
});

/** aws_iam_role_policy: one inline policy of a role, known as `role:name`. */
export const ROLE_POLICY = inlinePolicy({
  attribute: 'role',
  title: 'Role',
  put: (caller, RoleName, PolicyName, PolicyDocument) =>
    caller.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
  get: (caller, RoleName, PolicyName) => caller.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
  remove: (caller, RoleName, PolicyName) => caller.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
});

function inlinePolicy({ attribute, title, put, get, remove }: Holder): ResourceType {
  async function write(caller: Caller, holder: string, name: string, planned: Attributes): Promise<void> {
    const document = inlineForm(textOf(planned, 'policy'));
    await doing(`putting IAM ${title} (${holder}) Policy (${name})`, () => put(caller, holder, name, document));
  }
  async function stateOf(caller: Caller, holder: string, name: string, state: Attributes): Promise<Attributes> {
    const id = `${holder}:${name}`;
    const { PolicyDocument: sent = '' } = await doing(`reading IAM ${title} Policy (${id})`, () =>
      get(caller, holder, name),
    );
    const policy = documentToSet(inlineForm, textOf(state, 'policy'), decodeURIComponent(sent));
    return { ...state, id, name, name_prefix: generatedPrefixOf(name), policy, [attribute]: holder };
  }
  return {
    schema: {
      attributes: {
        id: { type: 'string', optional: true, computed: true },
        name: { type: 'string', optional: true, computed: true },
        name_prefix: { type: 'string', optional: true, computed: true },
        policy: { type: 'string', required: true },
        [attribute]: { type: 'string', required: true },
      },
    },
    legacy: true,
    replacedBy: ['name', 'name_prefix', attribute],
    documents: { policy: inlineForm },
    validate: all(policyDocument('policy'), conflicting('name', 'name_prefix')),

    async create(caller, planned, keep) {
      const [holder, name] = [textOf(planned, attribute), nameFor(planned)];
      await write(caller, holder, name, planned);
      const created = { ...planned, id: `${holder}:${name}`, name, name_prefix: generatedPrefixOf(name) };
      keep(created);
      // The real provider looks for the policy before it reads it, which makes two calls.
      await doing(`waiting for IAM ${title} Policy (${holder}:${name}) create`, () =>
        untilFound(() => get(caller, holder, name)),
      );
      return stateOf(caller, holder, name, created);
    },

    read: async (caller, state) => (await ifPresent(() => stateOf(caller, ...partsOf(state), state))) ?? null,

    async update(caller, prior, planned) {
      const parts = partsOf(prior);
      await write(caller, ...parts, planned);
      return stateOf(caller, ...parts, planned);
    },

    async remove(caller, state) {
      const parts = partsOf(state);
      await doing(`deleting IAM ${title} Policy (${parts.join(':')})`, () => ifPresent(() => remove(caller, ...parts)));
    },

    importState: (id) =>
      id.includes(':') ? { id } : `${attribute}_policy id must be of the form <${attribute} name>:<policy name>`,
  };
}

function partsOf(state: Attributes): [holder: string, name: string] {
  const id = textOf(state, 'id');
  const colon = id.indexOf(':');
  return [id.slice(0, colon), id.slice(colon + 1)];
}
