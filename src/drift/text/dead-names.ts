import { holderText, userText } from '../../access/text/iam-names.ts';
import { type DisplayNames, listWords, policyName } from '../../access/text/names.ts';
import { CAPABILITIES, capabilityOf, RISKS, riskOf } from '../../catalog/mturk.ts';
import { codeText, joinTexts, listTexts, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { DriftFinding, RetiredOperation } from '../finding.ts';
import type { DriftWhat } from '../rules/what.ts';
import { iamCommand } from './aws-command.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

type DeadNames = Extract<DriftWhat, { kind: 'retired-operations' }>;

/** The words of a policy that names operations of 2014: IAM takes it, and it does nothing by them. */
export function deadNamesWords(
  finding: DriftFinding,
  what: DeadNames,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const { holder, names, users } = what;
  const policy = t`the policy ${codeText(policyName(what.policy))}`;
  // Whoever is about to be named anyway needs not be named as the holder, too.
  const isHers = holder?.kind === 'user' && users.length === 1 && users[0] === holder.name;
  const which = holder === null || isHers ? policy : t`${policy} of ${holderText(holder, naming)}`;
  const who = users.length === 0 ? null : someTexts(users.map((user) => userText(user, naming)));
  return {
    consequence: sentences(
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
    cause: t`It says ${someTexts(unique(names).map(({ name }) => codeText(name)))}, ${trusted(unique(names).length === 1 ? 'a name' : 'names')} of 2014 that IAM takes and does nothing with${attributionSaid(finding.lastChange, naming, options)}.`,
    remedy: remedySaid(what),
    commands: holder === null && users.length === 0 ? [iamCommand('delete-policy', ['policy-arn', what.policy])] : [],
  };
}

/** What was to be denied is not: whoever has the policy may do it where anything lets them. */
function denySaid(
  names: readonly RetiredOperation[],
  which: Text,
  who: Text | null,
  { isAllowed, isOne }: { readonly isAllowed: boolean; readonly isOne: boolean },
): Text | null {
  if (names.length === 0) return null;
  const successors = successorsOf(names);
  if (successors.length === 0) return t`${capitalSaid(which)} was meant to deny what does not exist any more.`;
  const remains = t`${someTexts(successors.map(codeText))} ${trusted(successors.length === 1 ? 'is' : 'are')} not denied`;
  const undone = t`was meant to deny it; ${remains}`;
  if (who === null) return t`Whoever gets ${which} can still ${trusted(purposeOf(names))}, and it ${undone}.`;
  // The risk of a finding is the worst that one of them may really do by it, and the file does not give.
  if (!isAllowed) {
    return t`Nobody can do more by it than team.yaml gives; but ${which} was meant to keep ${who} from ${someTexts(successors.map(codeText))}, and does not.`;
  }
  const somebody = isOne ? who : t`Somebody among ${who}`;
  return t`${somebody} can ${trusted(purposeOf(names))}, and should not: ${which} ${undone}.`;
}

function allowSaid(names: readonly RetiredOperation[], which: Text, who: Text | null): Text | null {
  if (names.length === 0) return null;
  const successors = successorsOf(names);
  if (successors.length === 0) return t`${capitalSaid(which)} was meant to allow what does not exist any more.`;
  const are = trusted(successors.length === 1 ? 'is' : 'are');
  return t`${capitalSaid(which)} was meant to let ${who ?? trusted('somebody')} ${trusted(purposeOf(names))}; ${someTexts(successors.map(codeText))} ${are} not allowed by it.`;
}

/** The same at the beginning of a sentence: the first piece is ours. */
function capitalSaid({ pieces: [first, ...rest] }: Text): Text {
  if (first?.kind !== 'trusted') return { pieces: first === undefined ? [] : [first, ...rest] };
  return { pieces: [{ ...first, text: `${first.text.charAt(0).toUpperCase()}${first.text.slice(1)}` }, ...rest] };
}

function unique(names: readonly RetiredOperation[]): readonly RetiredOperation[] {
  return [...new Map(names.map((dead) => [dead.name, dead])).values()];
}

function successorsOf(names: readonly RetiredOperation[]) {
  return [...new Set(names.flatMap(({ successors }) => successors))];
}

/** `pay bonuses and read results`: what the names were for, worst first. */
function purposeOf(names: readonly RetiredOperation[]): string {
  const operations = successorsOf(names);
  const sorted = RISKS.flatMap((risk) => operations.filter((operation) => riskOf(operation) === risk));
  return listWords([...new Set(sorted.map((operation) => CAPABILITIES[capabilityOf(operation)].can))]);
}

function remedySaid({ policy, holder, names, users }: DeadNames): Text {
  const written = unique(names).flatMap(({ name, successors }) =>
    successors.length === 0 ? [] : [t`${listTexts(successors.map(codeText))} for ${codeText(name)}`],
  );
  const gone = unique(names).flatMap(({ name, successors }) => (successors.length === 0 ? [codeText(name)] : []));
  const where =
    holder === null
      ? t`IAM, Policies, ${codeText(policyName(policy))}, Edit`
      : t`IAM, ${trusted(holder.kind === 'user' ? 'Users' : 'User groups')}, ${codeText(holder.name)}, Permissions`;
  return sentences(
    t`In the console (${where}) ${written.length === 0 ? t`` : t`write ${joinTexts(written, '; ')}`}${written.length > 0 && gone.length > 0 ? t`, and ` : t``}${gone.length === 0 ? t`` : t`leave out ${someTexts(gone)}, which ${trusted(gone.length === 1 ? 'has' : 'have')} no successor`}.`,
    holder === null && users.length === 0
      ? t`Nobody has it; where nothing else needs it, this deletes it, and AWS refuses where something does:`
      : null,
  );
}
