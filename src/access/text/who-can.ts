import { CAPABILITIES, capabilityOf, isCapability } from '../../catalog/mturk.ts';
import { columns, WIDEST_NAME } from '../../text/columns.ts';
import { dayWords, lastDayWords } from '../../text/dates.ts';
import type { UserWithAccess, WhoCan } from '../who-can.ts';
import { type DisplayNames, grantWords, listWords, RISK_WORDS, unknownPolicyWords, userLabel } from './names.ts';

/** Who may do something, in lines of at most `width` cells. */
export function whoCanLines(answer: WhoCan, naming: DisplayNames, width = 100): readonly string[] {
  const { users, outOf, at } = answer;
  const now = new Date(at);
  const heading = `${askedWords(answer)}, on ${dayWords(now)}`;
  if (users.length === 0)
    return [heading, '', `  Nobody of ${outOf} people${answer.frozen ? ': frozen by freeze in the team file' : ''}.`];
  const rows = users.map((user) => [userLabel(user.user, naming), ableWords(user, naming, now)]);
  return [
    heading,
    '',
    ...columns(rows, 2, width, WIDEST_NAME),
    '',
    `  ${users.length} of ${outOf} people; nobody else may.`,
  ];
}

function askedWords({ query: asked }: WhoCan): string {
  const capability = isCapability(asked) ? asked : capabilityOf(asked);
  const { does, risk } = CAPABILITIES[capability];
  const harm = RISK_WORDS[risk];
  const what = isCapability(asked) ? `Who ${does} (${asked})` : `Who may call ${asked} (${capability}: ${does})`;
  return harm === null ? what : `${what}, which ${harm}`;
}

function ableWords(user: UserWithAccess, naming: DisplayNames, at: Date): string {
  const part = user.whole ? '' : `only ${listWords(user.operations)}, `;
  const until = user.ends === null ? '' : `, until ${lastDayWords(user.ends, at)}`;
  const beware = user.unknownPolicies.length === 0 ? '' : `; ${unknownPolicyWords(user.unknownPolicies)}`;
  return `${part}through ${grantWords(user.grants, naming)}${until}${beware}`;
}
