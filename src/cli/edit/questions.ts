import { operationsOfRole, risksOf } from '../../access/capability-access.ts';
import { CAPABILITIES, CAPABILITY_NAMES, type Capability, RISK_VERBS } from '../../catalog/mturk.ts';
import { isDay, isLastOwner, sponsoredBy, type Verb } from '../../edit/verbs.ts';
import { listIn, type TeamDraft } from '../../team/draft.ts';
import { recipientProblem } from '../../team/recipient.ts';
import { resolveRoles, wholeRole } from '../../team/resolve-roles.ts';
import { PATTERNS } from '../../team/schema.ts';

/** What was answered so far, by field of the edit. */
export type Answers = Readonly<Record<string, string | readonly string[] | undefined>>;

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A question for what an edit lacks. */
export interface Question {
  readonly field: string;
  /** How the answer is given without a terminal: `--until`, or `KEY` for an argument. */
  readonly option: string;
  readonly message: string;
  /** Whether it may stay open; then it is asked only if `isAsked`. */
  readonly optional?: boolean;
  /** Whether it is asked at all; always if left out. */
  isAsked?(draft: TeamDraft, answers: Answers): boolean;
  /** Answers to choose from; a line of text if left out. */
  choices?(draft: TeamDraft, answers: Answers): readonly Choice[];
  readonly many?: boolean;
  readonly example?: string;
  initial?(draft: TeamDraft, answers: Answers): readonly string[];
  problem?(answer: string): string | null;
}

const NONE = { value: '', label: 'no one' };

function membersOf(draft: TeamDraft, except?: unknown): readonly Choice[] {
  return draft.members
    .filter(([key]) => key !== except)
    .map(([key, { name }]) => ({ value: key, label: typeof name === 'string' ? `${name} (${key})` : key }));
}

const othersOf = (draft: TeamDraft, { member }: Answers) => membersOf(draft, member);

/** Roles with what they can do: `paymaster (spends money, harms workers, reads data)`. */
function rolesOf({ roles }: TeamDraft): readonly Choice[] {
  const resolved = resolveRoles(roles);
  return roles.map(({ key }) => {
    const role = wholeRole({ key, description: null, extends: [] }, resolved);
    const does = risksOf(operationsOfRole(role)).map((risk) => RISK_VERBS[risk].does);
    return { value: key, label: does.length === 0 ? key : `${key} (${does.join(', ')})` };
  });
}

const CAPABILITY_CHOICES = CAPABILITY_NAMES.map((name: Capability) => ({
  value: name,
  label: `${name} (${CAPABILITIES[name].can})`,
}));

const keyProblem = (answer: string) =>
  PATTERNS.id.test(answer) ? null : 'Use letters, digits and + = . @ _ -, a letter or digit first.';
const dayProblem = (answer: string) => (isDay(answer) ? null : 'Write a day that exists as YYYY-MM-DD.');
const filled = (answer: string) => (answer === '' ? 'Write at least one word.' : null);

const RECIPIENT_HELP = 'Copy the whole line that `mturk-team keys request` printed; it begins with age1.';

const MEMBER: Question = {
  ...{ field: 'member', option: 'MEMBER', message: 'Which member?' },
  choices: (draft) => membersOf(draft),
};
const ROLE: Question = { field: 'role', option: 'ROLE', message: 'Which role?', choices: rolesOf };
const REASON = (message: string, example: string): Question => ({
  ...{ field: 'reason', option: '--reason', message, example, problem: filled },
});
const PERMISSIONS: Question = {
  ...{ field: 'permissions', option: 'PERMISSION', message: 'Which capabilities?', many: true },
  choices: () => CAPABILITY_CHOICES,
};

