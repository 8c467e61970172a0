import * as mturk from '@aws-sdk/client-mturk';
import { accessDifference, explain, whoCan, whoCanDifference } from '../../src/access/explain.ts';
import type { AccessModel } from '../../src/access/model.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { explanationBlocks, whoCanBlocks } from '../../src/access/text/explain.ts';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { fullScan, quickScan } from '../../src/app/drift/run-scan.ts';
import type { LabSession } from '../../src/app/session/lab-session.ts';
import { appliedFacts, appliedIn, readRecord } from '../../src/app/session/records.ts';
import { readAuthorizationDetails } from '../../src/aws/inventory/authorization-details.ts';
import { takeInventory } from '../../src/aws/inventory/inventory.ts';
import type { Inventory } from '../../src/aws/types.ts';
import { type Operation, riskOf } from '../../src/catalog/mturk.ts';
import { type DriftFinding, isOpen, type ScanResult, SEVERITIES } from '../../src/drift/finding.ts';
import { recreatedIn } from '../../src/drift/renames.ts';
import { effectWords, findingView } from '../../src/drift/report/finding-view.ts';
import { driftLines, reconciledBlocks } from '../../src/drift/report/terminal.ts';
import { scanOf } from '../../src/drift/scan/scan.ts';
import { reviewOfPlan } from '../../src/review/changes/review.ts';
import { ruleFor } from '../../src/review/rule/rule.ts';
import { terminalReview } from '../../src/review/text/terminal.ts';
import { iamName, labPath } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { firstDay } from '../../src/text/dates.ts';
import type { Block } from '../../src/text/document.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { plainText } from '../../src/text/text.ts';
import { callIam, keyOf as keyFor, mturkOf, outcome } from '../emulator/clients.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { accountIn, canCall, fileGives, LOCAL, momentsAfter, type Operations } from '../support/iam-truth.ts';
import {
  appliedTo,
  ENGINE_TITLE,
  inTurns,
  type LabInTest,
  type LabMemory,
  orThrow,
  withLab,
} from '../support/lab-in-test.ts';
import { afterApply } from '../support/model-apply.ts';
import { configured, modelClassification, modelPlan } from '../support/model-plan.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { keyOfUser, type LabState, memoryOf, STATES, TAMPERINGS, type Tampering, TODAY } from '../support/tampering.ts';

const test = testInTurn(2);

interface Pair {
  readonly state: LabState;
  readonly tampering: Tampering;
}

const PAIRS: readonly Pair[] = STATES.flatMap((state) => TAMPERINGS.map((tampering) => ({ state, tampering })));

/** States and tamperings beside which a sentence was false or missing. */
const ONCE_FALSE = [
  'a member begins later; two members swap their names',
  "a role has no members; a role's policy allows everything from Christmas Eve on",
  'a suspension is not applied; a member is denied everything until Christmas Eve',
  "the end of a suspension is not applied; a role's policy allows everything from Christmas Eve on",
  'a departure is not applied; two members swap their names',
  "a departure is not applied; a member's user is moved to another path",
  'a departure is not applied; a member is renamed and gets full access',
  'a freeze is not applied; two members swap their names',
  "the renaming of a role was begun; a role's group is moved to another path",
  'the renaming of a role was begun; a group is moved and gets another member',
  'the removal of a role is not applied; two members swap their names',
  'another member is suspended; a member is renamed, and another user takes the name',
  'a freeze is not applied; a member is denied everything until Christmas Eve',
  "a freeze is not applied; a role's policy allows everything from Christmas Eve on",
  'there is no record; a member is replaced, in the same groups',
  'there is no record; a member is renamed, and another user takes the name',
  'there is no record; a member is renamed and gets full access',
  "some access is withheld; a member's user is moved to another path",
  'some access is withheld; a member is denied everything from Christmas Eve on',
  'some access is withheld; a member is denied everything until Christmas Eve',
  'some access is withheld; two members swap their names',
  'as applied; a member is allowed bonuses with MFA',
  'a suspension is not applied; a member is denied everything unless with MFA',
  'a member begins later; a member without boundary gets all of AWS',
];
const nameOf = ({ state, tampering }: Pair) => `${state.what}; ${tampering.what}`;

const WIDE = 10_000;
const DAY_MS = 86_400_000;

