import { execFileSync, spawnSync } from 'node:child_process';
import { parse } from 'yaml';
import { accessOf } from '../../src/access/access-of.ts';
import { decide } from '../../src/access/decide.ts';
import { diffAccess } from '../../src/access/diff.ts';
import { type AccessModel, emptyModel } from '../../src/access/model.ts';
import { listOperations } from '../../src/access/operation-set.ts';
import { desiredAccess, desiredAccessBeforeDeletions } from '../../src/access/sources/desired.ts';
import { pastOf } from '../../src/app/history/past.ts';
import { openHistory } from '../../src/app/history/read-history.ts';
import {
  CAPABILITY_NAMES,
  type Capability,
  OPERATIONS,
  type Operation,
  operationsOf,
  SPENDING_CAPABILITIES,
} from '../../src/catalog/mturk.ts';
import { changesOf } from '../../src/history/changes.ts';
import { lastMomentOf } from '../../src/history/timeline.ts';
import { type Need, whyOf } from '../../src/history/why.ts';
import { DEFAULT_SETTINGS, type Member, type Team } from '../../src/team/team.ts';
import { runs } from '../support/exhaustive.ts';
import { randomHistory } from '../support/random-history.ts';
import { TeamHistory } from '../support/team-history.ts';

const COMMITS = runs(300) > 60 ? 300 : 40;
const SEED = Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 7), 16);
const DAY = 86_400_000;
const END = '2027-06-30T00:00:00.000Z';

const history = new TeamHistory(randomHistory(SEED, COMMITS));
const { file } = history;
afterAll(() => history.remove());

/** Every version, read whole by the parser of YAML, each by a Git of its own. */
let latest = '';
const REPLAYED = history
  .git('log', '--first-parent', '--reverse', '--format=%H %ct', 'main')
  .split('\n')
  .map((line) => {
    const [id = '', seconds] = line.split(' ');
    const date = new Date(Number(seconds) * 1000).toISOString();
    latest = date > latest ? date : latest;
    const shown = spawnSync('git', ['-C', history.directory, 'show', `${id}:team.yaml`], { encoding: 'utf8' });
    const text = shown.status === 0 ? shown.stdout : '';
    return { id, text, since: latest, team: wholeTeam(text) };
  })
  // A commit that changes nothing is none of the file.
  .filter(({ text }, index, all) => index === 0 || text !== all[index - 1]?.text);

const readable = () => REPLAYED.flatMap(({ team, ...rest }) => (team === null ? [] : [{ ...rest, team }]));
const opened = async () => {
  const result = await openHistory(file);
  if (!result.ok) throw new Error(JSON.stringify(result));
  const versions = await result.value.versions(0, result.value.commits.length);
  if (!versions.ok) throw new Error(JSON.stringify(versions));
  return versions.value;
};

test(`the versions of seed ${SEED} are those of every commit`, async () => {
  expect(REPLAYED.length).toBeGreaterThan(COMMITS / 2);
  expect(readable().length).toBeGreaterThan(COMMITS / 3);
  const versions = await opened();
  expect(versions.map(({ commit, since, past }) => [commit.id, since, past.team === null])).toEqual(
    REPLAYED.map(({ id, since, team }) => [id, since, team === null]),
  );
  const decisive = (team: Team | null) =>
    team && {
      members: team.members.map(({ key, roles, from, until, suspended }) => [key, roles, from, until, suspended]),
      roles: team.roles.map(({ key, allow, deny, managed }) => [key, allow, deny, managed]),
      departed: team.departed.map(({ key, left }) => [key, left]),
      freeze: team.freeze,
    };
  expect(versions.map(({ past }) => decisive(past.team))).toEqual(REPLAYED.map(({ team }) => decisive(team)));
});

test('the changes are the differences of all versions, evaluated whole', async () => {
  const merged = changesOf(await opened(), END).filter((change) => change.kind === 'merged');
  let before = emptyModel('123456789012');
  const expected = readable().flatMap(({ id, since, team }) => {
    const after = desiredAccessBeforeDeletions(team);
    const { people } = diffAccess(before, after, new Date(since));
    before = after;
    return people.length === 0 ? [] : [[id, [...people].sort(byUser)]];
  });
  const found = merged
    .filter(({ people }) => people.length > 0)
    .map(({ commit, people }) => [commit.id, people.map(({ change }) => change).sort(byUser)]);
  expect(found).toEqual(expected);
});

