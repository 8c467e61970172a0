import { capabilityOf, RISKS, riskOf } from '../mturk/operations.ts';
import type { DeadName, DriftFinding, DriftWhat } from '../review/drift-finding.ts';
import { listWords, type Naming, policyName } from './access-words.ts';
import { BARE } from './comment-words.ts';
import { type Command, iamCommand } from './drift-command.ts';
import { sayHolder, sayPerson } from './drift-names.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './drift-words.ts';
import { type Said, said, sayCode, sayListed, sayOurs, saySentences, saySome } from './said.ts';

type DeadNames = Extract<DriftWhat, { kind: 'dead-names' }>;

/** The words of a policy that names operations of 2014: IAM takes it, and it does nothing by them. */
export function deadNamesWords(
  finding: DriftFinding,
  what: DeadNames,
  naming: Naming,
  options: DriftWordsOptions,
): DriftWords {
  const { holder, names, users } = what;
  const policy = said`The policy ${sayCode(policyName(what.policy))}`;
  const which = holder === null ? policy : said`${policy} of ${sayHolder(holder, naming)}`;
  const denies = names.filter(({ effect }) => effect === 'Deny');
  const allows = names.filter(({ effect }) => effect === 'Allow');
  const have =
    users.length === 0
      ? sayOurs('Nobody has it.')
      : said`${saySome(users.map((user) => sayPerson(user, naming)))} ${sayOurs(users.length === 1 ? 'has' : 'have')} it.`;
  return {
    consequence: saySentences(
      denies.length === 0 ? null : denySaid(which, denies),
      allowSaid(which, allows, denies.length > 0),
    ),
    cause: saySentences(
      said`It says ${saySome(names.map(({ name }) => sayCode(name)))}, which ${sayOurs(names.length === 1 ? 'is a name' : 'are names')} of 2014 that IAM takes and does nothing with${attributionSaid(finding.by, naming, options)}.`,
      have,
    ),
    remedy: remedySaid(names, users.length === 0),
    commands: commandsOf(what),
  };
}

/** `was meant to deny paying bonuses; SendBonus is not denied` */
function denySaid(which: Said, names: readonly DeadName[]): Said {
  const successors = successorsOf(names);
  if (successors.length === 0) return said`${which} was meant to deny what does not exist any more.`;
  const are = successors.length === 1 ? 'is' : 'are';
  return said`${which} was meant to deny anybody to ${sayOurs(purposeOf(names))}; ${saySome(successors.map(sayCode))} ${sayOurs(are)} not denied.`;
}

function allowSaid(which: Said, names: readonly DeadName[], again: boolean): Said | null {
  if (names.length === 0) return null;
  const subject = again ? said`It` : which;
  const also = sayOurs(again ? 'also ' : '');
  const successors = successorsOf(names);
  if (successors.length === 0) return said`${subject} was ${also}meant to allow what does not exist any more.`;
  const are = successors.length === 1 ? 'is' : 'are';
  return said`${subject} was ${also}meant to let somebody ${sayOurs(purposeOf(names))}; ${saySome(successors.map(sayCode))} ${sayOurs(are)} not allowed by it.`;
}

function successorsOf(names: readonly DeadName[]) {
  return [...new Set(names.flatMap(({ successors }) => successors))];
}

/** `pay bonuses and read results`: what the names were for, worst first. */
function purposeOf(names: readonly DeadName[]): string {
  const operations = successorsOf(names);
  const sorted = RISKS.flatMap((risk) => operations.filter((operation) => riskOf(operation) === risk));
  return listWords([...new Set(sorted.map((operation) => BARE[capabilityOf(operation)]))]);
}

function remedySaid(names: readonly DeadName[], unused: boolean): Said {
  const replaced = [...new Map(names.map((dead) => [dead.name, dead])).values()];
  const written = replaced.flatMap(({ name, successors }) =>
    successors.length === 0 ? [] : [said`${sayListed(successors.map(sayCode))} for ${sayCode(name)}`],
  );
  const gone = replaced.flatMap(({ name, successors }) => (successors.length === 0 ? [sayCode(name)] : []));
  return saySentences(
    written.length === 0 ? null : said`Write ${saySome(written)} in it.`,
    gone.length === 0 ? null : said`Leave out ${saySome(gone)}, which has no successor.`,
    said`${sayOurs(unused ? 'Where nobody needs it, this tells what it is attached to before it is deleted:' : 'This shows it:')}`,
  );
}

function commandsOf({ policy, holder }: DeadNames): readonly Command[] {
  if (holder !== null) {
    return [iamCommand(`get-${holder.kind}-policy`, [`${holder.kind}-name`, holder.name], ['policy-name', policy])];
  }
  return [iamCommand('list-entities-for-policy', ['policy-arn', policy])];
}