const minus = (one: Iterable<Operation>, other: Iterable<Operation>): readonly Operation[] => {
  const rest = new Set(other);
  return [...one].filter((each) => !rest.has(each));
};
const union = (sets: readonly Iterable<Operation>[]): Operations => new Set(sets.flatMap((each) => [...each]));
const shown = (operations: readonly Operation[]) => operations.slice(0, 3).join() + (operations.length > 3 ? ',…' : '');
const printed = (blocks: readonly Block[]) => printTerminal(blocks, WIDE).join('\n');

/** What is true of one IAM user. */
interface True {
  readonly name: string;
  readonly now: Operations;
  /** At some moment from now on, if nothing else changes. */
  readonly ever: Operations;
  /** The same, and in a session with MFA. */
  readonly possible: { readonly now: Operations; readonly ever: Operations };
  /** What the file gives now to the member whose user this is. */
  readonly given: Operations;
  /** What the user can do at a moment at which the file does not give it. */
  readonly beyond: Operations;
}

const NO_OPERATIONS = new Set<Operation>();
const NOTHING = {
  ...{ now: NO_OPERATIONS, ever: NO_OPERATIONS, given: NO_OPERATIONS },
  possible: { now: NO_OPERATIONS, ever: NO_OPERATIONS },
};

/** Everything that the sentences of one pair are compared with. */
interface Case {
  readonly pair: Pair;
  readonly lab: LabSession;
  readonly inventory: Inventory;
  readonly scan: ScanResult;
  readonly truth: ReadonlyMap<string, True>;
  /** By the name that a sentence has, the user of that name, or the one that had it before. */
  of(name: string): True | undefined;
  /** What the file gives a member at some moment. */
  everGiven(key: string): Operations;
}

type Claim = (given: Case) => readonly string[] | Promise<readonly string[]>;

async function scanIn(lab: LabSession): Promise<Pick<Case, 'inventory' | 'scan'>> {
  const { team, today, at } = lab;
  const record = orThrow(await readRecord(lab.records));
  const managed = ({ name, path }: { readonly name: string; readonly path: string }) =>
    path.startsWith(labPath(team.lab)) || team.members.some(({ key }) => name === iamName(team.lab, key));
  const inventory = await takeInventory(lab.iam, { account: team.account, managed, scope: 'all' });
  const applied = appliedIn(record);
  const { snoozed, settings } = applied?.team ?? team;
  const { administrators: knownAdministrators = null, announcements = [] } = record ?? {};
  const silenced = { ...team, snoozed, settings: { ...team.settings, ...settings } };
  const scan = scanOf({
    ...{ team: silenced, today, at, inventory, plan: null, applied, knownAdministrators },
    announcements,
  });
  return { inventory, scan };
}

const allFindings = ({ findings, snoozed }: ScanResult): readonly DriftFinding[] => [
  ...findings,
  ...snoozed.map(({ finding }) => finding),
];

/** Opens the same lab again, some days later. */
type Next = ((days?: number) => LabSession) & { readonly test: LabInTest };

/** Tampers with a lab and decides what is true of it then. */
async function inCase<T>(
  pair: Pair,
  work: (given: Case, next: Next) => Promise<T>,
  start: LabMemory = memoryOf(pair.state),
): Promise<T> {
  const { state, tampering } = pair;
  return withLab(start, async (test) => {
    let now = Date.parse(`${TODAY}T12:00:00Z`);
    const wait = (days: number) => {
      now += days * DAY_MS;
      test.setClock(new Date(now).toISOString());
    };
    wait(0);
    const next = (days = 0) => {
      if (days > 0) wait(days);
      return test.lab(state.file, { today: new Date(now).toISOString().slice(0, 10) });
    };
    const { iam } = next();
    for (const [call, input] of state.more) await callIam(iam, call, input);
    const idsOf = () => Object.values(test.memory.account.users).map(({ id, name }) => [name, id] as const);
    const members = new Map(idsOf().map(([name, id]) => [id, keyOfUser(name)]));
    // Not everything is possible in each state: what is left of it is a case, too.
    await tampering.done({ iam, endpoint: test.emulator.endpoint, wait }).catch(() => {});
    const lab = next();
    const account = accountIn(test.memory.account);
    const moments = [lab.at, ...momentsAfter(account, lab.at)];
    const ids = new Map(idsOf());
    const truth = new Map(
      account.users.map((user): [string, True] => {
        // Without a record nothing tells a user of a member's name from that of the member.
        const byName = state.isRecorded ? undefined : keyOfUser(user.name);
        const key = members.get(ids.get(user.name) ?? '') ?? byName ?? null;
        const gives = (moment: Date) => (key === null ? new Set<Operation>() : fileGives(state.file, key, moment));
        const can = moments.map((moment) => canCall(account, user, moment));
        const beyond = union(can.map((each, index) => minus(each, gives(moments[index] ?? lab.at))));
        const withMfa = moments.map((moment, index) =>
          union([can[index] ?? [], canCall(account, user, moment, undefined, true)]),
        );
        const possible = { now: withMfa[0] ?? NO_OPERATIONS, ever: union(withMfa) };
        const facts = { now: can[0] ?? new Set(), ever: union(can), possible, given: gives(lab.at), beyond };
        return [user.name, { name: user.name, ...facts }];
      }),
    );
    const { inventory, scan } = await scanIn(lab);
    const renamed = new Map(
      allFindings(scan).flatMap(({ rule, data }) => (rule === 'user-renamed' ? [[data.user, data.to] as const] : [])),
    );
    const everMoments = [...moments, new Date('2027-02-01')];
    const given: Case = {
      ...{ pair, lab, inventory, scan, truth },
      of: (name) => truth.get(renamed.get(name) ?? name),
      everGiven: (key) => union(everMoments.map((moment) => fileGives(state.file, key, moment))),
    };
    return work(given, Object.assign(next, { test }));
  });
}

