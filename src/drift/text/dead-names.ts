import { BARE } from '../../access/text/capability-words.ts';
import { sayHolder, sayPerson } from '../../access/text/iam-names.ts';
import { listWords, type Naming, policyName } from '../../access/text/names.ts';
import { capabilityOf, RISKS, riskOf } from '../../catalog/mturk.ts';
import { type Said, said, sayCode, sayJoined, sayListed, sayOurs, saySentences, saySome } from '../../text/text.ts';
import type { DeadName, DriftFinding, DriftWhat } from '../finding.ts';
import { iamCommand } from './aws-command.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

type DeadNames = Extract<DriftWhat, { kind: 'dead-names' }>;

/** The words of a policy that names operations of 2014: IAM takes it, and it does nothing by them. */
export function deadNamesWords(
  finding: DriftFinding,
  what: DeadNames,
  naming: Naming,
  options: DriftWordsOptions,
): DriftWords {
  const { holder, names, users } = what;
  const policy = said`the policy ${sayCode(policyName(what.policy))}`;
  // Whoever is about to be named anyway needs not be named as the holder, too.
  const isHers = holder?.kind === 'user' && users.length === 1 && users[0] === holder.name;
  const which = holder === null || isHers ? policy : said`${policy} of ${sayHolder(holder, naming)}`;
  const who = users.length === 0 ? null : saySome(users.map((user) => sayPerson(user, naming)));
  return {
    consequence: saySentences(
      denySaid(
        names.filter(({ effect }) => effect === 'Deny'),
        which,
        who,
        { isAllowed: finding.risk !== null, isOne: users.length === 1 },
      ),
      allowSaid(
        names.filter(({ effect }) => effect === 'Allow'),
        which,
        who,
      ),
    ),
    cause: said`It says ${saySome(unique(names).map(({ name }) => sayCode(name)))}, ${sayOurs(unique(names).length === 1 ? 'a name' : 'names')} of 2014 that IAM takes and does nothing with${attributionSaid(finding.by, naming, options)}.`,
    remedy: remedySaid(what),
    commands: holder === null && users.length === 0 ? [iamCommand('delete-policy', ['policy-arn', what.policy])] : [],
  };
}

/** What was to be denied is not: whoever has the policy may do it where anything lets them. */
function denySaid(
  names: readonly DeadName[],
  which: Said,
  who: Said | null,
  { isAllowed, isOne }: { readonly isAllowed: boolean; readonly isOne: boolean },
): Said | null {
  if (names.length === 0) return null;
  const successors = successorsOf(names);
  if (successors.length === 0) return said`${capitalSaid(which)} was meant to deny what does not exist any more.`;
  const remains = said`${saySome(successors.map(sayCode))} ${sayOurs(successors.length === 1 ? 'is' : 'are')} not denied`;
  const undone = said`was meant to deny it; ${remains}`;
  if (who === null) return said`Whoever gets ${which} can still ${sayOurs(purposeOf(names))}, and it ${undone}.`;
  // The risk of a finding is the worst that one of them may really do by it, and the file does not give.
  if (!isAllowed) {
    return said`Nobody can do more by it than team.yaml gives; but ${which} was meant to keep ${who} from ${saySome(successors.map(sayCode))}, and does not.`;
  }
  const somebody = isOne ? who : said`Somebody among ${who}`;
  return said`${somebody} can ${sayOurs(purposeOf(names))}, and should not: ${which} ${undone}.`;
}

function allowSaid(names: readonly DeadName[], which: Said, who: Said | null): Said | null {
  if (names.length === 0) return null;
  const successors = successorsOf(names);
  if (successors.length === 0) return said`${capitalSaid(which)} was meant to allow what does not exist any more.`;
  const are = sayOurs(successors.length === 1 ? 'is' : 'are');
  return said`${capitalSaid(which)} was meant to let ${who ?? sayOurs('somebody')} ${sayOurs(purposeOf(names))}; ${saySome(successors.map(sayCode))} ${are} not allowed by it.`;
}

/** The same at the beginning of a sentence: the first piece is ours. */
function capitalSaid({ pieces: [first, ...rest] }: Said): Said {
  if (first === undefined) return said``;
  return { pieces: [{ ...first, text: `${first.text.charAt(0).toUpperCase()}${first.text.slice(1)}` }, ...rest] };
}

function unique(names: readonly DeadName[]): readonly DeadName[] {
  return [...new Map(names.map((dead) => [dead.name, dead])).values()];
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

function remedySaid({ policy, holder, names, users }: DeadNames): Said {
  const written = unique(names).flatMap(({ name, successors }) =>
    successors.length === 0 ? [] : [said`${sayListed(successors.map(sayCode))} for ${sayCode(name)}`],
  );
  const gone = unique(names).flatMap(({ name, successors }) => (successors.length === 0 ? [sayCode(name)] : []));
  const where =
    holder === null
      ? said`IAM, Policies, ${sayCode(policyName(policy))}, Edit`
      : said`IAM, ${sayOurs(holder.kind === 'user' ? 'Users' : 'User groups')}, ${sayCode(holder.name)}, Permissions`;
  return saySentences(
    said`In the console (${where}) ${written.length === 0 ? said`` : said`write ${sayJoined(written, '; ')}`}${written.length > 0 && gone.length > 0 ? said`, and ` : said``}${gone.length === 0 ? said`` : said`leave out ${saySome(gone)}, which ${sayOurs(gone.length === 1 ? 'has' : 'have')} no successor`}.`,
    holder === null && users.length === 0
      ? said`Nobody has it; where nothing else needs it, this deletes it, and AWS refuses where something does:`
      : null,
  );
}
