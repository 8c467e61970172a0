import type { Difference } from '../../src/access/model-difference.ts';
import { FINDING_IDS, RENAMED_IDS } from '../../src/diagnostics/finding-ids.ts';
import type { DriftWhat } from '../../src/drift/finding.ts';
import { findingIds } from '../../src/drift/scan/finding-id.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';
import { codesOf, teamText } from '../team/team-text.ts';

type Kind = Exclude<DriftWhat['kind'], 'difference'> | Difference['kind'];

/** Names as bad as IAM lets them be, and a tag, which may be worse. */
const LONG = 'x'.repeat(128);
const ODD = 'a+b=c,d.e@f_g-h';
const TAG = 'Größe: 10 % / "x"\u202E';
const HOLDER = { kind: 'user', name: ODD } as const;
const ARN = `arn:aws:iam::123456789012:policy/team/division/${LONG}`;
const KEY = { id: null, active: true, created: null, lastUsed: null, isUseKnown: false };
const STRAY = { administrators: [], stray: { kind: 'user', name: LONG } };

/** One of each kind: a kind that is missing here does not compile. Of each only what an id is made from. */
const OF_EACH_KIND: Readonly<Record<Kind, object>> = {
  'user-added': { user: ODD },
  'user-deleted': { user: 'perception-lab-bo' },
  'group-added': { group: LONG },
  'group-deleted': { group: 'perception-lab-paymaster' },
  'policy-added': { arn: ARN },
  'policy-deleted': { arn: ARN },
  'path-changed': { holder: { kind: 'group', name: LONG } },
  'membership-added': { user: ODD, group: LONG },
  'membership-removed': { user: ODD, group: LONG },
  'policy-attached': { holder: HOLDER, arn: ARN },
  'policy-detached': { holder: HOLDER, arn: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess' },
  'inline-policy-added': { holder: HOLDER, policy: LONG },
  'inline-policy-changed': { holder: HOLDER, policy: ODD },
  'inline-policy-removed': { holder: HOLDER, policy: LONG },
  'policy-changed': { arn: ARN },
  'boundary-changed': { user: ODD },
  'tag-changed': { user: ODD, tag: TAG },
  attributes: {
    address: `aws_iam_user.${LONG}`,
    attributes: ['force_destroy', 'path', 'permissions_boundary', 'tags'],
  },
  stray: { effect: STRAY },
  boundary: { effect: { state: 'changed', wider: ['SendBonus'], narrower: ['GetHIT'] } },
  'unmanaged-group-membership': { user: ODD, group: LONG },
  outside: { user: LONG, isAdministrator: true },
  'retired-operations': { policy: LONG, holder: { kind: 'group', name: LONG } },
  'too-many-access-keys': { user: ODD, keys: [KEY, KEY, KEY], allowed: 1 },
  'old-access-key': { user: ODD },
  'unused-access-key': { user: ODD },
  'key-used-after-leaving': { user: ODD },
  'console-password': { user: ODD },
  'ssh-key': { user: ODD },
  'signing-certificate': { user: ODD },
  'service-specific-credential': { user: ODD },
  'root-access-key': { keys: [KEY, KEY] },
  'non-default-policy-version': { arn: ARN, version: 'v7' },
};

const WHATS = Object.entries(OF_EACH_KIND).map(([kind, fields]): DriftWhat => {
  const what = { kind, ...fields };
  return (
    fields === OF_EACH_KIND.attributes || !isDifference(kind) ? what : { kind: 'difference', difference: what }
  ) as DriftWhat;
});

function isDifference(kind: string): boolean {
  return kind === 'path-changed' || /-(?:added|removed|changed|deleted|attached|detached)$/.test(kind);
}

test('the kinds that may be snoozed are those that can be found', () => {
  const ids = new Set<string>([...FINDING_IDS, ...RENAMED_IDS]);
  expect(Object.keys(OF_EACH_KIND).filter((kind) => !ids.has(kind))).toEqual([]);
});

test.each(WHATS.map((what) => [what.kind === 'difference' ? what.difference.kind : what.kind, what] as const))(
  'what is found as %s can be snoozed by its id, the second time, too',
  (kind, what) => {
    const team = {
      ...sampleTeam,
      roles: [...sampleTeam.roles, role({ key: 'aws' })],
      members: [...sampleTeam.members, member({ key: ODD })],
    };
    const idOf = findingIds(team);
    for (const id of [idOf(what, 'spends'), idOf(what, 'spends'), idOf(what, null)]) {
      expect(id.split('/')[0]).toBe(kind);
      const snoozed = `snoozed:\n  ${JSON.stringify(id)}: { until: "2027-01-31", reason: known }`;
      expect({ id, found: codesOf(teamText({ snoozed })) }).toEqual({ id, found: [] });
    }
  },
);