/** Every sentence about a finding's effect: what is gained can be done, what is lost cannot, now or from the day that it says. */
const effects: Claim = ({ scan, lab, pair, of, truth, everGiven }) => {
  const isReplaced = (name: string) =>
    scan.findings.some(({ rule, data }) => rule === 'user-recreated' && data.user === name);
  return allFindings(scan).flatMap((finding) => {
    const { reconcile: mode } = pair.state.applied.settings;
    const { title, effect } = findingView(finding, lab.naming, { isPrivate: true, reconcile: mode });
    const text = plainText(effect);
    // Every other finding is about who has the name now.
    const isOfRename = finding.rule === 'user-renamed' || finding.rule === 'group-renamed';
    const problems = finding.changes.flatMap(({ user, operations: { gained, lost }, starts, conditional }) => {
      const is = (isOfRename ? undefined : truth.get(user)) ?? of(user) ?? NOTHING;
      const { now, given } = is;
      const can = conditional ? is.possible : is;
      const unsaid = (list: readonly Operation[], start: string | null) =>
        finding.escalates.length === 0 &&
        list.length > 0 &&
        start !== null &&
        !text.includes(` from ${firstDay(start)}`)
          ? list
          : [];
      const isLost = starts.before === null;
      return [
        ['can not', minus(gained, starts.after === null ? can.now : can.ever)],
        ['can on a condition', conditional && !/Depending on a condition/.test(text) ? gained : []],
        ['can without a condition', conditional ? gained.filter((each) => is.ever.has(each)) : []],
        ['can only later', [...unsaid(gained, starts.after), ...unsaid(lost, starts.before)]],
        ['still can', isLost ? lost.filter((each) => now.has(each)) : []],
        ['has lost already', isLost || isReplaced(user) ? [] : minus(lost, now).filter((each) => given.has(each))],
        ['is not given', minus(lost, everGiven(keyOfUser(user) ?? ''))],
      ].flatMap(([what, list]) => (list?.length === 0 ? [] : [`${user} ${what} ${shown(list as Operation[])}`]));
    });
    const isOnlyUser = finding.rule === 'unmanaged-user' && /^No access/.test(text);
    const hidden = isOnlyUser && 'user' in finding.data && (of(finding.data.user)?.ever.size ?? 0) > 0;
    return finding.cause === 'resolved'
      ? []
      : [...problems, ...(hidden ? ['there is access'] : [])].map(
          (each) => `${finding.id}: ${each} (${plainText(title)}: ${text})`,
        );
  });
};

