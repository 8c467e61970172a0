import type { DriftFinding } from '../../../src/drift/finding.ts';
import { rolePolicyArn } from '../../../src/team/names.ts';
import {
  BY_ADA,
  because,
  DIFFERENCES,
  FULL_ACCESS,
  finds,
  OTHERS,
  outsider,
  team,
  user,
  userOf,
} from '../../support/sample-looks.ts';
import { differing, other, told } from '../../support/told.ts';

describe('what is snoozed', () => {
  const snoozed = [{ finding: other('console-password/bo'), until: '2027-01-31', reason: 'a demo' }];

  test('is not told as an account that is as team.yaml says', () => {
    const clean = told([], { snoozed });
    expect(clean).not.toContain('as team.yaml says.');
    expect(clean).toContain('The account is as team.yaml says, but for 1 finding that team.yaml snoozes.');
  });

  test('until a day that has passed is not told as gone while it stands above', () => {
    const look = { idle: ['old-access-key/ada', 'console-password/bo'] };
    for (const text of [told([other('console-password/bo')], look)]) {
      const [, passed = '', gone = ''] = text.split(/Snoozed in team\.yaml/);
      expect(passed).toMatch(/until a day that has passed[\s\S]*password\/bo/);
      expect(passed).not.toContain('old-access-key/ada');
      expect(gone).toMatch(/not found[\s\S]*old-key\/ada/);
      expect(gone).not.toMatch(/[-`] ?`?password\/bo`?$/m);
    }
  });
});

describe('when AWS made its report', () => {
  const WORDS = 'Keys and passwords as of 25 Nov 2026 03:04 UTC, when AWS made its report.';

  test.each([
    'outside/old-mturk-user/spends',
    'key-used-after-leaving/cy',
    'too-many-access-keys/bo',
    'console-password/bo',
    'root-access-key',
  ])('is told with %s', (id) => {
    expect(told([other(id)])).toContain(WORDS);
  });

  test('is not told where nothing depends on it, or there was none', () => {
    expect(told(DIFFERENCES)).not.toContain('Keys and passwords as of');
    expect(told([other('console-password/bo')], { reportedAt: null })).not.toContain('Keys and passwords as of');
  });
});

describe('a last day that has passed', () => {
  const over = because('pending', [
    finds('user-added/bo', { kind: 'difference', difference: { kind: 'user-added', user: userOf('bo') } }),
  ]);
  const WORDS =
    'The last day of Bo Chen, 31 May 2027, has passed: everything is denied since then, and the next apply deletes the user with its keys.';

  test('is no change of team.yaml', () => {
    const text = told(over, { class: 'pending' });
    expect(text).toContain(WORDS);
    expect(text).toContain('Nobody changed the account by hand; a last day has passed since the last apply.');
    expect(text).not.toMatch(/does not want|changes of team|team.yaml has/);
  });
});

test('what was settled is told once, and not below a word that nobody did anything', () => {
  const settled = because('settled', [
    { ...differing('membership-added/bo/paymaster/spends'), people: [], risk: null },
  ]);
  const pending = because('pending', [differing('membership-removed/eve/results-reader')]);
  const text = told([...pending, ...settled], { class: 'pending' });
  expect(text).not.toContain('Nobody changed the account by hand');
  expect(text.match(/team\.yaml wants it/g)).toHaveLength(2);
  expect(text).toContain('- Somebody put Bo Chen into paymaster.');
});

describe('a look without a plan', () => {
  const [added] = because('undecided', [differing('membership-added/bo/paymaster/spends')]);

  test('says what it leaves out, and of what nobody can tell only where there is such a thing', () => {
    expect(told([other('console-password/bo')], { planned: false })).toMatch(
      /SSH keys and the newest access keys were not looked at \(--fast\)(?!.*merged and not applied)/,
    );
    expect(told([added!], { planned: false })).toContain('tells what was done by hand from what is merged');
  });

  test('says a thing once, and does not blame an apply for what it was to do', () => {
    const by = (through: 'console' | 'terraform') =>
      told([{ ...added!, by: { ...BY_ADA, through } }], { planned: false });
    expect(by('terraform')).not.toContain('Somebody');
    expect(by('terraform')).toContain('On the account, but not by team.yaml, Bo Chen is in paymaster.');
    expect(by('console')).not.toContain('but not by team.yaml, Bo Chen is in paymaster');
    expect(by('console')).toContain('Somebody put Bo Chen into paymaster (by Ada');
  });

  test('does not say of somebody new that something is lost', () => {
    const text = told(because('undecided', [differing('user-deleted/eve')]), { planned: false });
    expect(text).toContain('Eve Lindqvist cannot read results');
    expect(text).not.toContain('can no longer');
  });
});

test('whoever can do everything in the account stands first, and a key more is not counted as spending', () => {
  const root = other('root-access-key').place;
  const administrator = other('outside/pi/administers').place;
  const rest = OTHERS.filter(({ id }) => !/^root-access-key|administers$/.test(id)).map(({ place }) => place);
  expect(root).toBeLessThan(administrator);
  expect(administrator).toBeLessThan(Math.min(0, ...rest));
  const keys = { ...other('too-many-access-keys/bo'), risk: 'spends' as const };
  expect(told([keys])).toContain('1 finding.');
  expect(told([keys, differing('membership-added/bo/paymaster/spends')])).toContain('2 findings, 1 spends money.');
});

describe('an account that has nothing of the lab yet', () => {
  const missing = (kind: 'user-deleted' | 'group-deleted', name: string): DriftFinding =>
    finds(`${kind}/${name}`, {
      kind: 'difference',
      difference: kind === 'user-deleted' ? { kind, user: userOf(name) } : { kind, group: userOf(name) },
    });
  const all = [
    ...team.members.map(({ key: name }) => missing('user-deleted', name)),
    ...team.roles.map(({ key: name }) => missing('group-deleted', name)),
    ...team.roles.map(({ key: name }) =>
      finds(`policy-deleted/${name}`, {
        kind: 'difference',
        difference: { kind: 'policy-deleted', arn: rolePolicyArn(team, name) },
      }),
    ),
  ];
  const WORDS = 'Nothing of this lab is on the account yet. mturk-team apply makes 6 users, 5 groups and 5 policies.';

  test.each(['pending', 'undecided'] as const)('is told in one sentence where all is %s', (cause) => {
    const text = told(because(cause, all), { class: 'pending' });
    expect(text).toBe(` ${WORDS}`);
  });

  test('is not one where somebody deleted them, or one member is there', () => {
    expect(told(because('manual', all))).not.toContain('Nothing of this lab');
    expect(told(because('pending', all.slice(1)), { class: 'pending' })).not.toContain('Nothing of this lab');
  });
});

test('of a dead name it is said whether anybody can do by it what they should not', () => {
  const dead = other('retired-operations/no-bonus');
  expect(told([dead])).toContain('Nobody can do more by it than team.yaml gives');
  expect(told([{ ...dead, risk: 'spends' }])).toContain(
    'Somebody among Bo Chen and old-mturk-user (not in team.yaml) can pay bonuses, and should not',
  );
  expect(told([dead, { ...dead, risk: 'spends' }])).not.toContain('if anything lets them');
});

test('what cannot be read may allow everything', () => {
  expect(told([differing('inline-policy-added/user/eve/extra/spends')])).toContain(
    'Eve Lindqvist may be able to spend money',
  );
  const inline = [{ name: 'odd', document: null }];
  const odd = outsider(user('odd', { inline }), []);
  expect(told([finds('outside/odd/spends', odd, { risk: 'spends' })])).toContain('of the lab, may be able to do');
  const both = outsider(user('odd', { inline, attached: [FULL_ACCESS] }), []);
  expect(told([finds('outside/odd/spends', both, { risk: 'spends' })])).toContain('of the lab, can do everything');
  const { what } = other('stray/user/ghost/administers');
  if (what.kind !== 'stray') throw new Error('no stray');
  const stray = { ...what.effect.stray, holding: { ...what.effect.stray.details, attached: [], inline } } as never;
  const ghost = finds('stray/user/ghost', { kind: 'stray', effect: { ...what.effect, stray } });
  expect(told([ghost])).toContain('ghost (not in team.yaml) may be able to do everything');
});
