import { LONGEST, PATTERNS } from '../../team/schema.ts';
import type { FirstOwner, LabAnswers } from './lab-files.ts';

/** Why an answer is not usable; null if it is. */
export type AnswerProblem = string | null;

export function labProblem(lab: string): AnswerProblem {
  if (lab.length > LONGEST.lab) return `A lab name has ${LONGEST.lab} characters at most: it begins every IAM name.`;
  return PATTERNS.lab.test(lab)
    ? null
    : 'Use lower-case letters, digits and hyphens, a letter first and no hyphen last, such as perception-lab.';
}

export function accountProblem(account: string): AnswerProblem {
  return PATTERNS.account.test(accountDigits(account)) ? null : 'An AWS account ID has exactly 12 digits.';
}

/** AWS prints `1234-5678-9012`, too. */
export function accountDigits(account: string): string {
  return account.replace(/[\s-]/g, '');
}

/** `ada=adaoneill, bo=bochen`: a key with a GitHub login each, which is empty if it was not given. */
export function parseOwners(text: string): readonly FirstOwner[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [key = '', ...login] = part.split('=').map((side) => side.trim());
      return { key, login: login.join('=') };
    });
}

export function ownersProblem(owners: readonly FirstOwner[]): AnswerProblem {
  if (owners.length === 0) return 'A lab has at least one owner, who approves changes.';
  const wrong = owners.find(({ key, login }) => !PATTERNS.id.test(key) || !PATTERNS.login.test(login));
  if (wrong !== undefined) {
    // A key alone is no login: the account of that name can be a stranger's.
    return wrong.login === '' && PATTERNS.id.test(wrong.key)
      ? `Add the GitHub login of ${wrong.key}: ${wrong.key}=LOGIN.`
      : 'Write a short key and a GitHub login for each owner, such as ada=adaoneill.';
  }
  const keys = owners.map(({ key }) => key.toLowerCase());
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  return twice === undefined ? null : `Give each owner another key: ${twice} is there twice.`;
}

interface Asker {
  ask(question: {
    readonly message: string;
    readonly example: string;
    readonly initial?: string;
    readonly problem: (answer: string) => AnswerProblem;
  }): Promise<string | null>;
}

/** Usable answers; null for what was not given. */
type GivenAnswers = Pick<LabAnswers, 'selfApproval'> & {
  readonly [Name in 'lab' | 'account' | 'owners']: LabAnswers[Name] | null;
};

/** Asks for what is missing; null if the person cancels. `found` is the account of the credentials at hand. */
export async function askRest(given: GivenAnswers, found: string | null, asker: Asker): Promise<LabAnswers | null> {
  const lab =
    given.lab ??
    (await asker.ask({
      message: 'Name of the lab. It begins every IAM name, and must not change later.',
      example: 'perception-lab',
      problem: labProblem,
    }));
  if (lab === null) return null;
  const account =
    given.account ??
    (await asker.ask({
      message: 'AWS account for Mechanical Turk, ideally a dedicated one.',
      example: '123456789012',
      ...(found === null ? {} : { initial: found }),
      problem: accountProblem,
    }));
  if (account === null) return null;
  const names =
    given.owners ??
    (await asker.ask({
      message: 'Owners, who approve changes: a short key and a GitHub login each, as KEY=LOGIN.',
      example: 'ada=adaoneill, bo=bochen',
      problem: (answer) => ownersProblem(parseOwners(answer)),
    }));
  if (names === null) return null;
  const owners = typeof names === 'string' ? parseOwners(names) : names;
  const answers = { lab, account: accountDigits(account), owners };
  if (given.selfApproval || owners.length > 1) return { ...answers, selfApproval: given.selfApproval };
  const alone = await asker.ask({
    message: 'Let the only owner merge without another approval? Write yes or no.',
    example: '',
    initial: 'no',
    problem: (answer) => (/^(yes|no)$/i.test(answer) ? null : 'Write yes or no.'),
  });
  return alone === null ? null : { ...answers, selfApproval: /^yes$/i.test(alone) };
}

/** The answers that were given, if they are enough; else the options that are missing. */
export function enoughAnswers(given: GivenAnswers): LabAnswers | readonly string[] {
  const { lab, account, owners, selfApproval } = given;
  if (lab !== null && account !== null && owners !== null) return { lab, account, owners, selfApproval };
  const options = { '--lab': lab, '--account': account, '--owner': owners };
  return Object.entries(options).flatMap(([option, answer]) => (answer === null ? [option] : []));
}
