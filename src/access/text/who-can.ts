import { CAPABILITIES, capabilityOf, isCapability } from '../../catalog/mturk.ts';
import { columns, WIDEST_NAME } from '../../text/columns.ts';
import { dayWords, lastDayWords } from '../../text/dates.ts';
import { counted } from '../../text/text.ts';
import type { UserWithAccess, WhoCan } from '../who-can.ts';
import { type DisplayNames, grantWords, listWords, RISK_WORDS, unknownPolicyWords, userLabel } from './names.ts';

/** Who may do something, in lines of at most `width` cells. */
export function whoCanLines(answer: WhoCan, naming: DisplayNames, width = 100): readonly string[] {
  const { users, outOf, at } = answer;
  const now = new Date(at);
  const heading = `${askedWords(answer)}, on ${dayWords(now)}`;
  if (users.length === 0)
    return [
      heading,
      '',
      `  None of ${counted(outOf, 'member')}${answer.frozen ? ': denied to all members by freeze in team.yaml' : ''}.`,
    ];
  const rows = users.map((user) => [userLabel(user.user, naming), ableWords(user, naming, now)]);
  return [
    heading,
    '',
    ...columns(rows, 2, width, WIDEST_NAME),
    '',
    `  ${users.length} of ${counted(outOf, 'member')}, according to team.yaml; AWS was not asked.`,
  ];
}

function askedWords({ query: asked }: WhoCan): string {
  const capability = isCapability(asked) ? asked : capabilityOf(asked);
  const { can, risk } = CAPABILITIES[capability];
  const harm = RISK_WORDS[risk];
  const what = isCapability(asked) ? `Who can ${can} (${asked})` : `Who can call ${asked} (${capability}: ${can})`;
  return harm === null ? what : `${what}, which ${harm}`;
}

function ableWords(user: UserWithAccess, naming: DisplayNames, at: Date): string {
  const part = user.whole ? '' : `only ${listWords(user.operations)}, `;
  const until = user.ends === null ? '' : `, until ${lastDayWords(user.ends, at)}`;
  const beware = user.unknownPolicies.length === 0 ? '' : `; ${unknownPolicyWords(user.unknownPolicies)}`;
  return `${part}through ${grantWords(user.grants, naming)}${until}${beware}`;
}
