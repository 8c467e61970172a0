import type { Difference, Holder } from '../../access/model-difference.ts';
import type { CloudTrailEvent } from '../../aws/cloudtrail/event.ts';
import type { StrayEffect } from '../rules/unmanaged-effect.ts';
import type { DriftWhat } from '../rules/what.ts';
import { arnIsOf, byCreation, type Calls, changesDocument, sameName, sets } from './deed-calls.ts';

/** How something may have been done: by one of these calls, found under this name or ARN. */
export interface Deed {
  readonly subject: string;
  readonly calls: Calls;
}

/** Null where no call does it, or nobody can tell which: what a key was used for, what only Terraform knows. */
export function deedOf(what: DriftWhat): Deed | null {
  switch (what.kind) {
    case 'difference':
      return differenceDeed(what.difference);
    case 'stray':
      return strayDeed(what.effect);
    case 'boundary': {
      const { arn, state } = what.effect;
      return { subject: arn, calls: state === 'missing' ? deletes(arn) : changesDocument(arn) };
    }
    case 'non-default-policy-version': {
      const isOf = sets({ policyArn: what.arn });
      const isThen = byCreation(what.created);
      const makes = (...[parameters, event]: Parameters<typeof isOf>) =>
        isOf(parameters, event) && isThen(parameters, event);
      return { subject: what.arn, calls: { CreatePolicyVersion: makes } };
    }
    case 'unmanaged-group-membership':
      return { subject: what.user, calls: { AddUserToGroup: sets({ userName: what.user, groupName: what.group }) } };
    case 'outside':
      return { subject: what.user, calls: outsideCalls(what) };
    case 'retired-operations':
      return what.holder === null
        ? { subject: what.policy, calls: changesDocument(what.policy) }
        : { subject: what.holder.name, calls: held('Put', 'Policy', what.holder, { policyName: what.policy }) };
    case 'too-many-access-keys':
      return { subject: what.user, calls: { CreateAccessKey: ofUser(what.user) } };
    case 'old-access-key':
    case 'unused-access-key': {
      const isHers = ofUser(what.user);
      const isThen = byCreation(what.key.created);
      return {
        subject: what.user,
        calls: { CreateAccessKey: (parameters, event) => isHers(parameters, event) && isThen(parameters, event) },
      };
    }
    case 'console-password':
      return { subject: what.user, calls: { CreateLoginProfile: ofUser(what.user) } };
    case 'ssh-key':
      return { subject: what.user, calls: { UploadSSHPublicKey: ofUser(what.user) } };
    case 'signing-certificate':
      return { subject: what.user, calls: { UploadSigningCertificate: ofUser(what.user) } };
    case 'service-specific-credential':
      return { subject: what.user, calls: { CreateServiceSpecificCredential: ofUser(what.user) } };
    // Terraform's addresses are no names of IAM, a use is no change, and the root's keys have no user to look for.
    case 'attributes':
    case 'key-used-after-leaving':
    case 'root-access-key':
      return null;
  }
}

function differenceDeed(difference: Difference): Deed {
  switch (difference.kind) {
    case 'user-added':
      return { subject: difference.user, calls: makesUser(difference.user) };
    case 'user-deleted': {
      const { user } = difference;
      const isRenamed = sets({ userName: user });
      return {
        subject: user,
        calls: {
          DeleteUser: sets({ userName: user }),
          UpdateUser: (parameters, event) => isRenamed(parameters, event) && typeof parameters.newUserName === 'string',
        },
      };
    }
    case 'group-added':
      return { subject: difference.group, calls: makesGroup(difference.group) };
    case 'group-deleted': {
      const { group } = difference;
      const isRenamed = sets({ groupName: group });
      return {
        subject: group,
        calls: {
          DeleteGroup: sets({ groupName: group }),
          UpdateGroup: (parameters, event) =>
            isRenamed(parameters, event) && typeof parameters.newGroupName === 'string',
        },
      };
    }
    case 'policy-added':
      return { subject: difference.arn, calls: { CreatePolicy: arnIsOf(difference.arn) } };
    case 'policy-deleted':
      return { subject: difference.arn, calls: deletes(difference.arn) };
    case 'path-changed':
      return { subject: difference.holder.name, calls: moves(difference.holder, difference.to) };
    case 'membership-added':
    case 'membership-removed': {
      const { kind, user, group } = difference;
      const call = kind === 'membership-added' ? 'AddUserToGroup' : 'RemoveUserFromGroup';
      return { subject: user, calls: { [call]: sets({ userName: user, groupName: group }) } };
    }
    case 'policy-attached':
    case 'policy-detached': {
      const { kind, holder, arn } = difference;
      const verb = kind === 'policy-attached' ? 'Attach' : 'Detach';
      return { subject: holder.name, calls: held(verb, 'Policy', holder, { policyArn: arn }) };
    }
    case 'inline-policy-added':
    case 'inline-policy-changed':
    case 'inline-policy-removed': {
      const { kind, holder, policy } = difference;
      const verb = kind === 'inline-policy-removed' ? 'Delete' : 'Put';
      return { subject: holder.name, calls: held(verb, 'Policy', holder, { policyName: policy }) };
    }
    case 'policy-changed':
      return { subject: difference.arn, calls: changesDocument(difference.arn) };
    case 'boundary-changed':
      return { subject: difference.user, calls: bounds(difference.user, difference.to) };
    case 'tag-changed':
      return { subject: difference.user, calls: tags(difference.user, difference.tag, difference.to) };
  }
}

