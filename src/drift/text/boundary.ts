import { type DisplayNames, listWords } from '../../access/text/names.ts';
import { toList } from '../../iam/context.ts';
import type { Statement } from '../../iam/document.ts';
import { codeText, isEmptyText, proseText, sentences, someTexts, type Text, t, trusted } from '../../text/text.ts';
import type { DriftFinding } from '../finding.ts';
import type { BoundaryEffect } from '../rules/boundary.ts';
import { peopleSaid } from './people.ts';
import { attributionSaid, type DriftWords, type DriftWordsOptions } from './words.ts';

/** The words of a permissions boundary that is gone, or is not as bootstrap wrote it. */
export function boundaryWords(
  finding: DriftFinding,
  effect: BoundaryEffect,
  naming: DisplayNames,
  options: DriftWordsOptions,
): DriftWords {
  const who = attributionSaid(finding.lastChange, naming, options);
  return {
    ...whatOf(effect, naming, who),
    remedy: t`Nothing undoes it unasked; an administrator puts it back with ${codeText('mturk-team apply --bootstrap')}.`,
    commands: [],
  };
}

function whatOf(effect: BoundaryEffect, naming: DisplayNames, who: Text): Pick<DriftWords, 'consequence' | 'cause'> {
  const { state, document, wider, narrower, people } = effect;
  if (state === 'missing') {
    return {
      consequence: t`A policy that is attached to a member by hand counts in full: nothing caps it.`,
      cause: t`There is no permissions boundary ${codeText(effect.arn)}${who}.`,
    };
  }
  if (document === null) {
    return {
      consequence: t`What a policy that is attached to a member by hand counts for is not known.`,
      cause: t`Somebody edited the permissions boundary${who}, and what it lets through cannot be read.`,
    };
  }
  const consequence = sentences(
    wider.length === 0
      ? null
      : t`A policy that is attached to a member by hand would count for more than Mechanical Turk: the permissions boundary lets through ${someTexts(wider.map(statementSaid))}.`,
    peopleSaid(people, 'manual', naming),
  );
  const denied = narrower.filter(({ Effect }) => Effect === 'Deny').map(statementSaid);
  const gone = narrower.filter(({ Effect }) => Effect === 'Allow').map(statementSaid);
  return {
    consequence: isEmptyText(consequence) ? trusted("Nobody's access changes by this.") : consequence,
    cause: sentences(
      t`Somebody edited the permissions boundary${who}.`,
      gone.length === 0 ? null : t`It does not let through any more: ${someTexts(gone)}.`,
      denied.length === 0 ? null : t`It denies ${someTexts(denied)}.`,
    ),
  };
}

/** `everything`, or `s3:* on arn:aws:s3:::data`; a condition is named by its keys. */
function statementSaid({ Action, NotAction, Resource, NotResource, Condition }: Statement): Text {
  const some = (list: readonly string[]) => (list.includes('*') ? 'everything' : someNames(list));
  const actions = Action === undefined ? `everything but ${someNames(toList(NotAction))}` : some(toList(Action));
  const resources =
    Resource === undefined ? `everything but ${someNames(toList(NotResource))}` : some(toList(Resource));
  const keys = Object.values(Condition ?? {}).flatMap((byKey) => Object.keys(byKey));
  const where = resources === 'everything' ? '' : ` on ${resources}`;
  return proseText(`${actions}${where}${keys.length === 0 ? '' : ` (depending on ${listWords(keys)})`}`);
}

function someNames(names: readonly string[]): string {
  return names.length <= 4 ? listWords(names) : `${names.slice(0, 3).join(', ')} and ${names.length - 3} others`;
}
