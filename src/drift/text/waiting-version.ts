import { byCapability } from '../../access/capability-access.ts';
import { isEmpty, operationSet } from '../../access/operation-set.ts';
import { sayPerson, sayPolicy } from '../../access/text/iam-names.ts';
import type { Naming } from '../../access/text/names.ts';
import { boundaryArn } from '../../team/names.ts';
import { said, sayCode, sayOurs, saySentences, saySome } from '../../text/text.ts';
import type { DriftFinding, DriftWhat } from '../finding.ts';
import { iamCommand } from './aws-command.ts';
import { canWords } from './people.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

/** By its name alone: no account has a number that is known here. */
function isBoundary(arn: string, { lab }: Naming): boolean {
  const name = boundaryArn({ lab, account: '' });
  return arn.endsWith(name.slice(name.indexOf(':policy/')));
}

/** The words of a version of a policy that lies in wait. */
export function waitingVersionWords(
  finding: DriftFinding,
  { arn, version, operations, isBeyond, users }: Extract<DriftWhat, { kind: 'waiting-version' }>,
  naming: Naming,
  options: DriftWordsOptions,
): DriftWords {
  const more = operationSet((operation) => operations.includes(operation));
  const who = users.length === 0 ? sayOurs('whoever has it') : saySome(users.map((user) => sayPerson(user, naming)));
  const policy = isBoundary(arn, naming) ? sayOurs('the permissions boundary') : sayPolicy(arn, naming);
  return {
    consequence: saySentences(
      isEmpty(more)
        ? null
        : said`One call would let ${who} ${sayOurs(canWords(byCapability(more, new Map())))}: by the version ${sayCode(version)} of ${policy}, which is not in force.`,
      isBeyond
        ? said`The version ${sayCode(version)} of ${policy}, which is not in force and which one call brings in force, lets through more than Mechanical Turk.`
        : null,
    ),
    cause: said`Somebody made that version${attributionSaid(finding.by, naming, options)} beside the one in force, which gives less; applying team.yaml makes none like it.`,
    remedy: said`Nothing undoes it unasked; this deletes it:`,
    commands: [iamCommand('delete-policy-version', ['policy-arn', arn], ['version-id', version])],
  };
}
