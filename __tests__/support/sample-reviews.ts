import { diffAccess } from '../../src/access/diff.ts';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { block } from '../../src/diagnostics/block.ts';
import { fail } from '../../src/diagnostics/failure.ts';
import { blocksOf } from '../../src/guardrails/guardrails.ts';
import { usersToSuspend } from '../../src/review/apply/suspension.ts';
import { classifyPlan } from '../../src/review/changes/classify-plan.ts';
import { unappliedSettings } from '../../src/review/changes/file-changes.ts';
import { reviewedPeople } from '../../src/review/changes/people.ts';
import { reviewOf } from '../../src/review/changes/review.ts';
import type { CommentView } from '../../src/review/comment/comment.ts';
import type { StaleDriftCheck } from '../../src/review/comment/stale-drift-check.ts';
import type {
  PlannedResource,
  Question,
  QuickCheck,
  Review,
  ReviewedPlan,
  UnexplainedChange,
} from '../../src/review/manifest/schema.ts';
import type { Member, Team } from '../../src/team/team.ts';
import { IDENTITIES } from './recipients.ts';
import { recordedPlan } from './recorded-plan.ts';
import { member, role, sampleTeam } from './sample-team.ts';

export const TODAY = '2026-11-25';
export const AT = new Date(`${TODAY}T11:04:00Z`);

/** The team with another set of members, or something else about it. */
export function teamWith(change: Partial<Team>, base: Team = sampleTeam): Team {
  return { ...base, ...change };
}

/** The same team, in which one member is otherwise. */
function withMember(key: string, change: Partial<Member>, base: Team = sampleTeam): Team {
  return teamWith({ members: base.members.map((each) => (each.key === key ? { ...each, ...change } : each)) }, base);
}

const eve = member({
  key: 'eve',
  name: 'Eve Lindqvist',
  roles: ['results-reader', 'task-publisher'],
  until: '2027-05-31',
  sponsor: 'ada',
});

function reviewFrom(before: Team, after: Team): Review {
  return reviewOf({ before, after, today: TODAY, at: AT });
}

/** A plan by its resources; its counts are theirs. */
export function planOf(resources: readonly PlannedResource[]): ReviewedPlan {
  const having = (action: string) => resources.filter(({ actions }) => actions.includes(action)).length;
  return {
    add: having('create'),
    change: having('update'),
    destroy: having('delete'),
    replace: resources.filter(({ actions }) => actions.length > 1).length,
    import: 0,
    resources,
  };
}

/** What a plan holds for a new member with two roles and a last day. */
function resourcesOfJoining(key: string, roles: readonly string[]): readonly PlannedResource[] {
  return [
    ...roles.map((role) => resource('update', `aws_iam_group_membership.role_${role}`, ['users'])),
    resource('create', `aws_iam_user.member_${key}`),
    resource('create', `aws_iam_user_policies_exclusive.member_${key}`),
    resource('create', `aws_iam_user_policy.member_${key}_limits`),
    resource('create', `aws_iam_user_policy_attachments_exclusive.member_${key}`),
  ];
}

export function resource(action: string, address: string, attributes: readonly string[] = []): PlannedResource {
  return { address, actions: action.split(','), attributes };
}

/** A view of a review, planned by default. */
export function viewOf(review: Review | null, change: Partial<CommentView> = {}): CommentView {
  const planned = (review?.plan ?? null) !== null;
  return {
    review,
    state: 'planned',
    failure: null,
    footer: {
      commit: '3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4',
      tools: planned ? { engine: 'OpenTofu 1.10.3', provider: 'hashicorp/aws 6.25.0' } : null,
      runUrl: 'https://github.com/perception-lab/team/actions/runs/19283746',
      at: AT.toISOString(),
    },
    reveal: false,
    ...change,
  };
}

/** The team of the recorded plans, as the files would have it. */
const recordedTeam = teamWith({
  roles: sampleTeam.roles.filter(({ key }) => key !== 'everything-but-bonus'),
  members: [
    ...sampleTeam.members.filter(({ key }) => ['ada', 'bo', 'cy'].includes(key)),
    member({ key: 'dee', name: 'Dee Okafor', roles: ['results-reader', 'paymaster'] }),
  ],
  departed: [],
});

