import type { AccessGroup, AccessPolicy } from '../access/model.ts';
import type { Failure } from '../diagnostics/failure.ts';
import { awsFailure } from './aws-errors.ts';
import type { IamNames, NamedKind, NamedThing } from './iam-names.ts';
import type { GroupHolding, PolicyHolding, UserHolding } from './strays-holdings.ts';

/**
 * Something that neither the state nor the team file knows, under the lab's path or with a policy from there: a group
 * that was renamed by hand, a user that somebody made. `holding` is null where it could not be read.
 */
export type Stray =
  | StrayOf<'group', GroupHolding | null>
  | StrayOf<'user', UserHolding | null>
  | StrayOf<'policy', PolicyHolding | null>;

interface StrayOf<Kind extends NamedKind, Holding> {
  readonly kind: Kind;
  readonly name: string;
  readonly arn: string;
  /** Outside the lab's path where it has a policy of the lab attached. */
  readonly path: string;
  readonly holding: Holding;
}

/** What could not be looked at, and why: never to be taken for "nothing there". */
export interface Unseen {
  /** A list (`users`), the boundary, or one thing (`the group old-payers`). */
  readonly what: string;
  readonly failure: Failure;
}

export interface StrayLook {
  readonly strays: readonly Stray[];
  /** Groups outside the lab that a stray user is in. */
  readonly groups: readonly AccessGroup[];
  /** The documents of everything that is attached to what was read. */
  readonly policies: readonly AccessPolicy[];
  readonly unseen: readonly Unseen[];
}

const LISTS: Readonly<Record<NamedKind, string>> = { group: 'groups', user: 'users', policy: 'policies' };

/**
 * Looks for what lies under a path and is not known. `knows` is asked for the exact name: IAM's names are unique ignoring
 * case, so another spelling is another thing. What AWS refuses to tell is listed as unseen; other errors are thrown.
 */
export async function lookForStrays(
  lab: { readonly path: string; knows(thing: NamedThing): boolean; readonly groups: ReadonlySet<string> },
  iam: Pick<IamNames, 'list' | 'holdings'>,
): Promise<StrayLook> {
  const unseen: Unseen[] = [];
  const look = async <Value>(what: string, read: () => Promise<Value>): Promise<Value | null> => {
    const seen = await orUnseen(what, read);
    if ('unseen' in seen) unseen.push(seen.unseen);
    return 'unseen' in seen ? null : seen.value;
  };

  const things: NamedThing[] = [];
  for (const kind of ['group', 'user', 'policy'] as const) {
    things.push(...((await look(LISTS[kind], () => iam.list(kind))) ?? []));
  }
  const holders = new Set<string>();
  for (const { arn, name } of things.filter((one) => one.kind === 'policy' && one.path.startsWith(lab.path))) {
    const found = await look(`who has the policy ${name}`, () => iam.holdings.holdersOf(arn));
    for (const holder of found ?? []) holders.add(`${holder.kind} ${holder.name}`);
  }
  const strays: Stray[] = [];
  for (const thing of things) {
    const { kind, name, arn, path } = thing;
    // A group that was renamed may have been moved as well; its policy is the lab's all the same.
    if (lab.knows(thing) || !(path.startsWith(lab.path) || holders.has(`${kind} ${name}`))) continue;
    const before = unseen.length;
    const stray = await look(`the ${kind} ${name}`, () => readStray(thing, iam));
    // Unreadable, it is there all the same; gone in the meantime, it is not.
    if (stray !== null) strays.push(stray);
    else if (unseen.length > before) strays.push({ kind, name, arn, path, holding: null });
  }

  const strayGroups = new Set(strays.flatMap(({ kind, name }) => (kind === 'group' ? [name] : [])));
  const others = strays.flatMap((stray) => (stray.kind === 'user' ? (stray.holding?.groups ?? []) : []));
  const groups: AccessGroup[] = [];
  for (const name of new Set(others)) {
    if (lab.groups.has(name) || strayGroups.has(name)) continue;
    const held = await look(`the group ${name}`, () => iam.holdings.group(name));
    if (held !== null) groups.push({ name, path: '/', attached: held.attached, inline: held.inline });
  }

  const held = strays.flatMap((stray) => (stray.kind === 'policy' || stray.holding === null ? [] : [stray.holding]));
  const boundaries = held.flatMap((one) => ('boundary' in one && one.boundary !== null ? [one.boundary] : []));
  const arns = new Set([...[...held, ...groups].flatMap(({ attached }) => attached), ...boundaries]);
  const policies: AccessPolicy[] = [];
  for (const arn of arns) {
    const policy = await look(`the policy ${arn}`, () => iam.holdings.policy(arn));
    policies.push({ arn, name: arn.slice(arn.lastIndexOf('/') + 1), document: policy?.document ?? null });
  }
  return { strays, groups, policies, unseen };
}

async function readStray(
  { kind, name, arn, path }: NamedThing,
  { holdings }: Pick<IamNames, 'holdings'>,
): Promise<Stray | null> {
  if (kind === 'group') {
    const holding = await holdings.group(name);
    return holding === null ? null : { kind, name, arn, path, holding };
  }
  if (kind === 'user') {
    const holding = await holdings.user(name);
    return holding === null ? null : { kind, name, arn, path, holding };
  }
  const holding = await holdings.policy(arn);
  return holding === null ? null : { kind, name, arn, path, holding };
}

/** What was read, or why AWS did not let it be read. Throws what is no answer of AWS. */
export async function orUnseen<Value>(
  what: string,
  read: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly unseen: Unseen }> {
  try {
    return { value: await read() };
  } catch (error) {
    const failure = awsFailure(error);
    if (failure === null) throw error;
    return { unseen: { what, failure } };
  }
}