const byUser = (one: { user: string }, other: { user: string }) => (one.user < other.user ? -1 : 1);

test('access begins and ends on the days on which the evaluator says so', async () => {
  const all = readable();
  const expected = all.flatMap(({ since, team }, index) => {
    const end = Date.parse(all[index + 1]?.since ?? END);
    const days: string[] = [];
    const model = desiredAccessBeforeDeletions(team);
    for (let at = Math.floor(Date.parse(since) / DAY) * DAY + DAY; at <= end; at += DAY) {
      const [was, is] = [at - 1, at].map((moment) => accessOf(model, { at: new Date(moment) }));
      is?.forEach(({ user, allowed }, place) => {
        const before = was?.[place]?.allowed;
        if (allowed === before) return;
        days.push(`${new Date(at).toISOString()} ${user.name} ${before === 0n ? 'begins' : 'ends'}`);
      });
    }
    return days.sort();
  });
  const found = changesOf(await opened(), END).flatMap((change) =>
    change.kind === 'merged' ? [] : change.people.map(({ user }) => `${change.at} ${user} ${change.kind}`),
  );
  expect(found.sort()).toEqual(expected.sort());
});

test('as of a day, everyone may do what the last version before its end says', async () => {
  const step = Math.ceil(REPLAYED.length / runs(30));
  const days = REPLAYED.filter((_, index) => index % step === 0).map(({ since }) => since.slice(0, 10));
  for (const day of ['2025-12-31', ...days]) {
    const end = lastMomentOf(day);
    const version = REPLAYED.findLast(({ since }) => since <= end);
    const past = await pastOf(file, day);
    const code = version === undefined ? 'history-begins-later' : 'history-version-unreadable';
    if (version === undefined || version.team === null) {
      expect([day, past]).toMatchObject([day, { ok: false, failure: { code } }]);
      continue;
    }
    if (!past.ok) throw new Error(JSON.stringify(past));
    const { team, at, commit } = past.value;
    expect([day, commit.id]).toEqual([day, version.id]);
    const may = (of: Team) =>
      accessOf(desiredAccess(of, day), { at }).map(({ user, allowed }) => [user.name, listOperations(allowed)]);
    expect([day, may(team)]).toEqual([day, may(version.team)]);
  }
});

test('why is what the evaluator says, since the commit from which on every version says so', async () => {
  const versions = await opened();
  const places = REPLAYED.flatMap(({ team }, index) => (team === null ? [] : [index])).slice(-15);
  for (const place of places) {
    const { team, since, text } = REPLAYED[place] as (typeof REPLAYED)[number] & { team: Team };
    const at = new Date(since);
    for (const { key, roles } of team.members) {
      for (const operations of [['SendBonus'] as const, operationsOf('results:read'), operationsOf('hits:publish')]) {
        const why = whyOf(versions.slice(0, place + 1), key, operations, at);
        const allows = (of: Team, day = at) =>
          operations.filter((each) => decide(modelOf(of), `lab-${key}`, each, { at: day }).outcome === 'allowed');
        expect([text, key, why?.allowed]).toEqual([text, key, allows(team)]);
        for (const reason of why?.reasons ?? []) {
          const isSo = (then: Team): boolean => {
            const member = then.members.find((each) => each.key === key);
            if (reason.kind === 'frozen') return then.freeze.includes(reason.capability);
            if (member === undefined) return false;
            if (reason.kind === 'suspended') return member.suspended;
            if (reason.kind === 'last-day') return member.until === reason.day;
            if (reason.kind === 'first-day') return member.from === reason.day;
            if (reason.kind === 'no-role')
              return !member.roles.some((role) => does(then, role, operations).some(Boolean));
            const { outcome, role, operations: named } = reason as Extract<typeof reason, { kind: 'role' }>;
            return member.roles.includes(role) && does(then, role, named, outcome === 'denies').every(Boolean);
          };
          let first: string | null = null;
          for (const then of REPLAYED.slice(0, place + 1)) {
            if (then.team !== null) first = isSo(then.team) ? (first ?? then.id) : null;
          }
          expect([reason, reason.since?.version.commit.id]).toEqual([reason, first]);
        }
        const wait = why?.needs.find((need) => need.kind === 'wait');
        const later = wait?.kind === 'wait' ? new Date(`${wait.day}T12:00:00Z`) : at;
        if (why?.needs.every((need) => need.kind !== 'add-role' || need.roles.length > 0)) {
          const changed = { ...team, ...applied(team, key, why.needs) };
          expect([text, key, operations, why.needs, allows(changed, later)]).toEqual([
            text,
            key,
            operations,
            why.needs,
            operations,
          ]);
        }
        expect(
          roles.every((role) => why?.reasons.some((reason) => reason.kind === 'role' && reason.role === role)),
        ).toBe(true);
      }
    }
  }
});

