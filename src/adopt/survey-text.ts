import { byCapability } from '../access/capability-access.ts';
import { policyName } from '../access/model.ts';
import { operationSet } from '../access/operation-set.ts';
import { accessText, capabilityText } from '../access/text/capability-words.ts';
import { alert, type Block, heading, type Item, list, onlyIf, paragraph } from '../text/document.ts';
import { pasted } from '../text/escape.ts';
import {
  codeText,
  countedText,
  joinTexts,
  listTexts,
  sentences,
  someTexts,
  TEAM_FILE,
  type Text,
  t,
} from '../text/text.ts';
import type { LeftReason } from './candidates.ts';
import { type Difference, type PersonAccess, unaccepted } from './differences.ts';
import type { Reference } from './references.ts';
import type { Survey } from './survey.ts';

const SHOWN = 10;

/** What adopting an account does to people, what it asks, and what no longer matches afterwards. */
export function surveyBlocks(survey: Survey, notChecked: readonly string[]): readonly Block[] {
  const { team, people, adoption, newMembers, signIns, tags, fullGroups } = survey;
  const open = unaccepted(adoption, people);
  const lost = tags.map((each) => t`${listTexts(each.tags.map(codeText))} of ${codeText(each.user)}`);
  const unknown = notChecked.map((what) => t`${what}`);
  const title = t`${countedText(people.length, 'IAM user')} to adopt into ${codeText(team.lab)}`;
  return [
    heading(3, open.length === 0 ? title : t`${title}: ${countedText(open.length, 'decision')} left`),
    ...onlyIf(open.length > 0, alert('warning', ...decisionLines(open))),
    peopleTable(survey),
    ...differing(people, survey),
    ...onlyIf(newMembers.length > 0, paragraph(newMembersText(newMembers, people.length > 0))),
    ...leftBlocks(survey),
    ...(people.length === 0 ? [] : referenceBlocks(survey.references)),
    ...onlyIf(
      fullGroups.length > 0,
      alert(
        'warning',
        t`IAM takes no user into more than 10 groups: remove ${someTexts(fullGroups.map(codeText), SHOWN)} from one before ${codeText('adopt --apply')}.`,
      ),
    ),
    ...onlyIf(
      signIns.length > 0,
      heading(4, t`Names to sign in to the console with`),
      list(signIns.map(({ from, to }) => t`${codeText(from)} becomes ${codeText(to)}. The password stays.`)),
    ),
    ...onlyIf(
      tags.length > 0,
      paragraph(t`Tags that go with ${codeText('adopt --finish')}: ${someTexts(lost, SHOWN)}.`),
    ),
    ...onlyIf(notChecked.length > 0, paragraph(t`Not checked: ${someTexts(unknown, SHOWN)}.`)),
  ];
}

function newMembersText(keys: readonly string[], isDrafted: boolean): Text {
  return sentences(
    t`No IAM user becomes ${someTexts(keys.map(codeText), SHOWN)}: ${codeText('adopt --finish')} creates ${keys.length === 1 ? t`one` : t`one for each`}.`,
    isDrafted
      ? t`If one is theirs, restore ${TEAM_FILE}, delete ${codeText('adopt.json')} and run ${codeText('mturk-team adopt --as USER=KEY')}.`
      : t`If one is theirs, run ${codeText('mturk-team adopt --as USER=KEY')}.`,
  );
}

function decisionLines(open: readonly PersonAccess[]): readonly Text[] {
  const keys = open.map(({ key }) => codeText(key));
  const accepting = open.slice(0, SHOWN).map(({ key }) => `--accept ${pasted(key)}`);
  return [
    t`${someTexts(keys, SHOWN)} would have other access than now.`,
    t`Correct ${TEAM_FILE}, accept it with ${codeText(accepting.join(' '))}, or leave them out with ${codeText('--without USER')}.`,
  ];
}

/** Those first whose access differs; people with the same roles and access share a row. */
function peopleTable({ people, team }: Survey): Block {
  const members = new Map(team.members.map((member) => [member.key, member]));
  const rows = new Map<string, { readonly people: PersonAccess[]; readonly cells: readonly Text[] }>();
  for (const person of [...people].sort((one, other) => Number(isDifferent(other)) - Number(isDifferent(one)))) {
    const { roles = [], suspended = false } = members.get(person.key) ?? {};
    const before = [...person.kept, ...person.lost];
    const id = JSON.stringify([isDifferent(person) ? person.key : null, roles, suspended, before]);
    const known = rows.get(id) ?? {
      people: [],
      cells: [
        t`${listTexts(roles.map(codeText))}${suspended ? t` (suspended)` : t``}`,
        before.length === 0 ? t`none` : accessText(byCapability(operationSet(before), null)),
        isDifferent(person) ? t`differs, see below` : t`the same`,
      ],
    };
    known.people.push(person);
    rows.set(id, known);
  }
  return {
    kind: 'table',
    head: [t`Members (IAM users)`, t`Roles`, t`Access now`, t`With this file`],
    rows: Array.from(rows.values(), ({ people: alike, cells }) => [someTexts(alike.map(personText), SHOWN), ...cells]),
  };
}

function personText({ key, name }: PersonAccess): Text {
  return key === name ? codeText(key) : t`${codeText(key)} (${codeText(name)})`;
}

function isDifferent({ differences }: PersonAccess): boolean {
  return differences.length > 0;
}

