import { desiredAccess } from '../../../src/access/sources/desired.ts';
import type { PolicyVersion } from '../../../src/aws/types.ts';
import { scanOf } from '../../../src/drift/scan/scan.ts';
import type { PolicyDocument } from '../../../src/iam/document.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { boundaryPolicy } from '../../../src/team/documents.ts';
import { boundaryArn, rolePolicyArn } from '../../../src/team/names.ts';
import { AT, after, type Change, edit, NO_IDS, name, says, statement, TODAY } from '../../support/changed-account.ts';
import { inventoryOf } from '../../support/inventory-of.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const READER = rolePolicyArn(sampleTeam, 'results-reader');
const BOUNDARY = boundaryArn(sampleTeam);
const declared = desiredAccess(sampleTeam, TODAY);
const ours = declared.policies.find(({ arn }) => arn === READER)!.document!;
const wide = says(statement('Allow', 'mechanicalturk:*'));
const narrow = says(statement('Allow', 'mechanicalturk:GetHIT'));
const everything = says(statement('Allow', '*'));

/** Versions from `v1` on, that with the star in force. */
function versions(...documents: readonly (PolicyDocument | null | readonly ['*', PolicyDocument])[]): PolicyVersion[] {
  return documents.map((given, index) => {
    const isInForce = Array.isArray(given);
    const document = isInForce ? (given[1] as PolicyDocument) : (given as PolicyDocument | null);
    return { id: `v${index + 1}`, created: `2026-11-0${index + 1}T00:00:00Z`, isInForce, document };
  });
}

function scan(arn: string, list: readonly PolicyVersion[], change: Change = (account) => account) {
  const inventory = inventoryOf(change(declared), {}, {}, { [arn]: list });
  const applied = { team: appliedTeam(sampleTeam, TODAY), begun: [], ids: NO_IDS };
  return scanOf({ team: sampleTeam, today: TODAY, at: AT, inventory, plan: null, applied });
}

