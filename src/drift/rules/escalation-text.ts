import type { EscalationStep } from '../../access/escalation.ts';
import { type DisplayNames, nameOutsideLabText } from '../../access/text/names.ts';
import { codeText, joinTexts, someTexts, type Text, t, trusted } from '../../text/text.ts';

const ON: Readonly<Record<EscalationStep['on']['kind'], string>> = {
  user: 'user',
  group: 'group',
  role: 'role',
  policy: 'policy',
  object: 'S3 object',
  bucket: 'bucket',
};

/** `Gains control of the lab: sts:AssumeRole on role deploy, then iam:PassRole on role admin.` Null if there is no way. */
export function escalationText(way: EscalationStep | null, names: DisplayNames): Text | null {
  if (way === null) return t`Its policies allow everything.`;
  const of = trusted(way.control === 'lab' ? 'the lab' : 'the account');
  return t`Gains control of ${of}: ${joinTexts(
    stepsOf(way).map((step) => stepText(step, names)),
    ', then ',
  )}.`;
}

function stepsOf(way: EscalationStep): readonly EscalationStep[] {
  return [way, ...(way.next === null ? [] : stepsOf(way.next))];
}

function stepText({ actions, on }: EscalationStep, names: DisplayNames): Text {
  return t`${someTexts(actions.map(codeText))} on ${trusted(ON[on.kind])} ${nameOutsideLabText(on.name, names)}`;
}
