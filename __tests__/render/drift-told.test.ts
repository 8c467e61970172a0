import type { AccessKey } from '../../src/account/inventory.ts';
import { driftIssueText } from '../../src/render/drift-issue.ts';
import { cleanLine } from '../../src/render/drift-issue-words.ts';
import { driftLines } from '../../src/render/drift-lines.ts';
import { pendingIssueText } from '../../src/render/drift-pending-text.ts';
import type { DriftFinding, DriftLook } from '../../src/review/drift-finding.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import {
  AT,
  BY_ADA,
  because,
  DIFFERENCES,
  document,
  FULL_ACCESS,
  finds,
  key,
  lookOf,
  naming,
  OTHERS,
  outsider,
  team,
  user,
  userOf,
} from '../support/sample-looks.ts';

const view = { naming, reveal: false, reconcile: true };

/** On one line, as no width breaks it. */
function told(findings: readonly DriftFinding[], given: Partial<DriftLook> = {}): string {
  const lines = driftLines(lookOf(findings, given), naming, { at: AT, reconcile: false, mayReconcile: true });
  return lines.join(' ').replaceAll(/ +/g, ' ');
}

function issue(findings: readonly DriftFinding[], given: Partial<DriftLook> = {}): string {
  return driftIssueText(lookOf(findings, given), view).body;
}

const differing = (id: string): DriftFinding => DIFFERENCES.find((finding) => finding.id === id)!;
const other = (id: string): DriftFinding => OTHERS.find((finding) => finding.id === id)!;