/** The review of a plan that the real provider made, with nothing changed in the file. */
export function recordedReview(name: string, after: Team = recordedTeam): Review {
  const plan = recordedPlan(name);
  const report = classifyPlan(plan, sampleTeam.account);
  const { before: was, after: will } = report.access;
  return reviewOf({
    before: recordedTeam,
    after,
    today: TODAY,
    at: AT,
    plan: {
      plan,
      classification: report,
      blocks: blocksOf(plan, after, TODAY),
      suspendedDuringApply: usersToSuspend(was, will, AT),
    },
  });
}

const NO_DRIFT: QuickCheck = { findings: [], isAccessKnown: true, notChecked: [] };

const OTHER_FINDINGS: QuickCheck = {
  ...NO_DRIFT,
  findings: [
    {
      id: 'unmanaged-group/perception-lab-shadow/spends',
      effect: 'spends',
      people: [{ user: 'perception-lab-bo', key: 'bo', name: 'Bo Chen' }],
    },
    {
      id: 'membership-removed/gus/results-reader',
      effect: 'lost-access',
      people: [{ user: 'perception-lab-gus', key: 'gus', name: '李小龍' }],
    },
    { id: 'console-password/bo', effect: null, people: [] },
  ],
};

const withEve = teamWith({ members: [...sampleTeam.members, eve] });
const boReads = withMember('bo', { roles: ['results-reader'] });
const withEveAndBonus = withMember('bo', { roles: ['paymaster', 'results-reader'], until: null }, withEve);
const withEveLater = teamWith({ members: [...sampleTeam.members, { ...eve, from: '2027-01-10' }] });
const joining = resourcesOfJoining('eve', ['results-reader', 'task-publisher']);

/** The same if the user exists already, and a group that the state has lost. */
const importing = [
  ...joining.map((each) =>
    each.address === 'aws_iam_user.member_eve'
      ? resource('update', each.address, ['permissions_boundary', 'tags'])
      : each,
  ),
  resource('no-op', 'aws_iam_group.role_paymaster'),
];

const drift: readonly UnexplainedChange[] = [
  {
    kind: 'manual-change-reverted',
    difference: {
      kind: 'membership-added',
      group: 'perception-lab-paymaster',
      user: 'perception-lab-bo',
      unmanaged: false,
    },
    address: null,
    attributes: [],
  },
  {
    kind: 'manual-change-reverted',
    difference: { kind: 'tag-changed', user: 'perception-lab-fay', tag: 'note', from: null, to: 'x' },
    address: null,
    attributes: [],
  },
];

/** Eve joins, and Bo is removed from a group, which reverts a manual change. */
function driftAndEve(): Review {
  const after = desiredAccess(withEve, TODAY);
  const declared = desiredAccess(sampleTeam, TODAY);
  const before = {
    ...declared,
    users: declared.users.map((user) =>
      user.name === 'perception-lab-bo' ? { ...user, groups: [...user.groups, 'perception-lab-paymaster'] } : user,
    ),
  };
  const teams = { before: sampleTeam, after: withEve };
  const { people, unchanged } = reviewedPeople(diffAccess(before, after, AT), teams, new Set());
  return {
    ...planned(sampleTeam, withEve, [
      ...joining,
      resource('update', 'aws_iam_group_membership.role_paymaster', ['users']),
      resource('update', 'aws_iam_user.member_fay', ['tags']),
    ]),
    people,
    unchanged: unchanged.length,
    unexplained: drift,
    suspendedDuringApply: ['perception-lab-eve', 'perception-lab-bo'],
  };
}

/** Five hundred students at once, a third of whom may publish. */
function classOf(size: number): readonly Member[] {
  return Array.from({ length: size }, (_, index) =>
    member({
      key: `s${index + 1}`,
      name: `Student ${index + 1}`,
      roles: index % 3 === 0 ? ['results-reader', 'task-publisher'] : ['results-reader'],
      until: '2027-02-28',
      sponsor: 'ada',
    }),
  );
}

