import { actionOf, CAPABILITY_NAMES, type Capability, type Operation, operationsOf } from '../catalog/mturk.ts';
import type { PolicyDocument, Statement } from '../iam/document.ts';
import { policySize, QUOTAS } from '../iam/quotas.ts';
import { DAY_MS } from '../text/dates.ts';
import { labPath } from './names.ts';
import type { Member, Role, Team } from './team.ts';

const VERSION = '2012-10-17';
const DENY_ALL_STATEMENT = { Effect: 'Deny', Action: '*', Resource: '*' } as const;

/** The Sid of the Deny that a freeze puts into each role's policy. */
export const FREEZE_SID = 'Freeze';

/** Mechanical Turk's operations are on no resource, so that an Allow for one gives nothing. */
const NOTHING: Statement = {
  ...{ Sid: 'Nothing', Effect: 'Allow', Action: actionOf('GetHIT') },
  Resource: 'arn:aws:iam::aws:policy/AmazonMechanicalTurkReadOnly',
};

/** Null if it only attaches AWS's policies and nothing is frozen. An Allow per capability, one Deny, one for a freeze. */
export function rolePolicy(
  role: Pick<Role, 'allow' | 'deny' | 'keptDenies' | 'allowsNothing'>,
  freeze: readonly Capability[],
): PolicyDocument | null {
  const statements: Statement[] = CAPABILITY_NAMES.flatMap((capability) => {
    const operations = operationsOf(capability).filter((operation) => role.allow.includes(operation));
    return operations.length === 0 ? [] : [statement(sidOf(capability), 'Allow', operations)];
  });
  if (role.allowsNothing === true) statements.push(NOTHING);
  statements.push(...denyOf('Deny', role.deny), ...denyOf(FREEZE_SID, freeze.flatMap(operationsOf)));
  return documentWithin(QUOTAS.managedPolicySize, statements, role.keptDenies ?? []);
}

/** The Sid of the Deny of what an apply does not give back yet. */
export const WITHHELD_SID = 'Withheld';

/** The Sid of the Deny of what a group outside the lab's path could give beside the file. */
export const OUT_OF_REACH_SID = 'OutOfReach';

/** The Sid of the Deny that a role's policy keeps from an earlier file while no apply may widen it. */
export const NOT_WIDENED_SID = 'NotWidened';

/**
 * The inline policy that suspends a member, denies access before the first day and after the last one even if no workflow
 * runs, and what is withheld or out of reach; null if there is nothing to limit.
 */
export function limitsPolicy(
  member: Pick<Member, 'from' | 'until' | 'suspended' | 'withheld' | 'keptDenies' | 'outOfReach'>,
): PolicyDocument | null {
  const { from, until, suspended, withheld = [], keptDenies = [], outOfReach = [] } = member;
  const when = (operator: string, time: string) => ({ Condition: { [operator]: { 'aws:CurrentTime': time } } });
  const statements: readonly Statement[] = [
    ...(from === null ? [] : [{ Sid: 'From', ...DENY_ALL_STATEMENT, ...when('DateLessThan', `${from}T00:00:00Z`) }]),
    ...(until === null
      ? []
      : [{ Sid: 'Until', ...DENY_ALL_STATEMENT, ...when('DateGreaterThanEquals', endOf(until)) }]),
    ...(suspended ? [{ Sid: 'Suspended', ...DENY_ALL_STATEMENT }] : []),
    // Not among what a Deny of everything replaces: the rule asks for it again, and it would fit then.
    ...denyOf(OUT_OF_REACH_SID, outOfReach),
  ];
  return documentWithin(QUOTAS.inlinePoliciesSizePerUser, statements, keptDenies, denyOf(WITHHELD_SID, withheld));
}

/** Denies that do not fit into the quota (characters) become one of everything: the kept ones, then those of `withheld`, too. */
function documentWithin(
  quota: number,
  statements: readonly Statement[],
  keptDenies: readonly Statement[],
  withheld: readonly Statement[] = [],
): PolicyDocument | null {
  const of = (...denies: readonly Statement[]) => ({ Version: VERSION, Statement: [...statements, ...denies] });
  const whole = of(...withheld, ...keptDenies);
  if (whole.Statement.length === 0) return null;
  if (whole.Statement.length === statements.length) return whole;
  const isWithin = (document: PolicyDocument) => policySize(JSON.stringify(document)) <= quota;
  return [whole, of(...withheld, DENY_ALL_STATEMENT)].find(isWithin) ?? of(DENY_ALL_STATEMENT);
}

/**
 * The permissions boundary of every member: Mechanical Turk, and their own keys and MFA devices. It grants nothing; it is
 * the upper limit on every policy that is attached by mistake or malice.
 */
export function boundaryPolicy(team: Pick<Team, 'lab' | 'account'>): PolicyDocument {
  return {
    Version: VERSION,
    Statement: [
      { Sid: 'MechanicalTurk', Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' },
      {
        Sid: 'OwnCredentials',
        Effect: 'Allow',
        Action: [
          'iam:GetUser',
          'iam:ListAccessKeys',
          'iam:CreateAccessKey',
          'iam:UpdateAccessKey',
          'iam:DeleteAccessKey',
          'iam:ListMFADevices',
          'iam:EnableMFADevice',
          'iam:DeactivateMFADevice',
          'iam:ResyncMFADevice',
        ],
        Resource: `arn:aws:iam::${team.account}:user${labPath(team.lab)}${'${aws:username}'}`,
      },
    ],
  };
}

/** A Deny of some operations, if there are any. */
export function denyOf(sid: string, operations: readonly Operation[]): readonly Statement[] {
  return operations.length === 0 ? [] : [statement(sid, 'Deny', operations)];
}

function statement(sid: string, effect: 'Allow' | 'Deny', operations: readonly Operation[]): Statement {
  return { Sid: sid, Effect: effect, Action: operations.map(actionOf), Resource: '*' };
}

/** `results:read` -> `ResultsRead`: a Sid allows only letters and digits. */
function sidOf(capability: Capability): string {
  return capability.replace(/(^|:)(\w)/g, (_match, _colon, letter: string) => letter.toUpperCase());
}

/** The moment at which a day (`YYYY-MM-DD`, UTC) is over. IAM's years have four digits: what it cannot read denies at once. */
export function endOf(day: string): string {
  if (day === '9999-12-31') return `${day}T23:59:59Z`;
  return `${new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)}T00:00:00Z`;
}