function differing(people: readonly PersonAccess[], { adoption }: Survey): readonly Block[] {
  const some = people.filter(isDifferent);
  if (some.length === 0) return [];
  const open = new Set(unaccepted(adoption, people).map(({ key }) => key));
  const items = some.map(({ key, differences }): Item => {
    const state = open.has(key) ? t`not accepted` : t`accepted`;
    return { text: t`${codeText(key)} (${state})`, blocks: [list(differenceTexts(differences))] };
  });
  return [heading(4, t`What differs after ${codeText('adopt --finish')}`), list(items)];
}

function differenceTexts(differences: readonly Difference[]): readonly Text[] {
  const operations = (['gained', 'lost', 'unlimited', 'conditional'] as const).flatMap((kind): Text[] => {
    const some = differences.flatMap((each) => (each.kind === kind ? [each.operation] : []));
    if (some.length === 0) return [];
    const capabilities = byCapability(operationSet(some), null).map(capabilityText);
    return [OPERATION_TEXTS[kind](joinTexts(capabilities, ', '))];
  });
  const others = differences.flatMap((each): Text[] => {
    if (each.kind !== 'other-permission' && each.kind !== 'unknown-policy') return [];
    const { holder, policy } = each.grant;
    const whose = holder.kind === 'group' ? t` of group ${codeText(holder.name)}` : t``;
    const name = t`policy ${codeText(policyName(policy))}${whose}`;
    if (each.kind === 'unknown-policy') return [t`may lose anything: mturk-team cannot read ${name}`];
    return [t`loses outside Mechanical Turk: ${someTexts(each.actions.map(codeText), SHOWN)} (${name})`];
  });
  return [...operations, ...others];
}

const OPERATION_TEXTS: Readonly<Record<'gained' | 'lost' | 'unlimited' | 'conditional', (names: Text) => Text>> = {
  gained: (names) => t`gains ${names}`,
  lost: (names) => t`loses ${names}`,
  unlimited: (names) => t`gains without a limit what a condition or resource limits now: ${names}`,
  conditional: (names) => t`loses what a condition or resource allows at times: ${names}`,
};

const LEFT: Readonly<Record<LeftReason, readonly [reason: Text, toInclude: Text]>> = {
  administrator: [t`administrator: can change every user`, t`add a member, who gets another user for Mechanical Turk`],
  'no-access': [
    t`no access to Mechanical Turk`,
    t`add a member, who gets a new user; to keep this one, attach a policy first`,
  ],
  'retired-only': [
    t`only operations that no longer exist`,
    t`add a member, who gets a new user; to keep this one, attach a policy first`,
  ],
  'in-a-lab': [t`under the path of a lab already`, t`change the file of that lab`],
  unreadable: [t`a policy that mturk-team cannot read`, t`correct the policy, then run ${codeText('adopt')} again`],
  without: [t`left out by ${codeText('--without')}`, t`run ${codeText('adopt')} without the option`],
  'not-in-file': [t`no member in ${TEAM_FILE}`, t`add a member, then run ${codeText('adopt --as USER=KEY')}`],
};

function leftBlocks({ left }: Survey): readonly Block[] {
  if (left.length === 0) return [];
  const reasons = (Object.keys(LEFT) as LeftReason[]).filter((reason) => left.some((each) => each.reason === reason));
  const rows = reasons.map((reason) => {
    const some = left.filter((each) => each.reason === reason);
    const meant = [...new Set(some.flatMap((each) => each.meant))].map(codeText);
    const [why, toInclude] = LEFT[reason];
    return [
      someTexts(
        some.map(({ user }) => codeText(user)),
        SHOWN,
      ),
      why,
      meant.length === 0 ? toInclude : t`${toInclude}. They meant ${someTexts(meant, SHOWN)}`,
    ];
  });
  return [
    heading(4, t`Left alone: ${countedText(left.length, 'IAM user')}`),
    { kind: 'table', head: [t`IAM users`, t`Why`, t`To include them`], rows },
  ];
}

/** What means something else for a user under the new name and path. IAM follows principals by itself. */
function referenceBlocks(references: readonly Reference[]): readonly Block[] {
  const searched = t`Only policies of IAM and of S3 buckets were searched.`;
  if (references.length === 0) {
    return [paragraph(sentences(t`No policy changes its meaning with the names, paths and tags of users.`, searched))];
  }
  const items = references.map(({ policy, of, part, text, stops, users }) => {
    const where = of.kind === 'policy' ? t`policy ${codeText(policyName(policy))}` : holderText(policy, of);
    const whom = someTexts(users.map(codeText), 3);
    if (part === 'variable') return t`${where}: ${codeText(text)} has another value for ${whom}`;
    return t`${where}: ${codeText(text)} ${stops ? t`no longer matches` : t`then matches`} ${whom}`;
  });
  return [
    heading(4, t`Policies that change their meaning with the names, paths and tags of users`),
    paragraph(sentences(t`Adapt these before ${codeText('adopt --apply')}, or let it happen.`, searched)),
    list(items),
  ];
}

function holderText(policy: string, { kind, name }: Reference['of']): Text {
  if (kind === 'bucket') return t`policy of bucket ${codeText(name)}`;
  if (kind === 'role' && policy === 'trust') return t`trust policy of role ${codeText(name)}`;
  return t`policy ${codeText(policy)} of ${t`${kind}`} ${codeText(name)}`;
}
