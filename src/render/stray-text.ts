import type { PersonChange } from '../access/compare.ts';
import type { Stray, Unseen } from '../account/strays.ts';
import { toList } from '../iam/context.ts';
import type { Statement } from '../iam/document.ts';
import { placeOf } from '../review/drift-effect.ts';
import type { BoundaryEffect } from '../review/stray-boundary.ts';
import { type StrayEffect, strayPlace } from '../review/stray-effect.ts';
import { type Beside, type LookedClass, lookedClass } from '../review/stray-report.ts';
import { labPath } from '../team/names.ts';
import { harmWords, listWords, type Naming, personName, policyName, unknownPolicyWords } from './access-words.ts';
import { type BesideLines, type ReportItem, someNames } from './drift-text.ts';
import { visible } from './visible.ts';

/** What lies beside the plan, as items of the drift report. `found` is the plan's own class. */
export function besideLines(
  found: Exclude<LookedClass, 'unmanaged' | 'error'>,
  beside: Beside,
  naming: Naming,
): BesideLines {
  const { strays, boundary, unseen } = beside;
  return {
    class: lookedClass(found, beside),
    items: [
      ...strays.map((effect) => ({ ...strayItem(effect, naming), isChange: false, spends: spends(effect) })),
      ...(boundary === null ? [] : [{ ...boundaryItem(boundary, naming), isChange: true, spends: false }]),
    ],
    unseen: unseen.map(unseenWords),
  };
}

/** What reconciling has left as it was; null where that is nothing. */
export function leftAloneText({ strays, boundary, unseen }: Beside): string | null {
  const names = strays.map(({ stray }) => `the ${stray.kind} ${stray.name}`);
  const sentences = [
    ...(names.length === 0 ? [] : [`Not touched, because nobody declares ${them(names)}: ${someNames(names)}.`]),
    ...(boundary === null
      ? []
      : ['Not touched: the permissions boundary, which "mturk-team apply --bootstrap" writes.']),
    ...unseen.map(unseenWords),
  ];
  return sentences.length === 0 ? null : sentences.join('\n');
}

function them(names: readonly string[]): string {
  return names.length === 1 ? 'it' : 'them';
}

function unseenWords({ what, failure }: Unseen): string {
  const reason = 'reason' in failure.args ? failure.args.reason : failure.code;
  return visible(`Could not look at ${what}: ${reason}`);
}

function spends({ people, keeps }: StrayEffect): boolean {
  return [...people, ...keeps].some(({ worstGain }) => worstGain === 'spends');
}

function strayItem(effect: StrayEffect, naming: Naming): ReportItem {
  const { stray } = effect;
  const remedies = remediesOf(stray);
  return {
    place: strayPlace(effect),
    paragraphs: [
      consequenceOf(effect, naming),
      `${causeOf(stray, naming)} Reconciling leaves it alone; ${remedies.words}:`,
      ...remedies.lines.map((paste) => ({ paste })),
    ],
  };
}

function consequenceOf(effect: StrayEffect, naming: Naming): string {
  const { stray, people, keeps, administrators } = effect;
  const { kind, name, holding } = stray;
  const through = kind === 'user' ? '' : ` through the group ${name}, which nobody declares`;
  const again = kind === 'user' ? '' : ` through the group ${name}`;
  if (holding === null) return `What the ${kind} ${name} gives to whom is not known: it could not be looked into.`;
  const all = (users: readonly string[]) => someNames(users.map((user) => personName(user, naming)));
  const gain = ({ capabilities }: PersonChange) => capabilities.gained;
  const sentences = [
    ...byWords(people, (person) => (gain(person).length === 0 ? null : harmWords(gain(person)))).map(
      ([words, users]) => `${all(users)} may do what team.yaml does not give${through}: ${words}.`,
    ),
    ...byWords(people, ({ capabilities: { lost } }) => (lost.length === 0 ? null : harmWords(lost))).map(
      ([words, users]) => `${all(users)} may not do what team.yaml gives${again}: ${words}.`,
    ),
    ...byWords(keeps, (person) => (gain(person).length === 0 ? null : harmWords(gain(person)))).map(
      ([words, users]) =>
        `${all(users)} would keep what team.yaml gives them even if it took it away,${through}: ${words}.`,
    ),
    ...(administrators.length === 0
      ? []
      : [
          `${kind === 'user' ? 'They' : all(administrators)} may attach any policy to anybody${again}: that is everything.`,
        ]),
    ...byWords([...people, ...keeps], ({ unknownPolicies: { after } }) =>
      after.length === 0 ? null : unknownPolicyWords(after),
    ).map(([words]) => `${words}.`),
  ];
  if (sentences.length > 0) return sentences.join(' ');
  if (kind === 'user') return `${personName(name, naming)} may do nothing in MTurk.`;
  if (kind === 'policy') return `Nobody's access changes by the policy ${name}, which nobody declares.`;
  return `Nobody's access changes by the group ${name}, which nobody declares.`;
}

