import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { permissionsOf } from '../src/aws/setup/roles.ts';
import type { PolicyDocument } from '../src/iam/document.ts';
import { boundaryPolicy, limitsPolicy, rolePolicy } from '../src/team/documents.ts';
import { WORKFLOW_ROLES, type WorkflowRole } from '../src/team/names.ts';
import { DEFAULT_STATE_KEY } from '../src/team/team.ts';
import { FIRST_TEAM } from './lifecycle-team.ts';
import type { PythonParts } from './python-parts.ts';
import type { Row } from './report.ts';

const FINDING = z.strictObject({ policy: z.string(), issue: z.string(), subject: z.string() });

type PolicyFinding = z.infer<typeof FINDING>;

interface ListedFinding {
  readonly policies: readonly string[];
  readonly issue: string;
  /** The whole subject: an action, a kind of escalation, a sentence. */
  readonly subject: RegExp;
  readonly reason: string;
}

const WRITERS: readonly WorkflowRole[] = ['apply'];

/** What parliament finds and is meant to be so. */
const LISTED: readonly ListedFinding[] = [
  {
    ...{ policies: WORKFLOW_ROLES, issue: 'RESOURCE_STAR', subject: /^iam:(Get|List)\w+$/ },
    reason: 'Every role reads the whole account: an unmanaged user or policy outside the path is a finding of drift.',
  },
  {
    ...{ policies: WRITERS, issue: 'PERMISSIONS_MANAGEMENT_ACTIONS', subject: /^iam:\w+$/ },
    reason: 'Apply exists to manage permissions; `reach.test.ts` lists each action with its resources.',
  },
  {
    ...{ policies: WRITERS, issue: 'PRIVILEGE_ESCALATION', subject: /^(CreateNewPolicyVersion|AddUserToGroup)$/ },
    reason: 'The boundary limits members; a user without one is the known limit in the threat model.',
  },
  {
    ...{ policies: WRITERS, issue: 'PRIVILEGE_ESCALATION', subject: /^(PutUserPolicy|AttachGroupPolicy)$/ },
    reason: 'A condition limits it, which parliament does not read: the boundary, or which policies may be attached.',
  },
  {
    ...{ policies: WRITERS, issue: 'MISMATCHED_TYPE_BUT_USABLE', subject: /StringEquals .* given Arn$/ },
    reason: 'The ARN of the boundary is compared as text, as AWS documents it: exactly, without wildcards.',
  },
  ...(['CREDENTIALS_EXPOSURE', 'PERMISSIONS_MANAGEMENT_ACTIONS', 'PRIVILEGE_ESCALATION'] as const).map((issue) => ({
    ...{ policies: ['keys'], issue, subject: /^(iam:(create|delete|update)accesskey|CreateAccessKey)$/ },
    reason:
      'Keys exists to change access keys of members, whom the boundary limits; the threat model says what a thief can do.',
  })),
  {
    ...{ policies: ['boundary'], issue: 'CREDENTIALS_EXPOSURE', subject: /^iam:(create|update)accesskey$/ },
    reason: "The boundary grants nothing; members may be allowed to manage their own user's keys.",
  },
  {
    ...{ policies: ['boundary'], issue: 'PERMISSIONS_MANAGEMENT_ACTIONS', subject: /^iam:\w+(accesskey|mfadevice)$/ },
    reason: "The boundary grants nothing; members may be allowed to manage their own user's keys and MFA devices.",
  },
  {
    ...{ policies: ['boundary'], issue: 'PRIVILEGE_ESCALATION', subject: /^CreateAccessKey$/ },
    reason: 'The boundary names the own user alone: a key for it is no escalation.',
  },
];

/** Every permission policy that the project makes, by name; trust policies, which parliament cannot read, are judged by claims. */
function generatedPolicies(): Readonly<Record<string, PolicyDocument>> {
  const state = { bucket: 'perception-lab-terraform', key: DEFAULT_STATE_KEY };
  const { roles, members } = FIRST_TEAM;
  const made: (readonly [string, PolicyDocument | null])[] = [
    ...WORKFLOW_ROLES.map((role) => [role, permissionsOf(role, { ...FIRST_TEAM, state })] as const),
    ['boundary', boundaryPolicy(FIRST_TEAM)],
    ...roles.map((role) => [`role ${role.key}`, rolePolicy(role, [])] as const),
    ...roles.map((role) => [`frozen role ${role.key}`, rolePolicy(role, ['pay:bonus', 'hits:publish'])] as const),
    ...members.map((member) => [`limits ${member.key}`, limitsPolicy({ ...member, from: '2026-12-01' })] as const),
  ];
  return Object.fromEntries(made.filter((each): each is [string, PolicyDocument] => each[1] !== null));
}

/** Sorts findings into those that a listed reason explains, and problems: the others, and reasons that explain none. */
export function judgeFindings(found: readonly PolicyFinding[], listed: readonly ListedFinding[] = LISTED) {
  const explains = ({ policies, issue, subject }: ListedFinding, finding: PolicyFinding) =>
    policies.includes(finding.policy) && issue === finding.issue && subject.test(finding.subject);
  const unexpected = found.filter((finding) => !listed.some((each) => explains(each, finding)));
  const stale = listed.filter((each) => !found.some((finding) => explains(each, finding)));
  return {
    explained: [...new Set(listed.filter((each) => !stale.includes(each)).map(({ reason }) => reason))],
    problems: [
      ...unexpected.map(({ policy, issue, subject }) => `${policy}: ${issue} ${subject}`.trimEnd()),
      ...stale.map(({ issue, reason }) => `listed, but found no longer: ${issue}: ${reason}`),
    ],
  };
}

/** Lints every generated permission policy with parliament. */
export async function policyFindingsRow(parts: PythonParts, sources: string): Promise<Row> {
  const policies = generatedPolicies();
  const running = promisify(execFile)(parts.python, [join(sources, 'lint_policies.py')]);
  running.child.stdin?.end(JSON.stringify(policies));
  const found = z.array(FINDING).parse(JSON.parse((await running).stdout));
  const { explained, problems } = judgeFindings(found);
  return {
    account: 'the policies',
    provider: 'none',
    engine: 'parliament 1.6.4',
    compared: `${Object.keys(policies).length} permission policies: of the roles of the workflows, the boundary, roles, a freeze, limits of members`,
    result:
      problems.length === 0
        ? `no finding without a reason; ${explained.length} reasons`
        : `${problems.length} unexpected`,
    onPurpose: explained,
    problems,
    checks: Object.keys(policies).length,
  };
}
