import { memberText, mentionText } from '../access/text/names.ts';
import { dateWords } from '../text/dates.ts';
import { type Block, codeBlock, paragraph } from '../text/document.ts';
import { printMarkdown } from '../text/github.ts';
import { codeText, sentences, strongText, t, trusted } from '../text/text.ts';
import type { DeliveredKey, Delivery } from './sync.ts';

/** The first line of a comment, which GitHub does not show. */
export function marker({ user, created }: DeliveredKey): string {
  return `<!-- mturk-team-key ${user} ${created} -->`;
}

/** Which key a comment delivers; null if it begins otherwise. */
export function readMarker(body: string): DeliveredKey | null {
  const [first = ''] = body.split(/\r?\n/, 1);
  const [, user, created] = /^<!-- mturk-team-key (\S+) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) -->$/.exec(first) ?? [];
  return user === undefined || created === undefined ? null : { user, created };
}

/** The comment that gives a member their key. `name` is the member's; null if it is not known. */
export function deliveryComment(delivery: Delivery, name: string | null): string {
  const { owner, created, armored, replaced } = delivery;
  const { github, recipient } = owner;
  const mention = mentionText(github);
  const blocks: readonly Block[] = [
    paragraph(sentences(strongText(t`Access key of ${memberText({ key: owner.key, name })}`), mention)),
    paragraph(
      sentences(
        t`It is encrypted to recipient ${codeText(recipient ?? '')}: only the member can open it.`,
        replaced === null
          ? null
          : t`The key of ${trusted(dateWords(replaced.created))} stays active until this one has been used for a day.`,
      ),
    ),
    paragraph(t`To open it, run this command and paste the text below it:`),
    codeBlock('sh', ['mturk-team keys open']),
    codeBlock('text', armored.trim().split('\n')),
  ];
  return `${marker({ user: owner.user, created })}\n${printMarkdown(blocks, { reveal: false })}`;
}

/** The first line of the issue. */
export function issueMarker(lab: string): string {
  return `<!-- mturk-team-keys:${lab} -->`;
}

export function issueText(lab: string): { readonly title: string; readonly body: string } {
  const blocks = [
    paragraph(t`Each comment holds one access key of a member, encrypted to the member's recipient.`),
    paragraph(
      t`No one else can open it. A comment counts only as mturk-team wrote it: do not edit, hide or delete one whose key is not used yet.`,
    ),
  ];
  return {
    title: `Access keys of ${lab}`,
    body: `${issueMarker(lab)}\n${printMarkdown(blocks, { reveal: false })}`,
  };
}
