import { bareWords, capital, countOf, peopleCount } from '../../access/text/capability-words.ts';
import { dayWords } from '../../text/dates.ts';
import { joined, type Markdown, md, ours, shortListed } from '../../text/markdown.ts';
import type { Review, ReviewedPerson, Unexplained } from '../changes/review.ts';
import { whoMarkdown } from './people.ts';

/** So many different things are named in a headline. */
const CLAUSES = 3;

interface Clause {
  /** With the names put in. */
  readonly say: (names: Markdown) => Markdown;
  /** Two people with equal keys share the clause. */
  readonly key: string;
}

/** The change in words: `Adds Eve Lindqvist; Bo Chen can now approve work and pay bonuses`. Never a count of resources. */
export function headline(review: Review): Markdown {
  const groups = new Map<string, { clause: Clause; people: ReviewedPerson[] }>();
  for (const person of review.people) {
    const clause = clauseOf(person);
    const group = groups.get(clause.key);
    if (group === undefined) groups.set(clause.key, { clause, people: [person] });
    else group.people.push(person);
  }
  const all = [...groups.values()];
  const besides = [...guardClauses(review.settings), ...besidesClauses(review.unexplained)];
  if (all.length === 0) return quietHeadline(review, besides);
  const told = all.length === CLAUSES + 1 ? all : all.slice(0, CLAUSES);
  const more = all.slice(told.length).reduce((sum, { people }) => sum + people.length, 0);
  const clauses = told.map(({ clause, people }) => clause.say(names(people)));
  if (more > 0) clauses.push(ours(`${peopleCount(more)} more ${more === 1 ? 'is' : 'are'} concerned`));
  return capital(joined([...clauses, ...besides], '; '));
}

/** What changes for the lab as a whole. */
function guardClauses(guards: Review['settings']): readonly Markdown[] {
  const words = guards.flatMap((guard) => {
    if (changesApproval(guard)) return ['changes who approves'];
    if (guard.kind === 'snooze' && guard.to !== null && guard.to > (guard.from ?? '')) {
      return ['leaves something out of the drift report'];
    }
    if (guard.kind !== 'freeze') return ['changes a rule of the lab'];
    return guard.gained.length > 0 ? ['freezes something for everybody'] : ['lifts a freeze'];
  });
  return [...new Set(words)].map(ours);
}

function changesApproval({ kind }: Review['settings'][number]): boolean {
  return kind === 'owners' || kind === 'owner-login';
}

/** What it does besides what this pull request asks for. */
function besidesClauses(unexplained: Review['unexplained']): readonly Markdown[] {
  const count = (kind: Unexplained['kind']) => unexplained.filter((each) => each.kind === kind).length;
  const [unasked, undone] = [count('not-in-files'), count('drift-reverted')];
  return [
    ...(unasked === 0 ? [] : [ours(`does ${countOf(unasked, 'thing', 'things')} that nobody asked for`)]),
    ...(undone === 0 ? [] : [ours(`puts back ${countOf(undone, 'change', 'changes')} made by hand`)]),
  ];
}

function names(people: readonly ReviewedPerson[]): Markdown {
  return people.length > 5 ? ours(peopleCount(people.length)) : shortListed(people.map(whoMarkdown), 3);
}

function quietHeadline({ roles, descriptive: words, plan }: Review, besides: readonly Markdown[]): Markdown {
  const parts = [
    ...(roles.length > 0 ? [countOf(roles.length, 'role is', 'roles are').concat(' defined anew')] : []),
    ...besides.map(({ markdown }) => markdown),
  ];
  if (parts.length > 0) return ours(`Nobody's access changes; ${parts.join('; ')}`);
  const resources = plan === null ? 0 : plan.resources.filter(changes).length;
  if (resources > 0)
    return ours(
      `Nobody's access changes; ${countOf(resources, 'detail', 'details')} on the account ${resources === 1 ? 'does' : 'do'}`,
    );
  return ours(words.length > 0 ? "Only words change, nobody's access" : 'Nothing changes');
}

function changes({ actions }: { readonly actions: readonly string[] }): boolean {
  return actions.some((action) => action !== 'no-op' && action !== 'read');
}

function clauseOf({ change, classes }: ReviewedPerson): Clause {
  const simple = (key: string, say: Clause['say']): Clause => ({ key, say });
  if (classes.includes('identity-replaced')) {
    return simple('replaced', (who) => md`deletes ${who} and makes the user anew`);
  }
  if (change.kind === 'joins') return simple('joins', (who) => md`adds ${who}`);
  if (change.kind === 'leaves') return simple('leaves', (who) => md`removes ${who}`);
  const { gained, lost } = change.capabilities;
  if (gained.length > 0) {
    const what = bareWords(gained);
    return simple(`gains ${what}`, (who) => md`${who} can now ${ours(what)}`);
  }
  if (!change.suspended.before && change.suspended.after) return simple('suspended', (who) => md`suspends ${who}`);
  if (lost.length > 0) {
    const what = change.mayAct.after ? `can no longer ${bareWords(lost)}` : 'can do nothing any more';
    return simple(what, (who) => md`${who} ${ours(what)}`);
  }
  if (change.boundary.before !== null && change.boundary.after === null) {
    return simple('uncapped', (who) => md`takes the cap off ${who}`);
  }
  if (change.ends.before !== change.ends.after) {
    const { after } = change.ends;
    const what = after === null ? 'no longer ends' : `now ends on ${dayWords(new Date(Date.parse(after) - 1))}`;
    return simple(what, (who) => md`the access of ${who} ${ours(what)}`);
  }
  if (change.suspended.before && !change.suspended.after) return simple('back', (who) => md`brings ${who} back`);
  return simple('other', (who) => md`changes something about ${who}`);
}

