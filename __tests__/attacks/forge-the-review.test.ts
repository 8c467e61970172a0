import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import packageJson from '../../package.json' with { type: 'json' };
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { planAndApply } from '../../src/cli/session/apply.ts';
import type { FailureArgs } from '../../src/diagnostics/failure.ts';
import { compareWithReview } from '../../src/review/apply/compare-review.ts';
import { classifyPlan } from '../../src/review/changes/classify-plan.ts';
import { type PlanOfReview, reviewOf } from '../../src/review/changes/review.ts';
import { compareDigests, planDigest } from '../../src/review/manifest/digest.ts';
import { manifestOf, readManifest, writeManifest } from '../../src/review/manifest/manifest.ts';
import type { Manifest } from '../../src/review/manifest/schema.ts';
import type { Team } from '../../src/team/team.ts';
import { runHere } from '../support/command.ts';
import { runs } from '../support/exhaustive.ts';
import { scratchLab } from '../support/init-files.ts';
import { emptyMemory, withLab } from '../support/lab-in-test.ts';
import { configured, modelPlan } from '../support/model-plan.ts';
import { TOOLS } from '../support/plan-json.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { teams } from '../support/team-arbitrary.ts';

const TODAY = '2026-11-25';
const AT = new Date(`${TODAY}T12:00:00Z`);
const COMMIT = '3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4';

/** The plan from an account that is as a team was applied, or as someone changed it. */
function planOf(after: Team, applied: Team, today = TODAY, account = desiredAccess(applied, TODAY)): PlanOfReview {
  const plan = modelPlan(after, configured(after, today), configured(applied, TODAY), account);
  return { plan, classification: classifyPlan(plan, after.account), blocks: [], suspendedDuringApply: [] };
}

