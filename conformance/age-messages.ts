import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { decryptWith, encryptFor, newIdentity } from '../src/keys/encryption.ts';
import { secretText } from '../src/keys/profile.ts';
import { recipientProblem } from '../src/team/recipient.ts';
import type { PythonParts } from './python-parts.ts';
import type { Row } from './report.ts';

/** What the other program makes of the same. */
const ANSWER = z.strictObject({
  recipient: z.string(),
  opened: z.array(z.string()),
  messages: z.array(z.string()),
  areRecipients: z.array(z.boolean()),
});

const KEY = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };

/** A key as it is delivered, nothing, other scripts, and more than one chunk of age (64 KiB). */
const TEXTS = [secretText('perception-lab-zoe', '123456789012', KEY), '', 'Zoë 李\r\n', 'x'.repeat(70_000)];

/** A recipient as it was copied, and with one mistake each. */
function variantsOf(recipient: string): readonly string[] {
  const places = Array.from({ length: recipient.length }, (_, index) => index);
  const changed = places.map(
    (at) => recipient.slice(0, at) + (recipient[at] === 'q' ? 'p' : 'q') + recipient.slice(at + 1),
  );
  const shorter = places.map((at) => recipient.slice(0, at) + recipient.slice(at + 1));
  return [recipient, ...changed, ...shorter, `${recipient}q`];
}

/** Opens with another age program what is made here, and the other way round, and compares what both take for a recipient. */
export async function ageMessagesRow(parts: Pick<PythonParts, 'python'>, sources: string): Promise<Row> {
  const { identity, recipient } = await newIdentity();
  const messages = await Promise.all(TEXTS.map((text) => encryptFor(recipient, text)));
  const recipients = variantsOf(recipient);
  const running = promisify(execFile)(parts.python, [join(sources, 'age_messages.py')], { maxBuffer: 2 ** 24 });
  running.child.stdin?.end(JSON.stringify({ identity, messages, texts: TEXTS, recipients }));
  const answer = ANSWER.parse(JSON.parse((await running).stdout));
  const opened = await Promise.all(answer.messages.map((message) => decryptWith(identity, message)));
  const problems = [
    ...(answer.recipient === recipient ? [] : ['the recipient of one identity differs']),
    ...TEXTS.flatMap((text, index) => {
      const ours = opened[index];
      return [
        ...(answer.opened[index] === text ? [] : [`text ${index}, made here: opened as another text`]),
        ...(ours?.ok === true && ours.text === text ? [] : [`text ${index}, made by rage: opened as another text`]),
      ];
    }),
    ...recipients.flatMap((text, index) => {
      const isOurs = recipientProblem(text) === null;
      return isOurs === answer.areRecipients[index] ? [] : [`${text}: ${isOurs ? 'only ours' : 'only rage'} takes it`];
    }),
  ];
  return {
    account: 'none',
    provider: 'none',
    engine: 'pyrage 1.4.0',
    compared: 'messages of age made here and opened by rage, the other way round; what is a recipient',
    result: problems.length === 0 ? 'the same' : `${problems.length} unexpected`,
    onPurpose: [],
    problems,
    checks: 1 + 2 * TEXTS.length + recipients.length,
  };
}
