import { FINDING_IDS, NOT_SNOOZABLE_IDS } from '../../src/diagnostics/finding-ids.ts';
import type { DriftFinding } from '../../src/drift/finding.ts';
import { findingIds } from '../../src/drift/scan/finding-id.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';
import { codesOf, teamText } from '../team/team-text.ts';

/** Names as bad as IAM lets them be, and a tag, which may be worse. */
const LONG = 'x'.repeat(128);
const ODD = 'a+b=c,d.e@f_g-h';
const TAG = 'Größe: 10 % / "x"\u202E';
const HOLDER = { kind: 'user', name: ODD } as const;
const ARN = `arn:aws:iam::123456789012:policy/team/division/${LONG}`;
const KEY = { id: null, active: true, created: null, lastUsed: null, isUseKnown: false };
/** One of each kind: a kind that is missing here does not compile. Of each only what an id is made from. */
const OF_EACH_KIND: { readonly [Rule in DriftFinding['rule']]: object } = {
  'user-deleted': { kind: 'user-deleted', user: 'perception-lab-bo' },
  'user-renamed': { user: ODD, to: LONG },
  'user-recreated': { user: ODD, created: '2026-11-25T08:00:00Z', isAcceptable: true },
  'name-taken': { holder: HOLDER, lab: 'vision' },
  'nothing-applied': {},
  'access-not-given': { user: ODD, others: [LONG] },
  'access-withheld': { user: ODD },
  'deny-kept': { holder: HOLDER },
  'group-renamed': { group: LONG, to: ODD },
  'group-deleted': { kind: 'group-deleted', group: 'perception-lab-paymaster' },
  'policy-deleted': { kind: 'policy-deleted', arn: ARN },
  'path-changed': { kind: 'path-changed', holder: { kind: 'group', name: LONG } },
  'membership-added': { kind: 'membership-added', user: ODD, group: LONG },
  'membership-removed': { kind: 'membership-removed', user: ODD, group: LONG },
  'policy-attached': { kind: 'policy-attached', holder: HOLDER, arn: ARN },
  'policy-detached': {
    kind: 'policy-detached',
    holder: HOLDER,
    arn: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess',
  },
  'inline-policy-added': { kind: 'inline-policy-added', holder: HOLDER, policy: LONG },
  'inline-policy-changed': { kind: 'inline-policy-changed', holder: HOLDER, policy: ODD },
  'inline-policy-removed': { kind: 'inline-policy-removed', holder: HOLDER, policy: LONG },
  'policy-changed': { kind: 'policy-changed', arn: ARN },
  'boundary-changed': { kind: 'boundary-changed', user: ODD },
  'user-without-boundary': { kind: 'boundary-changed', user: ODD },
  'tag-changed': { kind: 'tag-changed', user: ODD, tag: TAG },
  'resource-changed': {
    address: `aws_iam_user.${LONG}`,
    attributes: ['force_destroy', 'path', 'permissions_boundary', 'tags'],
  },
  'unmanaged-user': { user: LONG },
  'unmanaged-group': { group: ODD },
  'unmanaged-policy': { arn: ARN },
  'role-changed': { name: LONG, settings: ['trust'] },
  'bucket-changed': { name: 'perception-lab-state', settings: ['policy'] },
  'identity-provider-changed': {},
  'unmanaged-role': { arn: `arn:aws:iam::123456789012:role/${ODD}` },
  'boundary-policy-changed': { state: 'changed', wider: ['SendBonus'], narrower: ['GetHIT'] },
  'unmanaged-group-membership': { user: ODD, group: LONG },
  'retired-operations': { policy: LONG, holder: { kind: 'group', name: LONG } },
  'too-many-access-keys': { user: ODD, keys: [KEY, KEY, KEY], allowed: 1 },
  'old-access-key': { user: ODD },
  'unused-access-key': { user: ODD },
  'key-used-after-leaving': { user: ODD, key: { ...KEY, lastUsed: '2026-11-24T10:00:00Z' } },
  'console-password': { user: ODD },
  'ssh-key': { user: ODD },
  'signing-certificate': { user: ODD },
  'service-specific-credential': { user: ODD },
  'root-access-key': { keys: [KEY, KEY] },
  'non-default-policy-version': { arn: ARN, version: 'v7' },
};

test('the kinds that are known are those that can be found', () => {
  expect([...FINDING_IDS].sort()).toEqual(Object.keys(OF_EACH_KIND).sort());
});

test.each(Object.entries(OF_EACH_KIND))(
  'what is found as %s can be snoozed by its id, the second time, too, unless Terraform or bootstrap writes it',
  (rule, data) => {
    const team = {
      ...sampleTeam,
      roles: [...sampleTeam.roles, role({ key: 'aws' })],
      members: [...sampleTeam.members, member({ key: ODD })],
    };
    const idOf = findingIds(team);
    const of = (risk: DriftFinding['risk'], escalates: readonly string[] = []) =>
      idOf({ rule, data, risk, escalates } as DriftFinding);
    for (const id of [of('spends'), of('spends'), of(null), of('spends', ['bo'])]) {
      expect(id.split('/')[0]).toBe(rule);
      const snoozed = `snoozed:\n  ${JSON.stringify(id)}: { until: "2027-01-31", reason: known }`;
      const isNever = NOT_SNOOZABLE_IDS.some((each) => each === rule);
      const found = isNever ? ['snooze-not-possible'] : [];
      expect({ id, found: codesOf(teamText({ snoozed })) }).toEqual({ id, found });
    }
  },
);