const students = classOf(500);
const withStudents = teamWith({ members: [...sampleTeam.members, ...students] });

const gusLeft = teamWith({
  members: sampleTeam.members.filter(({ key }) => key !== 'gus'),
  departed: [...sampleTeam.departed, { key: 'gus', left: TODAY, reason: 'graduated' }],
});

const leaving: readonly PlannedResource[] = [
  resource('delete', 'aws_iam_user.member_gus'),
  resource('delete', 'aws_iam_user_policies_exclusive.member_gus'),
  resource('delete', 'aws_iam_user_policy.member_gus_limits'),
  resource('delete', 'aws_iam_user_policy_attachments_exclusive.member_gus'),
  resource('update', 'aws_iam_group_membership.role_everything-but-bonus', ['users']),
];

const bonusForReaders = teamWith({
  roles: sampleTeam.roles.map((each) =>
    ['results-reader', 'task-publisher'].includes(each.key) ? { ...each, allow: [...each.allow, 'SendBonus'] } : each,
  ),
});

/** The role keeps three of the five operations of `hits:publish`. */
const publishesLess = teamWith({
  roles: sampleTeam.roles.map((each) =>
    each.key === 'task-publisher'
      ? {
          ...each,
          allow: each.allow.filter(
            (name) => !['UpdateHITTypeOfHIT', 'CreateAdditionalAssignmentsForHIT'].includes(name),
          ),
        }
      : each,
  ),
});

const newRules = teamWith({
  owners: ['fay'],
  roles: [...sampleTeam.roles, role({ key: 'auditor', allow: ['GetAccountBalance', 'ListBonusPayments'] })],
  freeze: ['pay:bonus', 'pay:approve'],
  settings: { ...sampleTeam.settings, maxRemovals: 10 },
});

/** Nothing that anybody may do changes, and much of what the lab relies on to learn what was done behind its back. */
const newWatch = teamWith({
  members: sampleTeam.members.map((each) => (each.key === 'bo' ? { ...each, keys: 2 } : each)),
  settings: {
    ...sampleTeam.settings,
    keyMaxAgeDays: 180,
    reconcile: 'all',
    deleteAfterDays: 30,
    driftEveryHours: 48,
    renewBeforeDays: 14,
  },
  snoozed: [
    {
      finding: 'unmanaged-user/old-mturk-user/spends',
      until: '2027-01-31',
      reason: 'its last study ends in January.\nNo one gains anything; [approve](https://evil.example) @ada',
    },
  ],
});

/** Eve joins, and the user of another member is replaced. */
const REPLACED = new Set(['perception-lab-fay']);
const replacing = reviewedPeople(
  diffAccess(desiredAccess(sampleTeam, TODAY), desiredAccess(withEve, TODAY), AT, REPLACED),
  { before: sampleTeam, after: withEve },
  REPLACED,
);

/** What was merged and refused: nothing of it is for Terraform. */
const merged = teamWith(
  { owners: ['ada', 'bo'], settings: { ...sampleTeam.settings, neighbors: ['other-lab'], maxRemovals: 10 } },
  withMember('bo', { github: 'bo-mallory', recipient: IDENTITIES[0].recipient }),
);

function planned(before: Team, after: Team, resources: readonly PlannedResource[]): Review {
  return { ...reviewFrom(before, after), plan: planOf(resources) };
}

/** The last drift check was on Friday. */
const LATE: StaleDriftCheck = {
  workflow: 'drift.yml',
  last: '2026-11-20T05:17:03Z',
  since: '2026-09-01T10:00:00Z',
  everyHours: 24,
  off: null,
};

const EXISTING_EVE: Question = {
  ...{ kind: 'imported-credentials', user: 'perception-lab-eve' },
  keys: [{ created: '2026-11-01T09:00:00Z', by: null }],
  others: ['password'],
  notChecked: ['services'],
};

