import { decryptWith, encryptFor, messagesIn, newIdentity, recipientOf } from '../../src/keys/encryption.ts';
import { recipientProblem } from '../../src/team/recipient.ts';
import { IDENTITIES, otherForm } from '../support/recipients.ts';

const [mine, other] = IDENTITIES;

test('a new identity opens what is encrypted to its recipient, and no other does', async () => {
  const { identity, recipient } = await newIdentity();
  expect(recipientProblem(recipient)).toBeNull();
  const armored = await encryptFor(recipient, 'a secret of Zoë');
  expect(armored).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[\s\S]+\n-----END AGE ENCRYPTED FILE-----\n$/);
  expect(armored).not.toContain('secret');
  expect(await decryptWith(identity, armored)).toEqual({ ok: true, text: 'a secret of Zoë' });
  expect(await decryptWith(mine.identity, armored)).toEqual({ ok: false, because: 'other-identity' });
});

test.each(IDENTITIES)('the recipient of an identity: $recipient', async ({ identity, recipient }) => {
  expect(await recipientOf(identity)).toBe(recipient);
});

test.each(['', mine.recipient, mine.identity.toLowerCase(), mine.identity.replace('R4', '4R'), ` ${mine.identity}`])(
  'no identity: %j',
  async (text) => {
    expect(await recipientOf(text)).toBeNull();
  },
);

test.each(['age1pq1qqqsyqcyq5rqwzqf', '', mine.recipient.replace('ug', 'gu'), otherForm(mine.recipient)])(
  'nothing is encrypted to %j',
  async (recipient) => {
    await expect(encryptFor(recipient, 'x')).rejects.toThrow('not a recipient');
  },
);

test('messages are found in what a person copies', async () => {
  const armored = [await encryptFor(mine.recipient, 'one'), await encryptFor(other.recipient, 'two')] as const;
  const quoted = armored[0].trim().replaceAll('\n', '\r\n> ');
  const text = `Your key:\r\n> ${quoted}\r\n\`\`\`\n   ${armored[1].trim().replaceAll('\n', '\n   ')}\n\`\`\`\n`;
  const found = messagesIn(text);
  expect(found).toEqual(armored.map((each) => each.trim()));
  expect(await decryptWith(mine.identity, found[0] ?? '')).toEqual({ ok: true, text: 'one' });
  expect(messagesIn(armored[0].replace('-----END', '-----'))).toEqual([]);
});

test('a damaged message is not the same as one for another identity', async () => {
  const lines = (await encryptFor(mine.recipient, 'x'.repeat(100))).split('\n');
  const last = lines.length - 3;
  const damaged = lines.with(
    last,
    (lines[last] ?? '').replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')),
  );
  expect(await decryptWith(mine.identity, damaged.join('\n'))).toEqual({ ok: false, because: 'damaged' });
  expect(await decryptWith(mine.identity, lines.toSpliced(2, 1).join('\n'))).toEqual({ ok: false, because: 'damaged' });
  expect(await decryptWith(mine.identity, 'no message')).toEqual({ ok: false, because: 'damaged' });
});
