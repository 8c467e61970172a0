import type { Failure, FailureCode } from '../../diagnostics/failure.ts';
import type { Finding } from '../../diagnostics/finding.ts';
import type { BlockArgs } from '../../diagnostics/guardrail-codes.ts';
import { TEAM_FINDING_CODES } from '../../diagnostics/team-codes.ts';
import { isTeamFinding, teamFindingText } from '../../team/messages/messages.ts';
import { FAILURE_TEXT, failureWords } from '../../text/failures/failure-text.ts';
import type { FindingText } from '../../text/finding-message.ts';
import { BLOCK_TEXT, type BlockWords } from './block-text.ts';

/** Every code there is, in the order of the rooms that raise them. Each has a section in docs/findings.md. */
export const FINDING_CODES: readonly Finding['code'][] = [
  ...TEAM_FINDING_CODES,
  ...(Object.keys(BLOCK_TEXT) as (keyof BlockArgs)[]),
  ...(Object.keys(FAILURE_TEXT) as FailureCode[]),
];

/** The words of any finding. */
export function findingText(finding: Finding): FindingText {
  if (isTeamFinding(finding)) return teamFindingText(finding);
  if (isGuardrailFinding(finding)) {
    // Code and arguments belong together by the union, which TypeScript does not follow into the table.
    const words = BLOCK_TEXT[finding.code] as (args: GuardrailFinding['args']) => BlockWords;
    return { title: titleOf(finding.code), ...words(finding.args) };
  }
  // What is neither the file's nor a block's is a failure: the compiler objects when a fourth group comes.
  const { code, args }: FailureFinding = finding;
  const { what, state, remedy } = failureWords({ code, args } as Failure);
  return { title: titleOf(code), problem: state === '' ? what : `${what} ${state}`, remedy };
}

type GuardrailFinding = Extract<Finding, { readonly code: keyof BlockArgs }>;
type FailureFinding = Extract<Finding, { readonly code: FailureCode }>;

function isGuardrailFinding(finding: Finding): finding is GuardrailFinding {
  return Object.hasOwn(BLOCK_TEXT, finding.code);
}

/** `too-many-removals` -> `Too many removals` */
function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