/** Under a lab's path somebody made it; elsewhere it is here because somebody gave it a policy of the lab. */
function strayDeed({ stray: { kind, name, arn, path } }: StrayEffect): Deed {
  if (kind === 'policy') return { subject: arn, calls: { CreatePolicy: arnIsOf(arn) } };
  if (path.startsWith('/mturk/')) return { subject: name, calls: kind === 'user' ? makesUser(name) : makesGroup(name) };
  const isHis = sets(kind === 'user' ? { userName: name } : { groupName: name });
  const ofLab: Calls[string] = (parameters, event) =>
    isHis(parameters, event) && String(parameters.policyArn).includes(':policy/mturk/');
  return { subject: name, calls: kind === 'user' ? { AttachUserPolicy: ofLab } : { AttachGroupPolicy: ofLab } };
}

/** How somebody came to what she has: by the policies and groups that give it, or by any where that is not known. */
function outsideCalls({ user, access }: Extract<DriftWhat, { readonly kind: 'outside' }>): Calls {
  const grants = [...access.grants.values()].flat();
  const isHers = sets({ userName: user });
  if (grants.length === 0) return { AttachUserPolicy: isHers, PutUserPolicy: isHers, AddUserToGroup: isHers };
  const groups = new Set(grants.flatMap(({ holder }) => (holder.startsWith('group ') ? [lower(holder.slice(6))] : [])));
  const own = new Set(grants.flatMap(({ holder, policy }) => (holder.startsWith('user ') ? [policy] : [])));
  return {
    AttachUserPolicy: (parameters, event) => isHers(parameters, event) && own.has(String(parameters.policyArn)),
    PutUserPolicy: (parameters, event) => isHers(parameters, event) && own.has(String(parameters.policyName)),
    AddUserToGroup: (parameters, event) => isHers(parameters, event) && groups.has(lower(parameters.groupName)),
  };
}

function makesUser(user: string): Calls {
  return { CreateUser: sets({ userName: user }), UpdateUser: sets({ newUserName: user }) };
}

function makesGroup(group: string): Calls {
  return { CreateGroup: sets({ groupName: group }), UpdateGroup: sets({ newGroupName: group }) };
}

function deletes(arn: string): Calls {
  return { DeletePolicy: sets({ policyArn: arn }) };
}

/** A call whose name has the kind of the holder in it: `AttachUserPolicy`, `PutGroupPolicy`. */
function held(verb: string, noun: string, { kind, name }: Holder, parameters: Record<string, string>): Calls {
  return kind === 'user'
    ? { [`${verb}User${noun}`]: sets({ userName: name, ...parameters }) }
    : { [`${verb}Group${noun}`]: sets({ groupName: name, ...parameters }) };
}

function moves({ kind, name }: Holder, to: string): Calls {
  const [of, now] = kind === 'user' ? ['userName', 'newUserName'] : ['groupName', 'newGroupName'];
  const isHis: Calls[string] = (parameters) => sameName(parameters[now] ?? parameters[of], name);
  const arrives: Calls[string] = (parameters, event) => isHis(parameters, event) && parameters.newPath === to;
  const comes: Calls[string] = (parameters, event) => isHis(parameters, event) && (parameters.path ?? '/') === to;
  return kind === 'user' ? { UpdateUser: arrives, CreateUser: comes } : { UpdateGroup: arrives, CreateGroup: comes };
}

function bounds(user: string, to: string | null): Calls {
  const isHers = sets({ userName: user });
  const toThat: Calls[string] = (parameters, event) =>
    isHers(parameters, event) && (parameters.permissionsBoundary ?? null) === to;
  return to === null
    ? { DeleteUserPermissionsBoundary: isHers, CreateUser: toThat }
    : { PutUserPermissionsBoundary: toThat, CreateUser: toThat };
}

function tags(user: string, tag: string, to: string | null): Calls {
  const isHers = sets({ userName: user });
  if (to === null) {
    return {
      UntagUser: ({ tagKeys, ...rest }, event) =>
        isHers(rest, event) && Array.isArray(tagKeys) && tagKeys.some((key) => sameName(key, tag)),
    };
  }
  const setsTag: Calls[string] = ({ tags: given, ...rest }, event) =>
    isHers(rest, event) &&
    Array.isArray(given) &&
    given.some((each: unknown) => isObject(each) && sameName(each.key, tag) && each.value === to);
  return { TagUser: setsTag, CreateUser: setsTag };
}

/** Whoever makes something for herself need not say for whom. */
function ofUser(user: string): Calls[string] {
  return ({ userName }, { actor: who }: CloudTrailEvent) => sameName(userName ?? who, user);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function lower(value: unknown): string {
  return String(value).toLowerCase();
}
