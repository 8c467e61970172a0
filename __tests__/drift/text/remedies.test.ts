import type { AccessKey } from '../../../src/aws/inventory/inventory.ts';
import type { DriftFinding } from '../../../src/drift/finding.ts';
import { driftLines } from '../../../src/drift/text/lines.ts';
import { AT, BY_ADA, document, finds, key, lookOf, naming, team, userOf } from '../../support/sample-looks.ts';
import { differing, other, told } from '../../support/told.ts';

describe('a stray', () => {
  type Effect = Extract<DriftFinding['what'], { kind: 'stray' }>['effect'];
  const ghost = (other('stray/user/ghost/administers').what as { effect: Effect }).effect;
  const strayUser = (holding: object, effect: Partial<Effect> = {}): DriftFinding =>
    finds('stray/user/ghost', {
      kind: 'stray',
      effect: {
        ...ghost,
        ...effect,
        stray: { ...ghost.stray, holding: { ...ghost.stray.details, ...holding } } as never,
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

  const gone = differing('user-deleted/eve');
  const tags = (key: string) => ({ 'mturk-team:lab': team.lab, 'mturk-team:member': key });

  test.each([
    ['with her tags', strayUser({ tags: tags('eve') }), true],
    ["with somebody else's tags", strayUser({ tags: tags('bo'), inline: [{ name: 'limits', document: null }] }), false],
    ['without tags, and with limits', strayUser({ tags: {}, inline: [{ name: 'limits', document: null }] }), true],
    ['that is like nobody of the lab', strayUser({ tags: {} }), false],
  ])('%s may be a member who was renamed', (_what, stray, isRenamed) => {
    const words = 'Somebody deleted, or renamed, the user of Eve Lindqvist';
    expect(told([gone, stray]).includes(words)).toBe(isRenamed);
  });

  test('need not be seen where CloudTrail tells of the new name', () => {
    expect(told([{ ...gone, by: { ...BY_ADA, renamedTo: 'ghost' } }])).toContain(
      "Somebody renamed the user of Eve Lindqvist to ghost, which keeps its keys (by Ada O'Neill",
    );
  });

  test('with the policy of a role whose group is gone may be that group', () => {
    const all = [differing('group-deleted/paymaster'), other('stray/group/old-payers/spends')];
    expect(told(all)).toContain('Somebody deleted, or renamed, the group paymaster');
    expect(told(all.slice(0, 1))).toContain('Somebody deleted the group paymaster');
  });
});

describe('what is meant', () => {
  const removed = differing('membership-removed/eve/results-reader');

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
    const { what } = other('old-access-key/eve');
    return finds('old-access-key/eve', {
      ...(what as Extract<DriftFinding['what'], { kind: 'old-access-key' }>),
      ...given,
    });
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
    const used = finds('key-used-after-leaving/cy', {
      kind: 'key-used-after-leaving',
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
    expect(
      told([finds('too-many-access-keys/bo', { kind: 'too-many-access-keys', user: userOf('bo'), keys, allowed: 1 })]),
    ).toContain(
      'One was made on 2 Mar 2026 and was never used; the other was made on 2 Oct 2026 and is not known to have been used.',
    );
  });
});

test('a document that gives and takes says why nothing undoes it, whether or not anybody has it', () => {
  const mixed = differing('policy-changed/paymaster/harms-workers');
  expect(told([mixed])).toContain('It gives something and takes something away, so nothing undoes it unasked');
  expect(told([{ ...mixed, people: [] }])).toContain(
    'Undoing it could give somebody something as well as take something away, so nothing undoes it unasked',
  );
});

test('what the file does not want is deleted by an apply, and that is said', () => {
  const zed = differing('user-added/perception-lab-zed');
  expect(told([zed])).toContain('mturk-team apply deletes the user with its keys');
});

test('a tag that team.yaml does not have is left for its own reason', () => {
  const tag = { ...differing('tag-changed/bo/mturk-team=3Amember'), fate: 'leave' as const };
  expect(told([tag])).toContain('Somebody may have made the tag for a policy that goes by it, so nothing undoes it');
});
