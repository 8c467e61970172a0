import { compare, type PersonChange } from '../access/compare.ts';
import type { AccessGroup, AccessModel, AccessUser, InlinePolicy } from '../access/model.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { managedPolicyByArn } from '../mturk/managed-policies.ts';
import { RISKS } from '../mturk/operations.ts';
import type { Difference, Holder } from './difference.ts';
import type { DriftReport, Tampering } from './drift.ts';

/** Something done by hand, and what it alone did to whose access. */
export interface TamperingEffect {
  readonly tampering: Tampering;
  /** Worst risk first; empty where nobody's access changed by it. */
  readonly people: readonly PersonChange[];
}

/** What each tampering did by itself: the worst gain first, then losses, then what changed nobody's access. */
export function effectsOf(report: DriftReport, at: Date): readonly TamperingEffect[] {
  const { recorded, before } = report.access;
  const documents = new Map([...before.policies, ...recorded.policies].map(({ arn, document }) => [arn, document]));
  return report.tampered
    .map((tampering) => {
      const changed = withDifference(recorded, tampering.difference, documents);
      return { tampering, people: compare(recorded, changed, at).people.filter(hasEffect) };
    })
    .sort((one, other) => placeOf(one.people) - placeOf(other.people));
}

/** Whether anything that somebody may do, or what limits it, is otherwise than before. */
export function hasEffect(person: PersonChange): boolean {
  const { operations, ends, boundary, suspended } = person;
  return (
    operations.gained.length > 0 ||
    operations.lost.length > 0 ||
    ends.before !== ends.after ||
    suspended.before !== suspended.after ||
    boundary.before !== boundary.after
  );
}

/** Where something stands in a report: the smaller, the worse is what somebody gains by it; losses come after gains. */
export function placeOf(people: readonly PersonChange[]): number {
  const gains = people.flatMap(({ worstGain }) => (worstGain === null ? [] : [RISKS.indexOf(worstGain)]));
  if (gains.length > 0) return Math.min(...gains);
  if (people.some(({ operations }) => operations.lost.length > 0)) return RISKS.length;
  return RISKS.length + (people.length > 0 ? 1 : 2);
}

/** The model as that one difference leaves it. */
function withDifference(
  model: AccessModel,
  difference: Difference,
  documents: ReadonlyMap<string, PolicyDocument | null>,
): AccessModel {
  switch (difference.kind) {
    case 'member-added':
      return mapUser(withUser(model, difference.user), difference.user, (user) => ({
        ...user,
        groups: [...user.groups, difference.group],
      }));
    case 'member-removed':
      return mapUser(model, difference.user, (user) => ({
        ...user,
        groups: user.groups.filter((group) => group !== difference.group),
      }));
    case 'attachment-added':
      return mapHolder(withPolicy(model, difference.arn, documents), difference.holder, (holder) => ({
        ...holder,
        attached: [...holder.attached, difference.arn],
      }));
    case 'attachment-removed':
      return mapHolder(model, difference.holder, (holder) => ({
        ...holder,
        attached: holder.attached.filter((arn) => arn !== difference.arn),
      }));
    case 'inline-added':
      return mapInline(model, difference.holder, difference.policy, { document: difference.document });
    case 'inline-changed':
      return mapInline(model, difference.holder, difference.policy, { document: difference.to });
    case 'inline-removed':
      return mapInline(model, difference.holder, difference.policy, null);
    case 'document-changed':
      return setDocument(model, difference.arn, difference.to);
    case 'policy-removed':
      return setDocument(model, difference.arn, { Statement: [] });
    case 'boundary-changed':
      return mapUser(
        difference.to === null ? model : withPolicy(model, difference.to, documents),
        difference.user,
        (user) => ({ ...user, boundary: difference.to }),
      );
    case 'user-removed':
      return { ...model, users: model.users.filter(({ name }) => name !== difference.user) };
    case 'group-removed':
      return {
        ...model,
        groups: model.groups.filter(({ name }) => name !== difference.group),
        users: model.users.map((user) => ({ ...user, groups: user.groups.filter((one) => one !== difference.group) })),
      };
    // What is only there, or has another tag or path, gives nobody anything by itself.
    case 'user-added':
    case 'group-added':
    case 'policy-added':
    case 'moved':
    case 'tag-changed':
      return model;
  }
}

function withUser(model: AccessModel, name: string): AccessModel {
  if (model.users.some((user) => user.name === name)) return model;
  const known = { name, path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} };
  return { ...model, users: [...model.users, { ...known, stranger: true }] };
}

function withPolicy(
  model: AccessModel,
  arn: string,
  documents: ReadonlyMap<string, PolicyDocument | null>,
): AccessModel {
  if (model.policies.some((policy) => policy.arn === arn)) return model;
  const document = documents.get(arn) ?? managedPolicyByArn(arn);
  return { ...model, policies: [...model.policies, { arn, name: arn.slice(arn.lastIndexOf('/') + 1), document }] };
}

function setDocument(model: AccessModel, arn: string, document: PolicyDocument | null): AccessModel {
  return {
    ...model,
    policies: model.policies.map((policy) => (policy.arn === arn ? { ...policy, document } : policy)),
  };
}

function mapUser(model: AccessModel, name: string, map: (user: AccessUser) => AccessUser): AccessModel {
  return { ...model, users: model.users.map((user) => (user.name === name ? map(user) : user)) };
}

type Held = Pick<AccessGroup, 'attached' | 'inline'>;

function mapHolder(model: AccessModel, { kind, name }: Holder, map: (holder: Held) => Held): AccessModel {
  if (kind === 'user') return mapUser(model, name, (user) => ({ ...user, ...map(user) }));
  return {
    ...model,
    groups: model.groups.map((group) => (group.name === name ? { ...group, ...map(group) } : group)),
  };
}

function mapInline(
  model: AccessModel,
  holder: Holder,
  name: string,
  policy: Pick<InlinePolicy, 'document'> | null,
): AccessModel {
  return mapHolder(model, holder, ({ attached, inline }) => {
    const others = inline.filter((one) => one.name !== name);
    return { attached, inline: policy === null ? others : [...others, { name, ...policy }] };
  });
}
