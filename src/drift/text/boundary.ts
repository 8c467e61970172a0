import { listWords, type Naming } from '../../access/text/names.ts';
import { toList } from '../../iam/context.ts';
import type { Statement } from '../../iam/document.ts';
import { isSilent, type Said, said, sayCode, sayOurs, sayProse, saySentences, saySome } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { BoundaryEffect } from '../rules/boundary.ts';
import { peopleSaid } from './people.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

/** The words of a permissions boundary that is gone, or is not as bootstrap wrote it. */
export function boundaryWords(
  finding: DriftFinding,
  effect: BoundaryEffect,
  naming: Naming,
  options: DriftWordsOptions,
): DriftWords {
  const who = attributionSaid(finding.by, naming, options);
  return {
    ...whatOf(effect, naming, who),
    remedy: said`Nothing undoes it unasked; an administrator puts it back with ${sayCode('mturk-team apply --bootstrap')}.`,
    commands: [],
  };
}

function whatOf(effect: BoundaryEffect, naming: Naming, who: Said): Pick<DriftWords, 'consequence' | 'cause'> {
  const { state, document, wider, narrower, people } = effect;
  if (state === 'missing') {
    return {
      consequence: said`A policy that is attached to a member by hand counts in full: nothing caps it.`,
      cause: said`There is no permissions boundary ${sayCode(effect.arn)}${who}.`,
    };
  }
  if (document === null) {
    return {
      consequence: said`What a policy that is attached to a member by hand counts for is not known.`,
      cause: said`Somebody edited the permissions boundary${who}, and what it lets through cannot be read.`,
    };
  }
  const consequence = saySentences(
    wider.length === 0
      ? null
      : said`A policy that is attached to a member by hand would count for more than Mechanical Turk: the permissions boundary lets through ${saySome(wider.map(statementSaid))}.`,
    peopleSaid(people, 'by-hand', naming),
  );
  const denied = narrower.filter(({ Effect }) => Effect === 'Deny').map(statementSaid);
  const gone = narrower.filter(({ Effect }) => Effect === 'Allow').map(statementSaid);
  return {
    consequence: isSilent(consequence) ? sayOurs("Nobody's access changes by this.") : consequence,
    cause: saySentences(
      said`Somebody edited the permissions boundary${who}.`,
      gone.length === 0 ? null : said`It does not let through any more: ${saySome(gone)}.`,
      denied.length === 0 ? null : said`It denies ${saySome(denied)}.`,
    ),
  };
}

/** `everything`, or `s3:* on arn:aws:s3:::data`; a condition is named by its keys. */
function statementSaid({ Action, NotAction, Resource, NotResource, Condition }: Statement): Said {
  const some = (list: readonly string[]) => (list.includes('*') ? 'everything' : someNames(list));
  const actions = Action === undefined ? `everything but ${someNames(toList(NotAction))}` : some(toList(Action));
  const resources =
    Resource === undefined ? `everything but ${someNames(toList(NotResource))}` : some(toList(Resource));
  const keys = Object.values(Condition ?? {}).flatMap((byKey) => Object.keys(byKey));
  const where = resources === 'everything' ? '' : ` on ${resources}`;
  return sayProse(`${actions}${where}${keys.length === 0 ? '' : ` (depending on ${listWords(keys)})`}`);
}

function someNames(names: readonly string[]): string {
  return names.length <= 4 ? listWords(names) : `${names.slice(0, 3).join(', ')} and ${names.length - 3} others`;
}