/** Those of whom the same is to be said, together, in the order in which it first is. */
function byWords(
  people: readonly PersonChange[],
  wordsOf: (person: PersonChange) => string | null,
): readonly (readonly [words: string, users: readonly string[]])[] {
  const groups = new Map<string, string[]>();
  for (const person of people) {
    const words = wordsOf(person);
    if (words !== null) groups.set(words, [...(groups.get(words) ?? []), person.user]);
  }
  return [...groups];
}

function causeOf(stray: Stray, { lab }: Naming): string {
  const inside = stray.path.startsWith(labPath(lab));
  const place = inside
    ? `lies under ${stray.path}`
    : `has a policy of the lab and lies outside it, under ${stray.path}`;
  const where = visible(`The ${stray.kind} ${stray.name} ${place}, and neither team.yaml nor the state has it`);
  if (stray.holding === null) return `${where}.`;
  if (stray.kind === 'policy') {
    const { attachments } = stray.holding;
    const held = attachments === 0 ? 'nothing' : `${attachments} ${attachments === 1 ? 'holder' : 'holders'}`;
    return `${where}; it is attached to ${held}.`;
  }
  const { attached, inline } = stray.holding;
  const policies = [...attached.map(policyName), ...inline.map(({ name }) => name)];
  const words =
    policies.length === 0
      ? 'no policy'
      : `${policies.length === 1 ? 'the policy' : 'the policies'} ${someNames(policies)}`;
  if (stray.kind === 'user') {
    const cap = stray.holding.boundary === null ? ' and no permissions boundary' : '';
    const groups = stray.holding.groups.length === 0 ? '' : `; it is in ${someNames(stray.holding.groups)}`;
    return `${where}; it has ${words}${cap}${groups}.`;
  }
  const count = stray.holding.members.length;
  const members = count === 0 ? 'nobody' : count === 1 ? '1 user' : `${count} users`;
  return `${where}: it was made, or renamed, by hand. It has ${words}, and ${members} in it.`;
}

interface Remedies {
  /** What the lines are for, before a colon. */
  readonly words: string;
  readonly lines: readonly string[];
}

/** Commands of the AWS CLI that take away what a stray gives. None deletes a user or a group: whose it is, nobody knows here. */
function remediesOf(stray: Stray): Remedies {
  const { kind, name, arn, holding } = stray;
  if (kind === 'policy') {
    const unused = holding !== null && holding.attachments === 0;
    const command = unused ? 'delete-policy' : 'list-entities-for-policy';
    return {
      words: unused ? 'this deletes it' : 'this tells what has it',
      lines: [`aws iam ${command} --policy-arn ${pasted(arn)}`],
    };
  }
  const who = `--${kind}-name ${pasted(name)}`;
  const lines = [
    ...(holding?.attached ?? []).map((policy) => `aws iam detach-${kind}-policy ${who} --policy-arn ${pasted(policy)}`),
    ...(holding?.inline ?? []).map(
      (policy) => `aws iam delete-${kind}-policy ${who} --policy-name ${pasted(policy.name)}`,
    ),
    ...(stray.kind !== 'user' ? [] : (stray.holding?.groups ?? [])).map(
      (group) => `aws iam remove-user-from-group ${who} --group-name ${pasted(group)}`,
    ),
  ];
  if (lines.length > 0) return { words: 'this takes away what it gives', lines };
  return {
    words: 'this tells more of it',
    lines: [`aws iam ${kind === 'user' ? 'list-access-keys' : 'get-group'} ${who}`],
  };
}