describe('what is snoozed', () => {
  const snoozed = [{ finding: other('password/bo'), until: '2027-01-31', reason: 'a demo' }];

  test('is not told as an account that is as team.yaml says', () => {
    const clean = told([], { snoozed });
    expect(clean).not.toContain('as team.yaml says.');
    expect(clean).toContain('The account is as team.yaml says, but for 1 finding that team.yaml snoozes.');
    expect(driftIssueText(lookOf([], { snoozed }), view).title).toContain('but for what is snoozed there (1 finding)');
    const looked = { at: AT.toISOString(), commit: null, runUrl: null };
    expect(cleanLine(looked, { pending: false, snoozed: 1, undone: 0 })).toMatch(
      /^But for what is snoozed there, the account is as team\.yaml says/,
    );
  });

  test('until a day that has passed is not told as gone while it stands above', () => {
    const look = { idle: ['old-key/ada', 'password/bo'] };
    for (const text of [told([other('password/bo')], look), issue([other('password/bo')], look)]) {
      const [, passed = '', gone = ''] = text.split(/Snoozed in team\.yaml/);
      expect(passed).toMatch(/until a day that has passed[\s\S]*password\/bo/);
      expect(passed).not.toContain('old-key/ada');
      expect(gone).toMatch(/not found[\s\S]*old-key\/ada/);
      expect(gone).not.toMatch(/[-`] ?`?password\/bo`?$/m);
    }
  });
});

describe('when AWS made its report', () => {
  const WORDS = 'Keys and passwords as of 25 Nov 2026 03:04 UTC, when AWS made its report.';

  test.each(['outside/old-mturk-user/spends', 'used-key/cy', 'extra-keys/bo', 'password/bo', 'root-keys'])(
    'is told with %s',
    (id) => {
      expect(told([other(id)])).toContain(WORDS);
      expect(issue([other(id)])).toContain(WORDS);
    },
  );

  test('is not told where nothing depends on it, or there was none', () => {
    expect(told(DIFFERENCES)).not.toContain('Keys and passwords as of');
    expect(told([other('password/bo')], { reportedAt: null })).not.toContain('Keys and passwords as of');
  });
});

describe('a stray', () => {
  type Effect = Extract<DriftFinding['what'], { kind: 'stray' }>['effect'];
  const ghost = (other('stray/user/ghost/administers').what as { effect: Effect }).effect;
  const strayUser = (holding: object, effect: Partial<Effect> = {}): DriftFinding =>
    finds('stray/user/ghost', {
      kind: 'stray',
      effect: {
        ...ghost,
        ...effect,
        stray: { ...ghost.stray, holding: { ...ghost.stray.holding, ...holding } } as never,
      },
    });

  test('is taken out of groups first, and what only denies is left to it', () => {
    const text = told([
      strayUser({
        attached: ['arn:aws:iam::aws:policy/AWSDenyAll', 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess'],
        inline: [
          { name: 'limits', document: document('Deny', '*') },
          { name: 'extra', document: document('Allow', '*') },
        ],
      }),
    ]);
    expect(text.match(/aws iam \S+/g)).toEqual([
      'aws iam remove-user-from-group',
      'aws iam detach-user-policy',
      'aws iam delete-user-policy',
    ]);
    expect(text).toContain('--policy-name extra');
    expect(text).not.toContain('AWSDenyAll --');
  });

  test('that can do nothing is to be deleted, or snoozed', () => {
    const text = told([strayUser({ groups: [], attached: [] }, { people: [], administrators: [] })]);
    expect(text).toContain('delete it in the console (IAM, Users) where nobody needs it, or write down under snoozed');
  });

  const gone = differing('user-removed/eve');
  const tags = (key: string) => ({ 'mturk-team:lab': team.lab, 'mturk-team:member': key });

  test.each([
    ['with her tags', strayUser({ tags: tags('eve') }), true],
    ["with somebody else's tags", strayUser({ tags: tags('bo'), inline: [{ name: 'limits', document: null }] }), false],
    ['without tags, and with limits', strayUser({ tags: {}, inline: [{ name: 'limits', document: null }] }), true],
    ['that is like nobody of the lab', strayUser({ tags: {} }), false],
  ])('%s may be a member who was renamed', (_what, stray, isRenamed) => {
    const words = 'Somebody deleted, or renamed, the user of Eve Lindqvist';
    expect(told([gone, stray]).includes(words)).toBe(isRenamed);
    expect(issue([gone, stray]).includes(words)).toBe(isRenamed);
  });

  test('need not be seen where CloudTrail tells of the new name', () => {
    expect(told([{ ...gone, by: { ...BY_ADA, renamedTo: 'ghost' } }])).toContain(
      "Somebody renamed the user of Eve Lindqvist to ghost, which keeps its keys (by Ada O'Neill",
    );
  });

  test('with the policy of a role whose group is gone may be that group', () => {
    const all = [differing('group-removed/paymaster'), other('stray/group/old-payers/spends')];
    expect(told(all)).toContain('Somebody deleted, or renamed, the group paymaster');
    expect(told(all.slice(0, 1))).toContain('Somebody deleted the group paymaster');
  });
});

describe('what is meant', () => {
  const removed = differing('member-removed/eve/results-reader');

  test('by taking the only role is a suspension, or a departure: a member without roles is refused', () => {
    expect(told([removed])).toContain(
      'write suspended: true for eve in team.yaml (it is the only role), or move eve from members to departed',
    );
    const people = new Map([...naming.people].map(([name, person]) => [name, { ...person, roles: ['a', 'b'] }]));
    const lines = driftLines(lookOf([removed]), { ...naming, people }, { at: AT, reconcile: false });
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain('take results-reader from the roles of eve');
  });
});

describe('a key', () => {
  const oldKey = (given: { other?: AccessKey | null; isSuspended?: boolean }): DriftFinding => {
    const { what } = other('old-key/eve');
    return finds('old-key/eve', { ...(what as Extract<DriftFinding['what'], { kind: 'old-key' }>), ...given });
  };
  const actions = (text: string) => [...text.matchAll(/aws iam (\S+-access-keys?)/g)].map(([, action]) => action);

  test.each([
    ['alone', {}, ['create-access-key', 'update-access-key']],
    ['of somebody who is suspended', { isSuspended: true }, ['update-access-key']],
    ['beside a young one', { other: key({ created: '2026-11-20T09:00:00Z' }) }, ['update-access-key']],
    ['beside one that is as old', { other: key() }, ['update-access-key']],
    [
      'beside one that is switched off',
      { other: key({ active: false }) },
      ['delete-access-key', 'create-access-key', 'update-access-key'],
    ],
  ])('that is old, %s, is replaced where there is room for another', (_what, given, expected) => {
    expect(actions(told([oldKey(given)]))).toEqual(expected);
  });

  test('that was used and is switched off needs no switching off', () => {
    const used = finds('used-key/cy', {
      kind: 'used-key',
      user: userOf('cy'),
      key: key({ active: false, lastUsed: '2026-11-24T20:15:00Z' }),
      because: 'suspended',
    });
    expect(actions(told([used]))).toEqual([]);
    expect(told([used])).not.toContain('Switch it off');
  });

  test('of somebody else of which only the report told is switched off by a command all the same', () => {
    const { what } = other('outside/old-mturk-user/spends');
    const finding = finds('outside/x', {
      ...(what as Extract<DriftFinding['what'], { kind: 'outside' }>),
      keys: [key({ id: null })],
    });
    expect(told([finding])).toContain(
      `for key in $(aws iam list-access-keys --user-name old-mturk-user --query "AccessKeyMetadata[?Status=='Active'].AccessKeyId" --output text); do aws iam update-access-key --user-name old-mturk-user --status Inactive --access-key-id "$key"; done`,
    );
  });

  test('without a name is told by what is known of it', () => {
    const keys = [key({ id: null }), key({ id: null, created: '2026-10-02T09:00:00Z', isUseKnown: false })];
    expect(told([finds('extra-keys/bo', { kind: 'extra-keys', user: userOf('bo'), keys, allowed: 1 })])).toContain(
      'One was made on 2 Mar 2026 and was never used; the other was made on 2 Oct 2026 and is not known to have been used.',
    );
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
    const { title, body } = pendingIssueText(lookOf(over), view)!;
    expect(title).toBe('perception-lab: a last day has passed, and the user is still there');
    expect(body).toContain(WORDS);
    for (const each of [text, title, body]) expect(each).not.toMatch(/does not want|changes of team|team.yaml has/);
  });
});

test('what was settled is told once, and not below a word that nobody did anything', () => {
  const settled = because('settled', [{ ...differing('member-added/bo/paymaster/spends'), people: [], risk: null }]);
  const pending = because('pending', [differing('member-removed/eve/results-reader')]);
  const text = told([...pending, ...settled], { class: 'pending' });
  expect(text).not.toContain('Nobody changed the account by hand');
  expect(text.match(/team\.yaml wants it/g)).toHaveLength(2);
  expect(text).toContain('- Somebody put Bo Chen into paymaster.');
  expect(issue([...pending, ...settled], { class: 'pending' })).toContain('- Somebody put Bo Chen into `paymaster`.');
});

describe('a look without a plan', () => {
  const [added] = because('undecided', [differing('member-added/bo/paymaster/spends')]);

  test('says what it leaves out, and of what nobody can tell only where there is such a thing', () => {
    expect(told([other('password/bo')], { planned: false })).toMatch(
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
    const text = told(because('undecided', [differing('user-removed/eve')]), { planned: false });
    expect(text).toContain('Eve Lindqvist cannot read results');
    expect(text).not.toContain('can no longer');
  });
});

test('whoever can do everything in the account stands first, and a key more is not counted as spending', () => {
  const root = other('root-keys').place;
  const administrator = other('outside/pi/administers').place;
  const rest = OTHERS.filter(({ id }) => !/^root-keys|administers$/.test(id)).map(({ place }) => place);
  expect(root).toBeLessThan(administrator);
  expect(administrator).toBeLessThan(Math.min(0, ...rest));
  const keys = { ...other('extra-keys/bo'), risk: 'spends' as const };
  expect(told([keys])).toContain('1 finding.');
  expect(told([keys, differing('member-added/bo/paymaster/spends')])).toContain('2 findings, 1 spends money.');
});

test('a document that gives and takes says why nothing undoes it, whether or not anybody has it', () => {
  const mixed = differing('document-changed/paymaster/harms-workers');
  expect(told([mixed])).toContain('It gives something and takes something away, so nothing undoes it unasked');
  expect(told([{ ...mixed, people: [] }])).toContain(
    'Undoing it could give somebody something as well as take something away, so nothing undoes it unasked',
  );
});

describe('an account that has nothing of the lab yet', () => {
  const missing = (kind: 'user-removed' | 'group-removed', name: string): DriftFinding =>
    finds(`${kind}/${name}`, {
      kind: 'difference',
      difference: kind === 'user-removed' ? { kind, user: userOf(name) } : { kind, group: userOf(name) },
    });
  const all = [
    ...team.members.map(({ key: name }) => missing('user-removed', name)),
    ...team.roles.map(({ key: name }) => missing('group-removed', name)),
    ...team.roles.map(({ key: name }) =>
      finds(`policy-removed/${name}`, {
        kind: 'difference',
        difference: { kind: 'policy-removed', arn: rolePolicyArn(team, name) },
      }),
    ),
  ];
  const WORDS = 'Nothing of this lab is on the account yet. mturk-team apply makes 6 users, 5 groups and 5 policies.';

  test.each(['pending', 'undecided'] as const)('is told in one sentence where all is %s', (cause) => {
    const text = told(because(cause, all), { class: 'pending' });
    expect(text).toBe(` ${WORDS}`);
    expect(issue(because(cause, all), { class: 'pending' })).toContain(WORDS);
  });

  test('leaves the rest to be told, and the boundary to whoever makes it', () => {
    const { title, body } = driftIssueText(
      lookOf([...because('pending', all), other('boundary/missing'), other('root-keys')]),
      view,
    );
    expect(title).toBe('perception-lab: nothing of team.yaml is on the account yet, and 1 finding besides');
    expect(body).toContain('an administrator runs mturk-team apply --bootstrap first');
    expect(body.match(/^\d+\. /gm)).toHaveLength(1);
    expect(pendingIssueText(lookOf(because('pending', all)), view)?.body).toContain(WORDS);
  });

  test('is not one where somebody deleted them, or one member is there', () => {
    expect(told(because('by-hand', all))).not.toContain('Nothing of this lab');
    expect(told(because('pending', all.slice(1)), { class: 'pending' })).not.toContain('Nothing of this lab');
  });
});

test('of a dead name it is said whether anybody can do by it what they should not', () => {
  const dead = other('dead-names/no-bonus');
  expect(told([dead])).toContain('Nobody can do more by it than team.yaml gives');
  expect(told([{ ...dead, risk: 'spends' }])).toContain(
    'Somebody among Bo Chen and old-mturk-user (not in team.yaml) can pay bonuses, and should not',
  );
  expect(told([dead, { ...dead, risk: 'spends' }])).not.toContain('if anything lets them');
});

test('what cannot be read may allow everything', () => {
  expect(told([differing('inline-added/user/eve/extra/spends')])).toContain('Eve Lindqvist may be able to spend money');
  const inline = [{ name: 'odd', document: null }];
  const odd = outsider(user('odd', { inline }), []);
  expect(told([finds('outside/odd/spends', odd, { risk: 'spends' })])).toContain('of the lab, may be able to do');
  const both = outsider(user('odd', { inline, attached: [FULL_ACCESS] }), []);
  expect(told([finds('outside/odd/spends', both, { risk: 'spends' })])).toContain('of the lab, can do everything');
  const { what } = other('stray/user/ghost/administers');
  if (what.kind !== 'stray') throw new Error('no stray');
  const stray = { ...what.effect.stray, holding: { ...what.effect.stray.holding, attached: [], inline } } as never;
  const ghost = finds('stray/user/ghost', { kind: 'stray', effect: { ...what.effect, stray } });
  expect(told([ghost])).toContain('ghost (not in team.yaml) may be able to do everything');
});

test('what the file does not want is deleted by an apply, and that is said', () => {
  const zed = differing('user-added/perception-lab-zed');
  expect(told([zed])).toContain('mturk-team apply deletes the user with its keys');
});

test('a tag that team.yaml does not have is left for its own reason', () => {
  const tag = { ...differing('tag-changed/bo/mturk-team=3Amember'), fate: 'leave' as const };
  expect(told([tag])).toContain('Somebody may have made the tag for a policy that goes by it, so nothing undoes it');
});