/** The team of a text without a mistake but one of YAML; null for that, and for none. */
function wholeTeam(text: string): Team | null {
  // biome-ignore lint/suspicious/noExplicitAny: what a random file holds is known.
  let file: any;
  try {
    file = parse(text);
  } catch {
    return null;
  }
  if (file === null) return null;
  const operations = (names: readonly string[] = []) =>
    names.flatMap((name) =>
      name === '*' ? OPERATIONS : name.includes(':') ? operationsOf(name as Capability) : [name as Operation],
    );
  const all = (key: string, part: string): readonly string[] => [
    ...(file.roles[key]?.[part] ?? []),
    ...(file.roles[key]?.extends ?? []).flatMap((parent: string) => all(parent, part)),
  ];
  const ordered = (names: readonly string[]) => OPERATIONS.filter((each) => operations(names).includes(each));
  const frozen = (file.freeze ?? []).flatMap((name: string) => (name === 'spend' ? SPENDING_CAPABILITIES : [name]));
  return {
    ...{ lab: file.lab, account: file.account, owners: file.owners, snoozed: [], settings: DEFAULT_SETTINGS },
    roles: Object.keys(file.roles)
      .sort()
      .map((key) => ({
        ...{
          key,
          description: null,
          extends: [],
          managed: [...new Set(all(key, 'managed'))] as Team['roles'][number]['managed'],
        },
        ...{ allow: ordered(all(key, 'allow')), deny: ordered(all(key, 'deny')) },
      })),
    members: Object.keys(file.members)
      .sort()
      .map((key): Member => {
        const { name, roles, from = null, until = null, suspended = false } = file.members[key];
        const none = { email: null, github: null, sponsor: null, reviewed: null, keys: 1, recipient: null };
        return { ...{ key, name, from, until, suspended, ...none }, roles: [...roles].sort() };
      }),
    departed: Object.keys(file.departed ?? {})
      .sort()
      .map((key) => ({ key, left: file.departed[key].left, reason: '' })),
    freeze: CAPABILITY_NAMES.filter((name) => frozen.includes(name)),
  };
}

function does({ roles }: Team, key: string, operations: readonly (typeof OPERATIONS)[number][], denies = false) {
  const role = roles.find((each) => each.key === key);
  const isRead = role?.managed.includes('AmazonMechanicalTurkReadOnly') === true;
  return operations.map((operation) =>
    denies
      ? role?.deny.includes(operation) === true
      : role?.allow.includes(operation) === true || (isRead && /^(?:Get|List)/.test(operation)),
  );
}

const models = new WeakMap<Team, AccessModel>();

function modelOf(team: Team): AccessModel {
  const model = models.get(team) ?? desiredAccessBeforeDeletions(team);
  models.set(team, model);
  return model;
}

/** The team after the edits that an answer asks for. */
function applied(team: Team, key: string, needs: readonly Need[]): Pick<Team, 'members' | 'freeze'> {
  const change = (member: Member): Member => {
    const removed = needs.flatMap((need) => (need.kind === 'remove-role' ? [need.role] : []));
    const added = needs.flatMap((need) => (need.kind === 'add-role' ? need.roles.slice(0, 1) : []));
    return {
      ...member,
      suspended: member.suspended && !needs.some(({ kind }) => kind === 'resume'),
      until: needs.some(({ kind }) => kind === 'extend') ? null : member.until,
      roles: [...member.roles.filter((role) => !removed.includes(role)), ...added],
    };
  };
  const lifted = needs.flatMap((need) => (need.kind === 'unfreeze' ? [need.capability] : []));
  return {
    members: team.members.map((member) => (member.key === key ? change(member) : member)),
    freeze: team.freeze.filter((name) => !lifted.includes(name)),
  };
}