/** What the plan workflow leaves for a pull request that changes `before` to `after`. */
function reviewed(before: Team, after: Team, plan = planOf(after, before)): Manifest {
  const review = reviewOf({ before, after, today: TODAY, at: AT, plan });
  const origin = {
    head: { commit: COMMIT, tree: COMMIT },
    run: { id: '12', attempt: 1 },
    mturkTeam: '0',
    emulator: false,
    createdAt: AT,
  };
  const read = readManifest(writeManifest(manifestOf(review, { plan: plan.plan, tools: TOOLS }, origin)));
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

/** The apply of the merged file. `applied` is how the account is. */
function apply(manifest: Manifest, before: Team, after: Team, plan = planOf(after, before), today = TODAY) {
  return compareWithReview(manifest, { before, after, today, tools: TOOLS, plan, older: false, interrupted: null });
}

/** The same after an apply that began and did not end, of which the plan is what is left. */
function applyAgain(manifest: Manifest, before: Team, after: Team, plan: PlanOfReview, today = TODAY) {
  const interrupted = { applied: before };
  return compareWithReview(manifest, { before, after, today, tools: TOOLS, plan, older: false, interrupted });
}

/** What the digests alone say, which hold no access of anyone. */
function byDigest(manifest: Manifest, { plan }: PlanOfReview) {
  return compareDigests(manifest, { ...planDigest(plan, TOOLS), tools: TOOLS }).verdict;
}

/** The manifest with some values replaced, each by its path, such as `people.0.name`. */
function forged(manifest: Manifest, values: Readonly<Record<string, unknown>>): Manifest {
  const copy = structuredClone(manifest);
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.');
    let at: unknown = copy.review;
    for (const key of keys.slice(0, -1)) at = Reflect.get(Object(at), key);
    Reflect.set(Object(at), keys.at(-1) ?? '', value);
  }
  const read = readManifest(writeManifest(copy));
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

const edited = (key: string, change: Partial<Team['members'][number]>, team = sampleTeam): Team => ({
  ...team,
  members: team.members.map((one) => (one.key === key ? { ...one, ...change } : one)),
});
const joining = (key: string, roles: readonly string[], team = sampleTeam): Team => ({
  ...team,
  members: [...team.members, member({ key, name: `Name of ${key}`, roles })].sort((a, b) => (a.key < b.key ? -1 : 1)),
});
const widened = (key: string, ...operations: Team['roles'][number]['allow']): Team => ({
  ...sampleTeam,
  roles: sampleTeam.roles.map((one) => (one.key === key ? { ...one, allow: [...one.allow, ...operations] } : one)),
});

/** Bo becomes a paymaster without a last day; a role is new, and who approves changes. */
const granted: Team = {
  ...edited('bo', { roles: ['paymaster', 'results-reader', 'task-publisher'], until: null, sponsor: null }),
  roles: [...sampleTeam.roles, role({ key: 'viewer', allow: ['GetHIT'] })],
  owners: ['ada', 'bo'],
};
const honest = reviewed(sampleTeam, granted);
const bo = honest.review.people.findIndex(({ key }) => key === 'bo');
const change = `people.${bo}.change`;
const { capabilities, operations } = honest.review.people[bo]!.change;

test('what an honest manifest says is applied', () => {
  expect(apply(honest, sampleTeam, granted)).toEqual({ ok: true, value: { verdict: 'equal', due: [] } });
});

type Changed = FailureArgs['plan-changed'];
const people = (...others: Changed['people'][number]['others']) => ({ people: [{ key: 'bo', others }] });
const item = (kind: Changed['items'][number]['kind']) => ({ items: [{ kind }] });

describe('a manifest with the right digest, whose comment is not true, is refused', () => {
  test.each<[string, Readonly<Record<string, unknown>>, object]>([
    ['nothing changes for anyone', { people: [], risk: 'boundary-changed' }, people('person')],
    ['someone else gains it', { [`people.${bo}.name`]: "Ada O'Neill" }, people('person')],
    ['another key', { [`people.${bo}.key`]: 'ada' }, people('person')],
    ['the member leaves', { [`${change}.kind`]: 'leaves' }, people('person', 'effect')],
    [
      'an operation is left out',
      { [`${change}.operations.gained`]: operations.gained.filter((each) => each !== 'SendBonus') },
      { people: [{ key: 'bo', gains: ['SendBonus'] }] },
    ],
    [
      'a capability is left out of what is shown',
      { [`${change}.capabilities.gained`]: capabilities.gained.filter(({ capability }) => capability !== 'pay:bonus') },
      people('effect'),
    ],
    ['a capability counts as harmless', { [`${change}.capabilities.gained.0.risk`]: 'reads' }, people('effect')],
    ['the gain counts as harmless', { [`${change}.worstGain`]: 'reads' }, people('effect')],
    ['the row counts as harmless', { [`people.${bo}.classes`]: ['descriptive-only'] }, people('effect')],
    [
      'it is only more of what was possible',
      { [`${change}.risks.before`]: ['spends', 'harms-workers'] },
      people('effect'),
    ],
    ['there is a last day', { [`${change}.ends.after`]: '2026-12-01T00:00:00.000Z' }, people('last-day', 'effect')],
    ['there was no last day before', { [`${change}.ends.before`]: null }, people('last-day')],
    ['it begins later', { [`${change}.starts.after`]: '2036-12-01T00:00:00.000Z' }, people('first-day', 'effect')],
    ['the member is suspended', { [`${change}.suspended.after`]: true }, people('suspension', 'effect')],
    ['the role is left out', { [`people.${bo}.roles.gained`]: [] }, people('roles')],
    ['the change as a whole is harmless', { risk: 'descriptive-only' }, item('effect')],
    ['nothing is to be asked', { questions: [] }, item('question')],
    ['no role is new', { roles: [] }, item('role')],
    ['the approvers stay', { settings: [] }, item('setting')],
  ])('%s', (_what, values, expected) => {
    const manifest = forged(honest, values);
    expect(byDigest(manifest, planOf(granted, sampleTeam))).toBe('equal');
    expect(apply(manifest, sampleTeam, granted)).toMatchObject({
      ok: false,
      failure: { code: 'plan-changed', args: { unreviewed: [], missing: [], ...expected } },
    });
  });

  test('the plan is empty, and the approvers change', () => {
    const owners: Team = { ...sampleTeam, owners: ['ada', 'bo'] };
    const manifest = reviewed(sampleTeam, owners);
    expect(apply(manifest, sampleTeam, owners)).toMatchObject({ value: { verdict: 'empty' } });
    const silent = forged(manifest, { settings: [], risk: 'nothing' });
    expect(apply(silent, sampleTeam, owners)).toMatchObject({ failure: { args: item('setting') } });
  });

  test('an emergency revocation is undone', () => {
    const before = sampleTeam;
    const after = joining('eve', ['results-reader']);
    // Fay was taken out of the paymasters by hand.
    const revoked = desiredAccess(edited('fay', { roles: [] }), TODAY);
    const plan = planOf(after, before, TODAY, revoked);
    const manifest = reviewed(before, after, plan);
    expect(apply(manifest, before, after, plan)).toMatchObject({ ok: true });
    const silent = forged(manifest, { unexplained: [] });
    expect(apply(silent, before, after, plan)).toMatchObject({ failure: { args: item('manual-change') } });
  });

  test('a last day that has passed by a forged date explains no gain', () => {
    const manifest = reviewed(sampleTeam, granted);
    const later = forged(manifest, { people: [], questions: [], at: '2036-01-01T00:00:00.000Z' });
    expect(apply(later, sampleTeam, granted)).toMatchObject({ failure: { args: { people: [{ key: 'bo' }] } } });
  });
});

describe('another pull request is merged between plan and apply', () => {
  const eve = joining('eve', ['results-reader']);
  const manifest = reviewed(sampleTeam, eve);

  test('it widens the role that this one gives: what the member gains by that is not reviewed', () => {
    const wide = widened('results-reader', 'SendBonus');
    const both = joining('eve', ['results-reader'], wide);
    const plan = planOf(both, wide);
    expect(byDigest(manifest, plan)).toBe('equal');
    expect(apply(manifest, wide, both, plan)).toMatchObject({
      ok: false,
      failure: { args: { unreviewed: [], people: [{ key: 'eve', gains: ['SendBonus'] }] } },
    });
  });

  test('it adds another member to the same role: both are applied, in the order of the merges', () => {
    const zoe = joining('zoe', ['results-reader']);
    const both = joining('eve', ['results-reader'], zoe);
    expect(apply(reviewed(sampleTeam, zoe), sampleTeam, zoe)).toMatchObject({ value: { verdict: 'equal' } });
    expect(apply(manifest, zoe, both)).toMatchObject({ value: { verdict: 'subset' } });
  });

  test('if the queue swaps them, the later one waits: it does not carry out the other without its approval', () => {
    const zoe = joining('zoe', ['results-reader']);
    const both = joining('eve', ['results-reader'], zoe);
    expect(apply(manifest, zoe, both, planOf(both, sampleTeam))).toMatchObject({
      ok: false,
      failure: { args: { people: [{ key: 'zoe', others: ['person'] }] } },
    });
    expect(apply(reviewed(sampleTeam, zoe), sampleTeam, zoe)).toMatchObject({ ok: true });
    expect(apply(manifest, zoe, both)).toMatchObject({ ok: true });
  });

  test('an old apply that someone reruns after the later one revokes nothing that the later one granted', () => {
    const zoe = joining('zoe', ['results-reader']);
    const both = joining('eve', ['results-reader'], zoe);
    expect(apply(reviewed(sampleTeam, zoe), sampleTeam, zoe, planOf(zoe, both))).toMatchObject({
      ok: false,
      failure: { code: 'plan-changed', args: { people: [{ user: 'perception-lab-eve', others: ['person'] }] } },
    });
    // Nothing is left of it if the later one only added words.
    const words = edited('bo', { email: 'bo@lab.edu' }, zoe);
    expect(apply(reviewed(sampleTeam, zoe), sampleTeam, zoe, planOf(zoe, words))).toMatchObject({
      value: { verdict: 'empty' },
    });
  });

  test('it removes a member from the role to which this one adds another, or it changes only words', () => {
    for (const other of [edited('cy', { roles: [] }), edited('bo', { email: 'bo@lab.edu' })]) {
      const both = joining('eve', ['results-reader'], other);
      expect(apply(manifest, other, both)).toMatchObject({ ok: true });
    }
  });
});

describe('what legitimately differs is applied', () => {
  /** A team with members and settings of two others, in the lab of the first. */
  const inLab = ({ lab, account, settings: { state } }: Team, team: Team): Team => ({
    ...team,
    ...{ lab, account, departed: [], settings: { ...team.settings, state, deleteAfterDays: null } },
  });

  test('whatever the two files and the account hold, at any later time, and any part that is left of the plan', () => {
    const some = fc.tuple(teams(), teams(), teams(), fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }));
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 900 }), ([first, second, third, done], days) => {
        const [before, after, account] = [first, second, third].map((team) => inLab(first, team)) as [Team, Team, Team];
        const plan = planOf(after, before, TODAY, desiredAccess(account, TODAY));
        const manifest = reviewed(before, after, plan);
        const later = new Date(AT.getTime() + days * 86_400_000).toISOString().slice(0, 10);
        expect(apply(manifest, before, after, plan, later)).toMatchObject({ ok: true });
        const whole = planOf(after, before);
        const changes = whole.plan.changes.map((each, index) =>
          done[index % done.length] === true && each.change.after !== null
            ? { ...each, change: { ...each.change, actions: ['no-op'], before: each.change.after, importing: null } }
            : each,
        );
        const left = { ...whole.plan, changes };
        const rest = { ...whole, plan: left, classification: classifyPlan(left, after.account) };
        const result = applyAgain(reviewed(before, after, whole), before, after, rest, later);
        expect(result.ok ? [] : result.failure).toEqual([]);
      }),
      { numRuns: runs(25) },
    );
  });

  const eve = edited('eve', { until: '2027-05-31' }, joining('eve', ['results-reader', 'task-publisher']));
  const manifest = reviewed(sampleTeam, eve);

  test('an apply that was interrupted anywhere', () => {
    const { plan } = planOf(eve, sampleTeam);
    const addresses = plan.changes.map(({ address }) => address);
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of addresses.filter((_each, index) => index % 4 === 1)) {
      const done = new Set(addresses.slice(0, addresses.indexOf(address)));
      const changes = plan.changes.map((each) =>
        done.has(each.address)
          ? { ...each, change: { ...each.change, actions: ['no-op'], before: each.change.after } }
          : each,
      );
      const left = { ...plan, changes };
      const rest = { ...planOf(eve, sampleTeam), plan: left, classification: classifyPlan(left, eve.account) };
      expect({ address, result: applyAgain(manifest, sampleTeam, eve, rest) }).toMatchObject({ result: { ok: true } });
    }
  });

  test('an apply that was interrupted after the part that spends: what is left asks about harm alone', () => {
    const roles = (['SendBonus', 'RejectAssignment'] as const).map((each) => role({ key: each, allow: [each] }));
    const team = { ...sampleTeam, roles: [...sampleTeam.roles, ...roles] };
    const [before, half, after] = [[], ['SendBonus'], ['RejectAssignment', 'SendBonus']].map((more) =>
      edited('bo', { roles: [...more, 'results-reader'], until: null }, team),
    ) as [Team, Team, Team];
    const manifest = reviewed(before, after);
    expect(manifest.review.questions).toMatchObject([{ kind: 'spending-without-end' }]);
    expect(applyAgain(manifest, before, after, planOf(after, half))).toMatchObject({ ok: true });
  });

  describe('an apply that was interrupted while it suspended a member', () => {
    const noBonus = role({ key: 'no-bonus', allow: ['GetHIT'], deny: ['SendBonus'] });
    const team: Team = { ...sampleTeam, roles: [...sampleTeam.roles, noBonus] };
    const before = edited('fay', { roles: ['no-bonus', 'paymaster'] }, team);
    const after = edited('fay', { roles: ['results-reader'] }, team);
    const plan = planOf(after, before);
    const suspendedDuringApply = ['perception-lab-fay'];
    const manifest = reviewed(before, after, { ...plan, suspendedDuringApply });
    /** What is left after the first step, or after the second. */
    const left = (step: Team) => planOf(after, edited('fay', { suspended: true }, step));

    test('lifts the suspension, and finishes the rest', () => {
      for (const step of [before, after]) {
        expect(apply(manifest, before, after, left(step))).toMatchObject({ failure: { code: 'plan-changed' } });
        expect(applyAgain(manifest, before, after, left(step))).toMatchObject({ ok: true });
      }
    });

    test('hides no other suspension, last day or grant behind it', () => {
      const names = ['cy', 'fay', 'gus'].map((key) => `perception-lab-${key}`);
      for (const more of [
        edited('cy', { suspended: false }, after),
        edited('gus', { until: null }, after),
        edited('fay', { roles: ['results-reader', 'task-publisher'] }, after),
      ]) {
        const honest = reviewed(before, more);
        const silent = forged(honest, { people: manifest.review.people, questions: [], risk: manifest.review.risk });
        const lying = forged(silent, { suspendedDuringApply: names });
        expect(applyAgain(lying, before, more, planOf(more, before))).toMatchObject({ ok: false });
      }
    });
  });

  test('a user that exists but is not in the state, which is imported', () => {
    const made = planOf(eve, sampleTeam, TODAY, desiredAccess(joining('eve', []), TODAY));
    // Terraform's provider reads none of this from AWS; the model says false.
    const changes = made.plan.changes.map((each) =>
      each.change.importing === null
        ? each
        : { ...each, change: { ...each.change, before: { ...each.change.before, force_destroy: null } } },
    );
    const plan = { ...made.plan, changes };
    const importing = { ...made, plan, classification: classifyPlan(plan, eve.account) };
    expect(apply(manifest, sampleTeam, eve, importing)).toMatchObject({
      value: { verdict: 'subset' },
    });
  });

  test('a deletion that came due, and nothing besides it', () => {
    const until = '2026-11-20';
    const settings = { ...sampleTeam.settings, deleteAfterDays: 10 };
    const before = { ...edited('bo', { until }), settings };
    const after = { ...edited('bo', { until }, eve), settings };
    const due = reviewed(before, after);
    const plan = planOf(after, before, '2026-12-01');
    const result = apply(due, before, after, plan, '2026-12-01');
    expect(result).toMatchObject({ ok: true, value: { due: [{ key: 'bo' }] } });
    const more = { ...after, members: after.members.filter(({ key }) => key !== 'cy') };
    const other = planOf(more, before, '2026-12-01');
    expect(apply(due, before, more, other, '2026-12-01')).toMatchObject({
      ok: false,
      failure: { args: { people: [{ key: 'cy', others: ['person'] }] } },
    });
  });
});

