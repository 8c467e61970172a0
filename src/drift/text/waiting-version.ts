import { byCapability } from '../../access/capability-access.ts';
import { isEmpty, operationSet } from '../../access/operation-set.ts';
import { policyText, userText } from '../../access/text/iam-names.ts';
import type { DisplayNames } from '../../access/text/names.ts';
import { boundaryArn } from '../../team/names.ts';
import { codeText, sentences, someTexts, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { DriftWhat } from '../rules/what.ts';
import { iamCommand } from './aws-command.ts';
import { canWords } from './people.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

/** By its name alone: no account has a number that is known here. */
function isBoundary(arn: string, { lab }: DisplayNames): boolean {
  const name = boundaryArn({ lab, account: '' });
  return arn.endsWith(name.slice(name.indexOf(':policy/')));
}

/** The words of a version of a policy that lies in wait. */
export function waitingVersionWords(
  finding: DriftFinding,
  { arn, version, operations, isBeyond, users }: Extract<DriftWhat, { kind: 'non-default-policy-version' }>,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const more = operationSet((operation) => operations.includes(operation));
  const who = users.length === 0 ? trusted('whoever has it') : someTexts(users.map((user) => userText(user, naming)));
  const policy = isBoundary(arn, naming) ? trusted('the permissions boundary') : policyText(arn, naming);
  return {
    consequence: sentences(
      isEmpty(more)
        ? null
        : t`One call would let ${who} ${trusted(canWords(byCapability(more, new Map())))}: by the version ${codeText(version)} of ${policy}, which is not in force.`,
      isBeyond
        ? t`The version ${codeText(version)} of ${policy}, which is not in force and which one call brings in force, lets through more than Mechanical Turk.`
        : null,
    ),
    cause: t`Somebody made that version${attributionSaid(finding.lastChange, naming, options)} beside the one in force, which gives less; applying team.yaml makes none like it.`,
    remedy: t`Nothing undoes it unasked; this deletes it:`,
    commands: [iamCommand('delete-policy-version', ['policy-arn', arn], ['version-id', version])],
  };
}