/** A user who can do what the file does not give, or not what it gives, is in a finding, and as severe as that is. */
const completeness: Claim = ({ scan, pair: { state }, truth, of }) => {
  const { administrators, neighbors } = state.applied.settings;
  const excepted = [...scan.administrators, ...administrators].map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
  const all = allFindings(scan);
  const about = (is: True) =>
    all.flatMap((finding) => {
      const changes = finding.changes.filter(({ user }) => of(user) === is || user === is.name);
      const { data, rule } = finding;
      const isUser = rule === 'unmanaged-user' && data.user === is.name;
      const gained = [...changes.flatMap(({ operations }) => operations.gained), ...(isUser ? data.operations : [])];
      const lost = changes.flatMap(({ operations }) => operations.lost);
      return gained.length + lost.length === 0
        ? []
        : [{ gained, lost, severity: SEVERITIES.indexOf(finding.severity) }];
    });
  const gains = [...truth.values()].flatMap((is) => {
    const isExcepted =
      excepted.includes(is.name) || neighbors.some((lab) => is.name.startsWith(lab.replace(/lab$/, '')));
    if (isExcepted || is.beyond.size === 0) return [];
    const found = about(is);
    const unsaid = minus(
      is.beyond,
      found.flatMap(({ gained }) => gained),
    );
    const risks = new Set([...is.beyond].map(riskOf));
    const least = risks.has('spends') ? 0 : risks.has('harms-workers') || risks.has('deletes-data') ? 1 : 2;
    const severity = Math.min(...found.map((each) => each.severity));
    return [
      ...(unsaid.length > 0 ? [`nothing says that ${is.name} can ${shown(unsaid)}`] : []),
      ...(severity > least ? [`${is.name} can ${shown([...is.beyond])}, which is only ${SEVERITIES[severity]}`] : []),
    ];
  });
  const isElsewhere = (name: string) =>
    all.some(({ rule, data }) => {
      if (rule === 'boundary-policy-changed') return true;
      return (rule === 'user-recreated' || rule === 'user-renamed') && data.user === name;
    });
  const losses = state.file.members.flatMap(({ key }) => {
    const name = iamName(state.file.lab, key);
    const is = of(name);
    const missing = minus(fileGives(state.file, key, scanDay(scan)), is?.now ?? []);
    const said = all.flatMap(({ changes, rule, data }) => [
      ...changes.flatMap(({ user, operations }) => (user === name ? operations.lost : [])),
      ...(rule === 'access-withheld' && data.user === name ? data.operations : []),
    ]);
    const unsaid = minus(missing, said);
    return unsaid.length > 0 && !isElsewhere(name) ? [`nothing says that ${name} cannot ${shown(unsaid)}`] : [];
  });
  return [...gains, ...losses];
};

const scanDay = ({ at }: ScanResult) => new Date(at);

/** What must never read as no change. */
const NEVER_NOTHING =
  /^(user-without-boundary|boundary-changed|boundary-policy-changed|console-password|user-recreated)$/;

const severities: Claim = ({ scan }) =>
  scan.findings.flatMap((finding) =>
    isOpen(finding) && NEVER_NOTHING.test(finding.rule) && plainText(effectWords(finding)) === 'no change'
      ? [`${finding.id} reads as no change`]
      : [],
  );

const CAN: Readonly<Record<string, (can: Operations) => boolean>> = {
  'use all of Mechanical Turk': ({ size }) => size === 39,
  'spend money': (can) => [...can].some((each) => riskOf(each) === 'spends'),
  'harm workers': (can) => [...can].some((each) => riskOf(each) === 'harms-workers'),
  'delete data': (can) => [...can].some((each) => riskOf(each) === 'deletes-data'),
  'contact people': (can) => [...can].some((each) => riskOf(each) === 'contacts-people'),
  'change data': (can) => [...can].some((each) => riskOf(each) === 'changes'),
  'read data': (can) => [...can].some((each) => riskOf(each) === 'reads'),
};

/** The headline and the box: who can do the worst. */
const headlines: Claim = ({ scan, lab, pair, of, truth }) => {
  const { reconcile: mode } = pair.state.applied.settings;
  const lines = driftLines(scan, lab.naming, { reconcile: mode, width: WIDE });
  const known = [...lab.naming.people].map(([user, { key, name }]) => [name === key ? key : `${name} (${key})`, user]);
  return lines.flatMap((line) => {
    const [, who = '', what = '', from, condition] =
      /^(?:Drift in [\w-]+: )?(.+?) can (.+?)( from \d[^;.,]*)?(, depending on a condition)?(?: until reconcile|[;.]|$)/.exec(
        line,
      ) ?? [];
    const isTrue = CAN[what];
    if (isTrue === undefined) return [];
    const member = known.find(([name]) => who === name)?.[1];
    // A member whose user was renamed, and who has its name now.
    const named = [of(member ?? who), truth.get(member ?? who)].flatMap((is) => is ?? []);
    const can = condition === undefined ? named : named.map(({ possible }) => possible);
    const isSo = can.some(({ now, ever }) => isTrue(from === undefined ? now : ever));
    return named.length === 0 || isSo ? [] : [`headline: ${line}`];
  });
};

