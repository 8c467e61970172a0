import { type DisplayNames, userText } from '../../access/text/names.ts';
import { type Announcement, ripeFrom } from '../../review/rule/announcements.ts';
import { iamName } from '../../team/names.ts';
import { timeWords } from '../../text/dates.ts';
import { counted, plainText, type Text, t, tickedText, trusted } from '../../text/text.ts';

/** What a reconcile did, and what a later one gives back or deletes. */
export function reconciledText(
  {
    steps,
    done,
    announcements,
  }: {
    readonly steps: number;
    readonly done: readonly Announcement[];
    readonly announcements: readonly Announcement[];
  },
  names: DisplayNames,
): string {
  const what = (each: Announcement): Text => {
    const user = userText(iamName(names.lab, each.key), names);
    if (each.kind === 'deletion') return t`IAM user of ${user}`;
    if (each.kind === 'missing') return t`${user}: a new IAM user, without keys`;
    return t`${user}: ${trusted(counted(each.operations.length, 'operation'))}`;
  };
  const of = (all: readonly Announcement[], isDeletion: boolean) =>
    all.filter(({ kind }) => (kind === 'deletion') === isDeletion);
  return [
    steps === 0 ? 'Reconcile: applied nothing.' : `Reconcile: applied ${counted(steps, 'step')}.`,
    ...of(done, false).map((each) => `✓ Given back: ${tickedText(what(each))}`),
    ...of(done, true).map((each) => `✓ Deleted: ${tickedText(what(each))}`),
    ...announcements.map((each) => {
      const verb = each.kind === 'deletion' ? 'delete' : 'give back';
      return `  Announced: reconcile will ${verb} after ${timeWords(ripeFrom(each).toISOString())}: ${plainText(what(each))}`;
    }),
    ...(of(announcements, false).length === 0
      ? []
      : ['  To keep it revoked, set `suspended` or `freeze`, or merge another change before then.']),
  ].join('\n');
}
