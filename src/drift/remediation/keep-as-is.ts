import type { Difference, Holder } from '../../access/model-difference.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import type { Json } from './json.ts';
import { resolveReferences } from './references.ts';

type Block = Record<string, Json>;

/** A synthesised configuration that is being edited; by resource type and by name. */
interface Configuration {
  readonly resource: Record<string, Record<string, Block>>;
  readonly locals?: Record<string, Json>;
}

/**
 * The team's configuration (the text of its `cdk.tf.json`) with some differences written into it as the account has
 * them, so that a plan of it leaves them alone. Differences are read from the file to the account. What the
 * configuration cannot say stays as the file has it, and so does whatever concerns nothing of the configuration: a
 * policy whose document nobody could read, a group that nobody declares. Whoever plans it must look at what it changes.
 */
export function keepAsIs(configuration: string, kept: readonly Difference[]): string {
  if (kept.length === 0) return configuration;
  const edited = JSON.parse(configuration) as Configuration;
  for (const difference of kept) keep(edited, difference);
  for (const [type, blocks] of Object.entries(edited.resource)) {
    if (Object.keys(blocks).length === 0) delete edited.resource[type];
  }
  return `${JSON.stringify(edited, null, 2)}\n`;
}

function keep(edited: Configuration, difference: Difference): void {
  switch (difference.kind) {
    case 'membership-added':
      for (const block of membershipsOf(edited, difference.group)) {
        setList(block, 'users', (users) => [...users, nameInConfiguration(edited, difference.user)]);
      }
      return;
    case 'membership-removed': {
      const gone = [nameInConfiguration(edited, difference.user), difference.user];
      for (const block of membershipsOf(edited, difference.group)) {
        setList(block, 'users', (users) => users.filter((user) => !gone.includes(user)));
      }
      return;
    }
    case 'policy-attached':
      listOn(edited, difference.holder, 'policy_arns', (arns) => [...arns, difference.arn]);
      return;
    case 'policy-detached':
      takeOut(edited, 'policy_attachment', difference.holder, ({ policy_arn: arn }) => arn === difference.arn);
      listOn(edited, difference.holder, 'policy_arns', (arns) => arns.filter((arn) => arn !== difference.arn));
      return;
    case 'inline-policy-added':
      listOn(edited, difference.holder, 'policy_names', (names) => [...names, difference.policy]);
      return;
    case 'inline-policy-removed':
      takeOut(edited, 'policy', difference.holder, ({ name }) => name === difference.policy);
      listOn(edited, difference.holder, 'policy_names', (names) => names.filter((name) => name !== difference.policy));
      return;
    case 'inline-policy-changed':
      if (difference.to === null) return;
      for (const { block } of heldBy(edited, 'policy', difference.holder)) {
        if (block.name === difference.policy) block.policy = documentText(difference.to);
      }
      return;
    case 'policy-changed':
      if (difference.to === null) return;
      for (const { block } of policiesAt(edited, difference.arn)) {
        block.policy = documentText(difference.to);
      }
      return;
    case 'boundary-changed':
      for (const { block } of named(edited, 'aws_iam_user', difference.user)) {
        setText(block, 'permissions_boundary', difference.to);
      }
      return;
    case 'tag-changed':
      for (const { block } of named(edited, 'aws_iam_user', difference.user)) {
        const tags: Block = { ...(isBlock(block.tags) ? block.tags : {}) };
        setText(tags, difference.tag, difference.to);
        block.tags = tags;
      }
      return;
    case 'path-changed':
      for (const { block } of named(edited, `aws_iam_${difference.holder.kind}`, difference.holder.name)) {
        setText(block, 'path', difference.to);
      }
      return;
    case 'user-deleted':
      for (const { address } of named(edited, 'aws_iam_user', difference.user)) remove(edited, address);
      return;
    case 'group-deleted':
      for (const { address } of named(edited, 'aws_iam_group', difference.group)) remove(edited, address);
      return;
    case 'policy-deleted':
      withoutPolicy(edited, difference.arn);
      return;
    // Nobody declares it, so that no plan touches it.
    case 'user-added':
    case 'group-added':
    case 'policy-added':
      return;
  }
}

/** A policy that is gone is attached to nobody: an attachment that stayed would fail, and a guard would attach it. */
function withoutPolicy(edited: Configuration, arn: string): void {
  for (const { address } of policiesAt(edited, arn)) remove(edited, address);
  for (const [type, blocks] of Object.entries(edited.resource)) {
    for (const [name, block] of Object.entries(blocks)) {
      if (block.policy_arn === arn) remove(edited, `${type}.${name}`);
      if (Array.isArray(block.policy_arns)) setList(block, 'policy_arns', (arns) => arns.filter((one) => one !== arn));
    }
  }
}