/** A quick check finds of access what the full one finds. */
const quick: Claim = async ({ scan, lab }) => {
  const found = (await quickScan(lab, { cloudTrail: false }, SILENT)).scan.findings;
  const missing = scan.findings.filter(
    ({ id, changes, escalates }) => changes.length + escalates.length > 0 && !found.some((each) => each.id === id),
  );
  return missing.map(({ id }) => `--quick does not find ${id}`);
};

/** What `--live` reads. */
async function liveIn({ iam, team, records, today }: LabSession) {
  const { access, ids } = await readAuthorizationDetails(iam, team.account, 1000);
  const record = appliedIn(orThrow(await readRecord(records)));
  const replaced = recreatedIn({ ids }, team, record);
  return { access, file: desiredAccess(team, today), replaced };
}

const explained: Claim = async ({ lab, truth }) => {
  const { team, at, naming } = lab;
  const { access, file: whole, replaced } = await liveIn(lab);
  const file = { ...whole, users: whole.users.filter(({ name }) => !replaced.includes(name)) };
  return [...truth.values()].flatMap((is) => {
    const answer = explain(access, is.name, at);
    if (answer === null) return ['no answer'];
    const source = {
      ...({ kind: 'aws', account: team.account } as const),
      difference: accessDifference(file, access, is.name, at),
    };
    const text = printed(explanationBlocks(answer, naming, source));
    const said = answer.allowed.flatMap(({ operations }) => operations);
    const [, count = '0'] = /(\d+) of 39 Mechanical Turk operations/.exec(text) ?? [];
    const user = access.users.find(({ name }) => name === is.name);
    const anywhere = user === undefined ? is.now : canCall(access, user, at, ['192.0.2.1', LOCAL]);
    const isConditional = /Depends on where a call comes from/.test(text);
    const isSame = /Same as in team.yaml/.test(text);
    return [
      ...(minus(said, is.now).length + minus(is.now, said).length > 0 || Number(count) !== is.now.size
        ? [`says ${count}, true is ${is.now.size}`]
        : []),
      ...(/^No access/m.test(text) === (is.now.size === 0) ? [] : ['No access']),
      ...(isSame && (minus(is.given, is.now).length > 0 || is.beyond.size > 0)
        ? ['is not the same as in team.yaml']
        : []),
      ...(anywhere.size < is.now.size && !isConditional ? ['hides a condition'] : []),
      ...(/No permissions boundary/.test(text) === (user?.boundary == null) ? [] : ['boundary']),
    ].map((each) => `explain ${is.name} --live: ${each}`);
  });
};

const ASKED = ['SendBonus', 'GetHIT', 'CreateHIT', 'DeleteHIT', 'CreateWorkerBlock'] as const;

const whoCanDo: Claim = async ({ lab, truth }) => {
  const { team, at, naming } = lab;
  const { access, file, replaced } = await liveIn(lab);
  return ASKED.flatMap((asked) => {
    const query = { kind: 'operation', name: asked, operations: [asked] } as const;
    const answer = whoCan(access, team.lab, query, at);
    const difference = whoCanDifference(whoCan(file, team.lab, query, at), answer, replaced);
    const text = printed(whoCanBlocks(answer, naming, { kind: 'aws', account: team.account, difference }));
    const namesOf = (users: readonly { readonly starts: string | null; readonly user: string }[], isLater: boolean) =>
      users.filter(({ starts }) => (starts !== null) === isLater).map(({ user }) => user);
    const can = [...truth.values()].filter(({ now }) => now.has(asked)).map(({ name }) => name);
    const will = [...truth.values()]
      .filter(({ now, ever }) => ever.has(asked) && !now.has(asked))
      .map(({ name }) => name);
    const other = [...truth.values()].filter(
      ({ beyond, given, now }) => beyond.has(asked) || (given.has(asked) && !now.has(asked)),
    );
    const isWrong = (said: readonly string[], is: readonly string[]) => `${[...said].sort()}` !== `${[...is].sort()}`;
    return [
      ...(isWrong(namesOf(answer.users, false), can) ? [`says ${namesOf(answer.users, false)}, true is ${can}`] : []),
      ...(isWrong(namesOf(answer.users, true), will)
        ? [`says later ${namesOf(answer.users, true)}, true is ${will}`]
        : []),
      ...(/Same as in team.yaml/.test(text) && other.length > 0
        ? [`is another for ${other.map(({ name }) => name)}`]
        : []),
      ...((can.length === 0) === /None of/.test(text) || will.length > 0 ? [] : ['None of']),
    ].map((each) => `who-can ${asked} --live: ${each}`);
  });
};