test('a forged plan does not move the state, where other providers and resources would wait', async () => {
  const state = { bucket: 'mallory', region: 'eu-west-1', key: 'mturk-team' };
  const moved: Team = { ...sampleTeam, settings: { ...sampleTeam.settings, state } };
  await withLab(emptyMemory(), async (test) => {
    const lab = test.lab(moved);
    const files = { manifest: 'manifest.json', base: 'base.yaml', newest: 'newest.yaml', approval: 'approval.json' };
    const options = {
      ...({
        file: 'team.yaml',
        emulator: null,
        today: TODAY,
        stack: 'team',
        parallelism: null,
      } as const),
      ...{ yes: true, reviewed: files, commit: null, result: null, json: false },
    };
    const manifest = reviewed(moved, moved);
    const approval = { pull: 1, head: COMMIT, by: ['adaoneill'], how: 'review' as const, mergedAt: TODAY };
    const given = { manifest, base: sampleTeam, newest: moved, approval };
    const begun = await planAndApply(
      lab,
      given,
      options,
      SILENT,
      () => {},
      () => {},
    );
    expect(begun).toMatchObject({
      ok: false,
      failure: { code: 'guardrail-blocked', args: { codes: ['state-location-changed'] } },
    });
  });
});

describe('apply --reviewed', () => {
  const place = scratchLab(readFileSync('team.yaml', 'utf8'));
  afterAll(() => place.remove());
  const run = (...args: string[]) => runHere(['apply', '--emulator', '--yes', ...args], { cwd: place.directory });
  const files = [
    '--reviewed',
    'manifest.json',
    '--base',
    'team.yaml',
    '--newest',
    'team.yaml',
    '--approval',
    'approval.json',
  ];

  test('the plan of another version of the tool is not applied', async () => {
    place.write('manifest.json', writeManifest(honest));
    const { code, stderr } = await run(...files);
    expect(code).toBe(1);
    expect(stderr).toMatch(/planned-by-another-version.*\n.*planned with 0, applied with \d/);
  });

  test('a review of the future is not applied, nor is one without the other files', async () => {
    const tools = { ...honest.tools, mturkTeam: packageJson.version };
    const future = forged({ ...honest, tools }, { at: '2999-01-01T00:00:00.000Z' });
    place.write('manifest.json', writeManifest(future));
    const { code, stderr } = await run(...files);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('manifest-unusable') });
    expect(stderr).toContain('2999');
    expect(await run('--reviewed', 'manifest.json', '--base', 'team.yaml')).toMatchObject({ code: 2 });
  });
});