/** A word of a command line: a path of IAM may hold what a shell reads as its own. */
function pasted(word: string): string {
  return /^[\w+=,.@:/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function boundaryItem(effect: BoundaryEffect, naming: Naming): ReportItem {
  const { state, document, wider, narrower, people } = effect;
  const remedy = [
    'Reconciling leaves it alone; an administrator puts it back with:',
    { paste: 'mturk-team apply --bootstrap' },
  ];
  // A cap that is off gives nothing by itself; what is attached next does, so it stands right after what spends.
  const place = 0.75;
  if (state === 'missing') {
    return {
      place,
      paragraphs: [
        `Nothing caps what a policy attached by hand counts for: there is no permissions boundary ${effect.arn}.`,
        ...remedy,
      ],
    };
  }
  if (document === null) {
    return {
      place,
      paragraphs: ['The permissions boundary was edited, and what it lets through cannot be read.', ...remedy],
    };
  }
  const lost = byWords(people, ({ capabilities }) =>
    capabilities.lost.length === 0 ? null : harmWords(capabilities.lost),
  ).map(
    ([words, users]) =>
      `${someNames(users.map((user) => personName(user, naming)))} lost what team.yaml gives: ${words}.`,
  );
  const through =
    wider.length === 0
      ? []
      : [
          `A policy that is attached to a member by hand would count for more than Mechanical Turk: the permissions boundary lets through ${listWords(wider.map(statementWords))}.`,
        ];
  const denied = narrower.filter(({ Effect }) => Effect === 'Deny').map(statementWords);
  const gone = narrower.filter(({ Effect }) => Effect === 'Allow').map(statementWords);
  const less = [
    ...(gone.length === 0 ? [] : [`It does not let through any more: ${listWords(gone)}.`]),
    ...(denied.length === 0 ? [] : [`It denies ${listWords(denied)}.`]),
  ];
  const sentences = [...through, ...lost];
  return {
    place: wider.length > 0 ? place : placeOf(people),
    paragraphs: [
      (sentences.length > 0 ? sentences : ["Nobody's access changes by this."]).join(' '),
      ['Somebody edited the permissions boundary.', ...less].join(' '),
      ...remedy,
    ],
  };
}

/** `everything`, or `s3:* on arn:aws:s3:::data`; a condition is named by its keys. */
function statementWords({ Action, NotAction, Resource, NotResource, Condition }: Statement): string {
  const some = (list: readonly string[]) => (list.includes('*') ? 'everything' : someNames(list));
  const actions = Action === undefined ? `everything but ${someNames(toList(NotAction))}` : some(toList(Action));
  const resources =
    Resource === undefined ? `everything but ${someNames(toList(NotResource))}` : some(toList(Resource));
  const keys = Object.values(Condition ?? {}).flatMap((byKey) => Object.keys(byKey));
  const where = resources === 'everything' ? '' : ` on ${resources}`;
  return visible(`${actions}${where}${keys.length === 0 ? '' : ` (depending on ${listWords(keys)})`}`);
}

/** The part of `drift --json` that a plan has not: version 1. */
export function besideJson(
  { strays, boundary, boundaryState, unseen }: Beside,
  naming: Naming,
): Record<string, unknown> {
  const person = ({ user, operations, worstGain }: PersonChange) => ({
    user,
    key: naming.people.get(user)?.key ?? null,
    name: naming.people.get(user)?.name ?? null,
    gained: operations.gained,
    lost: operations.lost,
    worstGain,
  });
  return {
    strays: strays.map(({ stray, people, keeps, administrators }) => ({
      ...stray,
      people: people.map(person),
      keeps: keeps.map(person),
      administrators,
      remedy: remediesOf(stray).lines,
    })),
    boundary: {
      state: boundaryState,
      document: boundary?.document ?? null,
      wider: boundary?.wider ?? [],
      narrower: boundary?.narrower ?? [],
      people: (boundary?.people ?? []).map(person),
    },
    unseen: unseen.map(({ what, failure }) => ({ what, code: failure.code, ...failure.args })),
  };
}