/** What must be known before anything else: who gains what is dangerous, who is deleted. */
export function riskSentences(review: Review): Markdown {
  const { people, roles, settings: guards } = review;
  const has = (test: (person: ReviewedPerson) => boolean) => people.filter(test).length;
  const gains = (risk: string) => has(({ change }) => change.capabilities.gained.some((each) => each.risk === risk));
  const told = (count: number, one: string, many: string) =>
    count === 0 ? [] : [`**${peopleCount(count)} ${count === 1 ? one : many}.**`];
  const unknown = has(({ change }) => change.unknownPolicies.after.length > 0);
  const sentences = [
    ...told(gains('spends'), 'gains the power to spend money', 'gain the power to spend money'),
    ...told(gains('harms-workers'), 'gains the power to harm workers', 'gain the power to harm workers'),
    ...told(gains('deletes-data'), 'gains the power to delete data', 'gain the power to delete data'),
    ...told(unknown, 'may be able to do anything', 'may be able to do anything'),
    ...told(has(isUncapped), 'is not capped by a permissions boundary', 'are not capped by a permissions boundary'),
    ...told(
      has(({ classes }) => classes.includes('identity-replaced')),
      'is deleted and made anew, and loses all keys',
      'are deleted and made anew, and lose all keys',
    ),
    ...told(
      has(({ classes, change }) => classes.includes('identity-deleted') || change.kind === 'leaves'),
      'is deleted, with all keys',
      'are deleted, with all keys',
    ),
  ];
  if (guards.some(changesApproval)) sentences.push('**Others than before will have to approve changes.**');
  const dangerous = gains('spends') + gains('harms-workers') + gains('deletes-data') + unknown;
  if (dangerous === 0 && (people.length > 0 || roles.length > 0)) {
    sentences.push('Nobody gains anything that spends money, harms workers or deletes data.');
  }
  return ours(sentences.join(' '));
}

function isUncapped({ change, classes }: ReviewedPerson): boolean {
  return classes.includes('boundary-changed') && change.boundary.after === null;
}

/** `3 people: 1 joins, 2 change.` Nothing where there is one, who is in the headline. */
export function peopleSentence({ people }: Review): Markdown {
  if (people.length < 2) return ours('');
  const kinds = kindsOf(people);
  return ours(kinds.includes(', ') ? `${peopleCount(people.length)}: ${kinds}.` : `${kinds.replace(' ', ' people ')}.`);
}

/** `30 join, 7 leave, 2 change` */
export function kindsOf(people: readonly ReviewedPerson[]): string {
  const count = (kind: string) => people.filter(({ change }) => change.kind === kind).length;
  const kinds: readonly [number, string, string][] = [
    [count('joins'), 'joins', 'join'],
    [count('leaves'), 'leaves', 'leave'],
    [count('changed'), 'changes', 'change'],
  ];
  return kinds
    .filter(([number]) => number > 0)
    .map(([number, one, many]) => countOf(number, one, many))
    .join(', ');
}

/** `Nobody else's access changes: 12 people keep what they have. In AWS: 5 to add, 3 to change, 0 to delete.` */
export function countsSentence({ people, unchanged, plan, roles, settings: guards, unexplained }: Review): Markdown {
  const sentences: string[] = [];
  const kept =
    unchanged === 0 ? '' : `: ${peopleCount(unchanged)} ${unchanged === 1 ? 'keeps' : 'keep'} what they have`;
  if (people.length > 0) sentences.push(`Nobody else's access changes${kept}.`);
  else if (roles.length + guards.length + unexplained.length === 0) sentences.push(`Nobody's access changes${kept}.`);
  if (plan !== null) {
    const n = (count: number) => count.toLocaleString('en-US');
    const anew = plan.replace === 0 ? '' : `, ${n(plan.replace)} of them made anew`;
    const taken = plan.importing === 0 ? '' : `, ${n(plan.importing)} to take over`;
    const { add, change, remove } = plan;
    sentences.push(
      add + change + remove + plan.importing === 0
        ? 'There is nothing to do in AWS.'
        : `In AWS: ${n(add)} to add, ${n(change)} to change, ${n(remove)} to delete${anew}${taken}.`,
    );
  }
  return ours(sentences.join(' '));
}