test.each<[string, string, readonly PolicyVersion[], readonly string[]]>([
  ['one version', READER, versions(['*', ours]), []],
  ['what applying leaves: wider and narrower ones, and older', READER, versions(wide, narrow, ['*', ours]), []],
  [
    'a newer one that gives all of Mechanical Turk',
    READER,
    versions(['*', ours], wide),
    ['non-default-policy-version/results-reader/v2'],
  ],
  ['a newer one that gives less', READER, versions(['*', ours], narrow), []],
  [
    'a newer one that gives more, and then the same again',
    READER,
    versions(['*', ours], wide, ours),
    ['non-default-policy-version/results-reader/v2'],
  ],
  [
    'a newer one that gives more than Mechanical Turk, where the default one cannot be read',
    READER,
    [{ ...versions(null)[0]!, isInForce: true }, ...versions(ours, says(statement('Allow', 's3:*'))).slice(1)],
    ['non-default-policy-version/results-reader/v2'],
  ],
  ['a newer one that gives the same', READER, versions(['*', ours], ours), []],
  [
    'a newer one that grants more from a date on, or under an unknown condition',
    READER,
    versions(
      ['*', ours],
      says(statement('Allow', 'mechanicalturk:*', after('2027-01-01T00:00:00Z'))),
      says(statement('Allow', 'mechanicalturk:*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })),
    ),
    ['non-default-policy-version/results-reader/v2', 'non-default-policy-version/results-reader/v3'],
  ],
  [
    'a newer one that cannot be read',
    READER,
    versions(['*', ours], null),
    ['non-default-policy-version/results-reader/v2'],
  ],
  [
    'a newer one that gives what is not of Mechanical Turk alone',
    READER,
    versions(['*', ours], says(...[ours.Statement].flat(), statement('Allow', 's3:*'))),
    ['non-default-policy-version/results-reader/v2'],
  ],
  [
    'a newer one that gives what is not of Mechanical Turk in a statement about it',
    READER,
    versions(['*', ours], says(...[ours.Statement].flat(), statement('Allow', ['mechanicalturk:GetHIT', 's3:*']))),
    ['non-default-policy-version/results-reader/v2'],
  ],
  [
    'a newer one that gives all but Mechanical Turk',
    READER,
    versions(
      ['*', ours],
      says(...[ours.Statement].flat(), {
        ...{ Effect: 'Allow', NotAction: 'mechanicalturk:*', Resource: '*' },
      }),
    ),
    ['non-default-policy-version/results-reader/v2'],
  ],
  [
    'an older one such as applying never makes',
    READER,
    versions(everything, ['*', ours]),
    ['non-default-policy-version/results-reader/v1'],
  ],
  [
    'an older one with a Deny that was kept',
    READER,
    versions(says(...[wide.Statement].flat(), statement('Deny', 's3:*')), ['*', ours]),
    [],
  ],
  [
    'an older one that cannot be read',
    READER,
    versions(null, ['*', ours]),
    ['non-default-policy-version/results-reader/v1'],
  ],
  [
    'an older one that gives all but Mechanical Turk',
    READER,
    versions(says({ ...{ Effect: 'Allow', NotAction: 'mechanicalturk:*', Resource: '*' } }), ['*', ours]),
    ['non-default-policy-version/results-reader/v1'],
  ],
  [
    'an older one that gives an operation of another service, too',
    READER,
    versions(
      says(statement('Allow', 'mechanicalturk:GetHIT'), statement('Allow', ['mechanicalturk:GetHIT', 's3:GetObject'])),
      ['*', ours],
    ),
    ['non-default-policy-version/results-reader/v1'],
  ],
  [
    'two newer ones, the one worse than the other',
    READER,
    versions(['*', ours], everything, narrow, wide),
    ['non-default-policy-version/results-reader/v2', 'non-default-policy-version/results-reader/v4'],
  ],
  [
    'a newer one of the boundary',
    BOUNDARY,
    versions(['*', boundaryPolicy(sampleTeam)], everything),
    ['non-default-policy-version/perception-lab/v2'],
  ],
  [
    'a newer one of the boundary that gives what bootstrap does, where less is in force',
    BOUNDARY,
    versions(['*', narrow], says(...[boundaryPolicy(sampleTeam).Statement].flat(), statement('Deny', 's3:*'))),
    [],
  ],
  [
    'an older one of the boundary, which lets through what bootstrap does not, by name',
    BOUNDARY,
    versions(says(statement('Allow', ['mechanicalturk:*', 'iam:ListSSHPublicKeys'])), [
      '*',
      boundaryPolicy(sampleTeam),
    ]),
    ['non-default-policy-version/perception-lab/v1'],
  ],
  [
    'an older one of the boundary, which lets through what bootstrap does, and a narrower one is in force',
    BOUNDARY,
    versions(boundaryPolicy(sampleTeam), ['*', narrow]),
    [],
  ],
  [
    'an older one of the boundary, which lets through everything',
    BOUNDARY,
    versions(everything, ['*', boundaryPolicy(sampleTeam)]),
    ['non-default-policy-version/perception-lab/v1'],
  ],
])('versions of a policy that lie in wait: %s', (_what, arn, list, expected) => {
  const found = scan(arn, list);
  expect(found.findings.map(({ id }) => id).sort()).toEqual(expected);
  for (const { cause, remediation, risk } of found.findings)
    expect([cause, remediation, risk]).toEqual(['manual', 'manual', null]);
});

test('after a return to an older version, the version that was applied is not reported', () => {
  const list = versions(['*', narrow], wide, ours);
  expect(scan(READER, list, edit(READER, narrow)).findings.map(({ id }) => id)).toEqual([
    'policy-changed/results-reader',
  ]);
});

test('a version that lies in wait tells what it would give, and to whom', () => {
  const [finding] = scan(
    READER,
    versions(['*', ours], says(...[ours.Statement].flat(), statement('Allow', 'mechanicalturk:SendBonus'))),
  ).findings;
  // Who may pay already, and who is suspended, gains nothing.
  expect(finding?.data).toEqual({
    arn: READER,
    version: 'v2',
    created: '2026-11-02T00:00:00Z',
    operations: ['SendBonus'],
    isBeyond: false,
    users: [name('bo')],
  });
});

test('of a version that cannot be read, nothing is known but that it may allow anything', () => {
  const [finding] = scan(READER, versions(['*', ours], null)).findings;
  expect(finding?.data).toMatchObject({ isBeyond: true, operations: [], users: [] });
});

test('of a boundary of which nothing in force can be read, each version that allows something is one', () => {
  const others = versions(null, says(statement('Allow', 's3:*')), says(statement('Deny', 's3:*')));
  const list = others.map((version, index) => ({ ...version, isInForce: index === 0 }));
  expect(scan(BOUNDARY, list).findings.map(({ id }) => id)).toEqual(['non-default-policy-version/perception-lab/v2']);
});