/** What an apply of a team makes of the account, by the rule and a model of Terraform. */
async function applyOf({ lab, inventory }: Case, team: Team) {
  const record = orThrow(await readRecord(lab.records));
  const { access, ids } = inventory;
  const ruled = ruleFor({
    ...{ team, today: lab.today, account: { access, ids } },
    ...{ applied: appliedFacts(record), restore: new Set<string>() },
  });
  return {
    ruled,
    after: afterApply(access, ruled, record?.team === null || record === null ? null : teamBefore(lab, record.team)),
  };
}

const teamBefore = (lab: LabSession, applied: object): Team => ({ ...lab.team, ...applied }) as Team;

const plans: Claim = async (given) => {
  const { lab, inventory, pair } = given;
  const { file, applied } = pair.state;
  const { ruled, after } = await applyOf(given, file);
  if (ruled.leftOut.members.length + ruled.leftOut.roles.length + ruled.renamed.length > 0) return [];
  // No plan reads the boundary's document: the quick check beside it does.
  if (given.scan.findings.some(({ rule }) => rule === 'boundary-policy-changed')) return [];
  const plan = modelPlan(
    ruled.team,
    configured(ruled.team, lab.today),
    configured(applied, lab.today),
    inventory.access,
  );
  const classification = modelClassification(plan, inventory.access, ruled.team);
  const review = reviewOfPlan(applied, ruled.team, lab, {
    ...{ plan, classification, blocks: [], suspendedDuringApply: [], ruled },
  });
  const text = printed(terminalReview(review, { state: 'plan' }));
  const canIn = (model: AccessModel, name: string) => {
    const user = model.users.find((each) => each.name === name);
    return user === undefined ? new Set<Operation>() : canCall(withAws(model, given), user, lab.at);
  };
  const known = new Set([...file.roles, ...applied.roles].map(({ key }) => iamName(file.lab, key)));
  const isForeign = (group: string) => !known.has(group);
  const isLater = (starts: string | null) => starts !== null && starts > lab.at.toISOString();
  return review.people.flatMap(({ user, change }) => {
    if (isLater(change.starts.before) || isLater(change.starts.after)) return [];
    const can = canIn(after, user);
    const { gained, lost } = change.operations;
    // A member's group outside the lab, which no plan knows, is in the quick check that is printed beside it.
    const isOutside =
      keyOfUser(user) !== null &&
      inventory.access.users.some(({ name, groups }) => name === user && groups.some(isForeign));
    return [
      ['gains', minus(gained, can)] as const,
      ['loses', isOutside ? [] : lost.filter((each) => can.has(each))] as const,
    ].flatMap(([what, wrong]) =>
      wrong.length === 0 ? [] : [`plan: ${user} ${what} ${shown(wrong)} (${text.slice(0, 200).replaceAll('\n', ' ')})`],
    );
  });
};

/** A model with the documents of AWS's policies. */
const withAws = (model: AccessModel, { inventory }: Case): AccessModel => ({
  ...model,
  policies: [
    ...model.policies,
    ...inventory.access.policies.filter(({ arn }) => !model.policies.some((each) => each.arn === arn)),
  ],
});

/** What reconcile is to revert is gone after it. */
const reverts: Claim = async (given) => {
  const { lab, scan, pair, inventory } = given;
  const { applied, isRecorded, begun } = pair.state;
  const { reconcile: mode } = applied.settings;
  if (!isRecorded || begun !== null || mode === 'none') return [];
  const { after, ruled } = await applyOf(given, applied);
  // What own calls do about renamed users is no part of the model.
  if (ruled.renamed.length > 0) return [];
  const record = orThrow(await readRecord(lab.records));
  const left = scanOf({
    ...{ team: applied, today: lab.today, at: lab.at, plan: null, applied: appliedIn(record) },
    inventory: { ...inventory, access: after },
    knownAdministrators: record?.administrators ?? null,
  }).findings;
  return scan.findings
    .filter((finding) => findingView(finding, lab.naming, { reconcile: mode }).action === 'reconcile')
    .filter(({ id }) => left.some((each) => each.id === id))
    .map(({ id }) => `reconcile does not revert ${id}`);
};