/** What each edit asks for, in order. */
export const QUESTIONS: Readonly<Record<Verb, readonly Question[]>> = {
  'member add': [
    {
      ...{ field: 'member', option: 'MEMBER', example: 'zoe', problem: keyProblem },
      message: 'A short key for the member. It is part of the IAM user’s name, and must not change later.',
    },
    { field: 'name', option: '--name', message: 'Full name', example: 'Zoë Quist', problem: filled },
    { field: 'roles', option: '--role', message: 'Which roles?', choices: rolesOf, many: true },
    {
      ...{ field: 'until', option: '--until', message: 'Last day of access, as YYYY-MM-DD; empty for none' },
      ...{ optional: true, problem: (answer) => (answer === '' ? null : dayProblem(answer)) },
    },
    {
      ...{ field: 'sponsor', option: '--sponsor', message: 'Who answers for them?', optional: true },
      choices: (draft) => [NONE, ...membersOf(draft)],
    },
  ],
  'member extend': [
    MEMBER,
    {
      ...{ field: 'until', option: '--until', message: 'New last day of access, as YYYY-MM-DD' },
      ...{ problem: dayProblem },
      initial(draft, { member }) {
        const until = draft.members.find(([key]) => key === member)?.[1].until;
        return typeof until === 'string' ? [until] : [];
      },
    },
  ],
  'member suspend': [MEMBER],
  'member resume': [MEMBER],
  'member roles': [
    MEMBER,
    {
      ...{ field: 'roles', option: '--add or --remove', message: 'Which roles?', choices: rolesOf, many: true },
      isAsked: (_draft, { add = [], remove = [] }) => add.length + remove.length === 0,
      initial: rolesOfMember,
    },
  ],
  'member recipient': [
    MEMBER,
    {
      ...{ field: 'recipient', option: 'RECIPIENT', message: 'The recipient that the member sent', example: 'age1...' },
      problem: (answer) => (recipientProblem(answer) === null ? null : RECIPIENT_HELP),
    },
  ],
  'member sponsor': [
    MEMBER,
    { field: 'sponsor', option: 'SPONSOR', message: 'Who answers for them?', choices: othersOf },
  ],
  'member reviewed': [
    {
      ...{ field: 'members', option: 'MEMBER', message: 'Whose access is still right?', many: true },
      choices: (draft) => membersOf(draft),
    },
  ],
  'member depart': [
    MEMBER,
    REASON('Why do they leave?', 'graduated'),
    {
      ...{ field: 'sponsor', option: '--sponsor', message: 'Who answers for those whom they sponsor?' },
      isAsked: (draft, { member }) => sponsoredBy(draft, String(member)).length > 0,
      choices: othersOf,
    },
    {
      ...{ field: 'owner', option: '--owner', message: 'Who becomes an owner instead?' },
      isAsked: (draft, { member }) => isLastOwner(draft, String(member)),
      choices: othersOf,
    },
  ],
  'role add': [
    { field: 'role', option: 'ROLE', message: 'A short key for the role', example: 'reviewer', problem: keyProblem },
    {
      ...{ field: 'description', option: '--description', message: 'What is the role for?', optional: true },
      example: 'Looks at results, changes nothing',
    },
    {
      ...{ field: 'allow', option: '--allow', message: 'What may it do?', many: true },
      isAsked: (_draft, answers) => (answers.extends ?? []).length === 0,
      choices: () => CAPABILITY_CHOICES,
    },
  ],
  'role allow': [ROLE, PERMISSIONS],
  'role deny': [ROLE, PERMISSIONS],
  'role remove': [ROLE],
  freeze: [],
  unfreeze: [],
  snooze: [
    {
      ...{ field: 'finding', option: 'FINDING', message: 'ID of the finding, as in the drift issue', problem: filled },
      example: 'unmanaged-user/old-mturk-user/spends',
    },
    {
      ...{ field: 'until', option: '--until', message: 'Last day of the snooze, as YYYY-MM-DD', problem: dayProblem },
    },
    REASON('Why is it acceptable?', 'its last study ends in January'),
  ],
};

export function rolesOfMember(draft: TeamDraft, { member }: Answers): readonly string[] {
  const roles = listIn(draft.members.find(([key]) => key === member)?.[1].roles) ?? [];
  return roles.filter((role) => role !== null);
}