interface Placed {
  /** `aws_iam_user.member_bo` */
  readonly address: string;
  readonly block: Block;
}

function placed(edited: Configuration, type: string): readonly Placed[] {
  return Object.entries(edited.resource[type] ?? {}).map(([name, block]) => ({ address: `${type}.${name}`, block }));
}

function named(edited: Configuration, type: string, name: string): readonly Placed[] {
  return placed(edited, type).filter(({ block }) => block.name === name);
}

function policiesAt(edited: Configuration, arn: string): readonly Placed[] {
  return placed(edited, 'aws_iam_policy').filter(({ block }) =>
    arn.endsWith(`:policy${String(block.path)}${String(block.name)}`),
  );
}

function membershipsOf(edited: Configuration, group: string): readonly Block[] {
  return placed(edited, 'aws_iam_group_membership').flatMap(({ block }) =>
    resolved(edited, block).group === group ? [block] : [],
  );
}

/** What a user or group has by resources of `aws_iam_<kind>_<suffix>`. */
function heldBy(edited: Configuration, suffix: string, { kind, name }: Holder): readonly Placed[] {
  return placed(edited, `aws_iam_${kind}_${suffix}`).filter(({ block }) => {
    const values = resolved(edited, block);
    return (values[kind] ?? values[`${kind}_name`]) === name;
  });
}

function takeOut(edited: Configuration, suffix: string, holder: Holder, isIt: (block: Block) => boolean): void {
  for (const { address, block } of heldBy(edited, suffix, holder)) if (isIt(block)) remove(edited, address);
}

const GUARDS = { policy_arns: 'policy_attachments_exclusive', policy_names: 'policies_exclusive' } as const;

/** The guards put back what they list, and take off what they do not. */
function listOn(
  edited: Configuration,
  holder: Holder,
  list: keyof typeof GUARDS,
  edit: (items: readonly string[]) => readonly string[],
): void {
  for (const { block } of heldBy(edited, GUARDS[list], holder)) setList(block, list, edit);
}

/** A user by reference where the configuration has her, else by her name. */
function nameInConfiguration(edited: Configuration, user: string): string {
  const [known] = named(edited, 'aws_iam_user', user);
  return known === undefined ? user : referenceTo(known.address);
}

function referenceTo(address: string): string {
  return `\${${address}.name}`;
}

function resolved(edited: Configuration, block: Block): Readonly<Record<string, Json>> {
  return resolveReferences(block, edited as unknown as Json);
}

/** Takes a resource out with all that is held by it, and every mention of it. */
function remove(edited: Configuration, address: string): void {
  const [type = '', name = ''] = address.split('.');
  if (edited.resource[type]?.[name] === undefined) return;
  delete edited.resource[type][name];
  const reference = referenceTo(address);
  const blocks = Object.entries(edited.resource).flatMap(([otherType, others]) =>
    Object.entries(others).map(([otherName, block]) => ({ address: `${otherType}.${otherName}`, block })),
  );
  for (const { block } of blocks) {
    for (const [key, value] of Object.entries(block)) {
      if (Array.isArray(value)) block[key] = value.filter((item) => item !== reference && item !== address);
    }
  }
  for (const [key, value] of Object.entries(edited.locals ?? {})) {
    if (Array.isArray(value) && edited.locals !== undefined) {
      edited.locals[key] = value.filter((item) => item !== reference);
    }
  }
  for (const other of blocks) if (Object.values(other.block).includes(reference)) remove(edited, other.address);
}

function setList(block: Block, key: string, edit: (items: readonly string[]) => readonly string[]): void {
  const list = block[key];
  const before = Array.isArray(list) ? list.map(String) : [];
  const added = edit(before).filter((item) => !before.includes(item));
  const kept = edit(before).filter((item) => before.includes(item));
  block[key] = [...kept, ...new Set(added.filter((item) => isReference(item) || isPlain(item)))];
}

function setText(block: Block, key: string, text: string | null): void {
  if (text === null) delete block[key];
  else if (isPlain(key) && isPlain(text)) block[key] = text;
}

/** IAM takes a `$` and a brace in paths; what the engine would evaluate is not written down. */
function isPlain(text: string): boolean {
  return !/[$%]\{/.test(text);
}

function isReference(text: string): boolean {
  return /^\$\{aws_iam_user\.[\w-]+\.name\}$/.test(text);
}

/**
 * A document in which no sign stands before a brace, in JSON's own spelling of them: escapes of the engine cannot say
 * every text (two signs before a brace would need three, which is an escape and an expression in one).
 */
function documentText(document: PolicyDocument): string {
  return JSON.stringify(document).replace(/[$%]+(?=\{)/g, (signs) =>
    [...signs].map((sign) => (sign === '$' ? '\\u0024' : '\\u0025')).join(''),
  );
}

function isBlock(value: Json | undefined): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