const CLAIMS: readonly Claim[] = [
  effects,
  completeness,
  severities,
  headlines,
  quick,
  explained,
  whoCanDo,
  plans,
  reverts,
];

/** Carries out a command that a report prints; false if it only lists something. */
async function carryOut(lab: LabSession, line: string): Promise<boolean> {
  const [, looped] = /^for key in .* --user-name '?([^' ]+)'? --query/.exec(line) ?? [];
  if (looped !== undefined) {
    const { AccessKeyMetadata = [] } = (await callIam(lab.iam, 'ListAccessKeys', { UserName: looped })) as {
      AccessKeyMetadata?: readonly { readonly AccessKeyId: string }[];
    };
    for (const { AccessKeyId } of AccessKeyMetadata)
      await callIam(lab.iam, 'UpdateAccessKey', { UserName: looped, AccessKeyId, Status: 'Inactive' });
    return true;
  }
  const [, action = '', rest = ''] = /^aws iam (\S+)(.*)$/.exec(line) ?? [];
  const pascal = (text: string) =>
    text
      .split('-')
      .map((word) => (word === 'ssh' ? 'SSH' : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
      .join('');
  const options = [...rest.matchAll(/--([\w-]+)[ =](?:'([^']*)'|(\S+))/g)];
  const input = Object.fromEntries(options.map(([, flag = '', quoted, bare]) => [pascal(flag), quoted ?? bare]));
  if (action.startsWith('list-')) return false;
  await callIam(lab.iam, pascal(action), input);
  return true;
}

const withoutEffect = (id: string) =>
  id.replace(/\/(spends|harms-workers|deletes-data|contacts-people|changes|reads|escalates)$/, '');

/** Once the commands of all findings ran, none of those findings is left. */
async function fixes({ scan, lab }: Case, next: Next): Promise<readonly string[]> {
  const problems: string[] = [];
  const fixed: string[] = [];
  for (const finding of scan.findings.filter(isOpen)) {
    const { commands, action, toFix } = findingView(finding, lab.naming, { isPrivate: true });
    if (commands.length === 0 || action !== 'decide') continue;
    try {
      const ran: boolean[] = [];
      for (const line of commands) ran.push(await carryOut(lab, line));
      if (ran.every(Boolean) && !/in the IAM console|then snooze/.test(plainText(toFix))) fixed.push(finding.id);
    } catch (error) {
      problems.push(`${finding.id}: the fix fails: ${error}`);
    }
  }
  if (fixed.length === 0) return problems;
  // AWS makes a new credential report after four hours.
  const { scan: then } = await scanIn(next(1 / 4));
  // What was moved back waits for its apply again.
  const left = new Set(then.findings.filter(isOpen).map(({ id }) => withoutEffect(id)));
  return [
    ...problems,
    ...fixed.filter((id) => left.has(withoutEffect(id))).map((id) => `${id}: is left after its fix`),
  ];
}

/** The sentences of one pair that are not true. */
function falseSentences(pair: Pair): Promise<readonly string[]> {
  return inCase(pair, async (given, next) => {
    const problems: string[] = [];
    for (const claim of CLAIMS) problems.push(...(await claim(given)));
    return [...problems, ...(await fixes(given, next))];
  });
}

test('the tables have ninety-six kinds of tampering and twenty-four states at least, each once', () => {
  expect(new Set(TAMPERINGS.map(({ what }) => what)).size).toBe(TAMPERINGS.length);
  expect(new Set(STATES.map(({ what }) => what)).size).toBe(STATES.length);
  expect(TAMPERINGS.length).toBeGreaterThanOrEqual(96);
  expect(STATES.length).toBeGreaterThanOrEqual(24);
});

/** What is not true in each pair, after its names. */
async function inAll(
  pairs: readonly Pair[],
  check: (pair: Pair) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  await inTurns(pairs, async (pair) => {
    const list = await check(pair).catch(({ stack }: Error) => [stack]);
    problems.push(...list.map((each) => `${nameOf(pair)}; ${each}`));
  });
  return problems;
}

test('no sentence about access is false', async () => {
  expect(await inAll(sampleOf(PAIRS, 8), falseSentences)).toEqual([]);
});

test('where a sentence was false once, none is', async () => {
  const pairs = PAIRS.filter((pair) => ONCE_FALSE.includes(nameOf(pair)));
  expect(pairs).toHaveLength(ONCE_FALSE.length);
  expect(await inAll(pairs, falseSentences)).toEqual([]);
});

const COMMANDS: Readonly<Record<string, unknown>> = mturk;
type AnyCommand = new (input: object) => mturk.GetAccountBalanceCommand;

/** Whether the account answers a call as the evaluator of the tests says. */
function wrongAnswers(pair: Pair): Promise<readonly string[]> {
  return inCase(pair, async ({ lab }, next) => {
    const { emulator, memory } = next.test;
    const account = accountIn(memory.account);
    const problems: string[] = [];
    for (const user of account.users) {
      const record = Object.values(memory.account.users).find(({ name }) => name === user.name);
      if (record === undefined) continue;
      const [known] = record.keys.filter(({ status }) => status === 'Active');
      if (known === undefined && record.keys.length > 1) continue;
      const key =
        known === undefined
          ? await keyFor(lab.iam, user.name)
          : { accessKeyId: known.id, secretAccessKey: known.secret };
      const client = mturkOf(emulator, key);
      const can = canCall(account, user, lab.at, [LOCAL]);
      for (const operation of ASKED) {
        const Command = COMMANDS[`${operation}Command`] as AnyCommand;
        const answer = await outcome(client.send(new Command({})));
        if ((answer !== 'AccessDeniedException') !== can.has(operation))
          problems.push(`${user.name}: ${operation}: ${answer}`);
      }
      client.destroy();
    }
    return problems;
  });
}

test('the account answers calls as the evaluator of these tests says', async () => {
  expect(await inAll(sampleOf(PAIRS, 4), wrongAnswers)).toEqual([]);
});

const APPLIED = PAIRS.filter(
  ({ state: { isRecorded, begun, applied } }) => isRecorded && begun === null && applied.settings.reconcile !== 'none',
);

/** Through Terraform: a full check says the same, and reconcile leaves nothing of what it was to revert. */
async function wrongReconcile(pair: Pair): Promise<readonly string[]> {
  const { state } = pair;
  const start = await appliedTo(state.applied, TODAY);
  return inCase(
    pair,
    async ({ lab, scan, of, truth }, next) => {
      const completed = orThrow(await fullScan(lab, { cloudTrail: true }, SILENT));
      const idsOf = ({ findings }: ScanResult) => findings.map(({ id }) => id);
      const missing = idsOf(scan).filter((id) => !idsOf(completed.scan).includes(id));
      const options = { reconcile: state.applied.settings.reconcile };
      const reverted = completed.scan.findings.filter(
        (each) => findingView(each, lab.naming, options).action === 'reconcile',
      );
      const done = orThrow(await reconcile(lab, completed, SILENT));
      const then = next();
      const { findings } = (await quickScan(then, { cloudTrail: false }, SILENT)).scan;
      // What waits for an apply of the newest file can have the same id.
      const left = findings.flatMap(({ cause, id }) => (cause === 'pending' ? [] : [id]));
      const account = accountIn(next.test.memory.account);
      const now = new Map(account.users.map((user) => [user.name, canCall(account, user, then.at)]));
      const text = printed(reconciledBlocks(done, lab.naming));
      const isSaid = (word: string) => new RegExp(`${word}: `).test(text);
      const gained = [...truth.values()].filter(({ name, now: had }) => minus(now.get(name) ?? [], had).length > 0);
      const worse = [...truth.values()].filter(
        ({ name, given }) => of(name)?.beyond.size === 0 && minus(now.get(name) ?? [], given).length > 0,
      );
      return [
        ...missing.map((id) => `a full check does not find ${id}`),
        ...reverted.filter(({ id }) => left.includes(id)).map(({ id }) => `reconcile does not revert ${id}`),
        ...(isSaid('Given back') ? [] : gained).map(({ name }) => `reconcile gives something to ${name}`),
        ...worse.map(({ name }) => `after reconcile ${name} has more than the file gives`),
      ];
    },
    start,
  );
}

test(`with ${ENGINE_TITLE}: what a check says of reconcile is so after it`, async () => {
  expect(
    await inAll(
      sampleOf(
        APPLIED.filter((_, index) => index % 50 === 0),
        1,
      ),
      wrongReconcile,
    ),
  ).toEqual([]);
});