/** Every comment with a golden file, by its name. */
export function sampleViews(): Readonly<Record<string, CommentView>> {
  const addsEve = planned(sampleTeam, withEve, joining);
  const driftReview = recordedReview('12-drift');
  const leaves = recordedReview(
    '17-almost-all-leave',
    teamWith({ members: recordedTeam.members.slice(0, 1) }, recordedTeam),
  );
  return {
    'preview-student-and-bonus': viewOf(reviewFrom(boReads, withEveAndBonus), { state: 'preview' }),
    'student-and-bonus': viewOf(
      planned(boReads, withEveAndBonus, [
        ...joining,
        resource('update', 'aws_iam_group_membership.role_paymaster', ['users']),
        resource('delete', 'aws_iam_user_policy.member_bo_limits'),
        resource('update', 'aws_iam_user_policies_exclusive.member_bo', ['policy_names']),
      ]),
    ),
    'student-added': viewOf(addsEve),
    'user-imported': viewOf({
      ...addsEve,
      plan: { ...planOf(importing), import: 2 },
      questions: [EXISTING_EVE, ...addsEve.questions],
      unexplained: [
        { kind: 'imported', difference: null, address: 'aws_iam_user.member_eve', attributes: [] },
        { kind: 'imported', difference: null, address: 'aws_iam_group.role_paymaster', attributes: [] },
      ],
    }),
    'student-begins-later': viewOf(
      planned(sampleTeam, withMember('fay', { from: '2026-12-10' }, withEveLater), joining),
    ),
    // The worst is last by name, and another member's gain is of the same class.
    'everything-and-bonus': viewOf(
      planned(
        sampleTeam,
        withMember(
          'cy',
          { roles: ['paymaster'], suspended: false, until: '2027-05-31' },
          teamWith({
            members: [
              ...sampleTeam.members,
              member({ key: 'uma', name: 'Uma Patel', roles: ['full-access'], until: '2027-05-31', sponsor: 'ada' }),
            ],
          }),
        ),
        [
          ...resourcesOfJoining('uma', ['full-access']),
          resource('update', 'aws_iam_group_membership.role_paymaster', ['users']),
          resource('update', 'aws_iam_group_membership.role_results-reader', ['users']),
          resource('update', 'aws_iam_user_policy.member_cy_limits', ['policy']),
        ],
      ),
    ),
    'more-spending': viewOf(
      planned(sampleTeam, withMember('bo', { roles: ['paymaster', 'results-reader', 'task-publisher'] }), [
        resource('update', 'aws_iam_group_membership.role_paymaster', ['users']),
      ]),
    ),
    // Nothing is left for Terraform to do.
    'more-spending-done-manually': viewOf({
      ...planned(sampleTeam, withMember('bo', { roles: ['paymaster', 'results-reader', 'task-publisher'] }), []),
      unexplained: drift.slice(0, 1).map((each) => ({ ...each, kind: 'manual-change-kept' as const })),
    }),
    'student-and-merged-earlier': viewOf({ ...addsEve, unapplied: unappliedSettings(sampleTeam, merged, merged) }),
    'student-and-more-spending': viewOf(
      planned(sampleTeam, withMember('bo', { roles: ['paymaster', 'results-reader', 'task-publisher'] }, withEve), [
        ...joining,
        resource('update', 'aws_iam_group_membership.role_paymaster', ['users']),
      ]),
    ),
    'student-leaves': viewOf(planned(sampleTeam, gusLeft, leaving)),
    'role-gains-bonus': viewOf(
      planned(sampleTeam, bonusForReaders, [
        resource('update', 'aws_iam_policy.role_results-reader', ['policy']),
        resource('update', 'aws_iam_policy.role_task-publisher', ['policy']),
      ]),
    ),
    'settings-and-freeze': viewOf(
      planned(sampleTeam, newRules, [
        resource('create', 'aws_iam_group.role_auditor'),
        resource('create', 'aws_iam_policy.role_auditor'),
        resource('update', 'aws_iam_policy.role_paymaster', ['policy']),
        resource('update', 'aws_iam_policy.role_everything-but-bonus', ['policy']),
      ]),
    ),
    'recipient-changed': viewOf(
      planned(
        withMember('bo', { recipient: IDENTITIES[0].recipient }),
        withMember('bo', { recipient: IDENTITIES[1].recipient }),
        [],
      ),
    ),
    'drift-settings': viewOf(planned(sampleTeam, newWatch, [])),
    'user-replaced': viewOf(
      {
        ...planned(sampleTeam, withEve, [...joining, resource('delete,create', 'aws_iam_user.member_fay', ['name'])]),
        people: replacing.people,
        unchanged: replacing.unchanged.length,
        unexplained: [
          { kind: 'not-in-files', difference: null, address: 'aws_iam_user.member_fay', attributes: ['name'] },
        ],
        blocks: [block('member-replaced', { member: 'fay', user: 'perception-lab-fay', because: ['name'] })],
      },
      { state: 'blocked' },
    ),
    'partial-loss': viewOf(
      planned(sampleTeam, publishesLess, [resource('update', 'aws_iam_policy.role_task-publisher', ['policy'])]),
    ),
    'nothing-changes': viewOf(planned(sampleTeam, sampleTeam, [])),
    'descriptive-only': viewOf(planned(sampleTeam, withMember('bo', { name: 'Bo H. Chen', email: 'bo@lab.edu' }), [])),
    'manual-changes-reverted': viewOf(driftReview),
    'student-added-and-manual-changes': viewOf(driftAndEve()),
    'blocked-member-not-departed': viewOf(planned(sampleTeam, teamWith({ members: gusLeft.members }), leaving), {
      state: 'blocked',
    }),
    'blocked-too-many-removals': viewOf(leaves, { state: 'blocked' }),
    'plan-failed': viewOf(reviewFrom(sampleTeam, withEve), {
      state: 'failed',
      failure: {
        reason: 'plan-failed',
        detail: [
          'Error: reading IAM User (perception-lab-eve): operation error IAM: GetUser, https response error StatusCode: 403',
          '',
          '  with aws_iam_user.member_eve,',
          '  on cdk.tf.json line 214, in resource.aws_iam_user.member_eve:',
          '',
          'AccessDenied: User: arn:aws:sts::123456789012:assumed-role/mturk-plan/run-19283746 is not authorized to perform:',
          'iam:GetUser on resource: user perception-lab-eve',
        ].join('\n'),
      },
    }),
    'file-has-errors': viewOf(null, {
      lab: 'perception-lab',
      state: 'failed',
      failure: {
        reason: 'validate-failed',
        detail:
          'error[retired-operation]: `GrantBonus` no longer exists\n  --> team.yaml:14:26\n  reason: renamed in 2017; IAM accepts the old name, but it grants nothing',
      },
    }),
    'members-500': viewOf(
      planned(
        sampleTeam,
        withStudents,
        students.flatMap(({ key }) => resourcesOfJoining(key, [])),
      ),
    ),
    'stale-drift-check': viewOf(addsEve, { staleDriftCheck: LATE }),
    'stale-drift-check-never': viewOf(planned(sampleTeam, sampleTeam, []), {
      staleDriftCheck: { ...LATE, last: null, off: 'github' },
    }),
    applied: viewOf(addsEve, { state: 'applied', quickCheck: NO_DRIFT }),
    'applied-not-checked': viewOf(addsEve, { state: 'applied' }),
    'applied-other-findings': viewOf(addsEve, { state: 'applied', quickCheck: OTHER_FINDINGS }),
    'user-withheld': viewOf({
      ...addsEve,
      withheld: [{ of: 'member', key: 'bo', name: 'Bo Chen', kind: 'replaced', operations: [], found: null }],
      unchanged: addsEve.unchanged - 1,
    }),
    'other-findings': viewOf({ ...addsEve, quickCheck: OTHER_FINDINGS }),
    'apply-failed': viewOf(addsEve, {
      state: 'apply-failed',
      failure: {
        reason: 'apply-failed',
        error: fail('apply-failed', {
          reason: 'creating IAM User Policy (limits): ServiceFailure',
          progress: { done: 4, total: 6 },
        }).failure,
      },
    }),
  };
}
