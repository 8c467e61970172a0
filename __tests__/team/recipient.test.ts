import { bech32 } from '@scure/base';
import { recipientProblem } from '../../src/team/recipient.ts';
import { IDENTITIES, otherForm } from '../support/recipients.ts';

const [{ identity, recipient }] = IDENTITIES;
const ofBytes = (hex: string, prefix = 'age') => bech32.encodeFromBytes(prefix, Buffer.from(hex, 'hex'));

test.each(IDENTITIES.map((each) => [each.recipient]))('%s is a recipient', (text) => {
  expect(recipientProblem(text)).toBeNull();
});

test.each([
  ['identity', identity],
  ['identity', identity.toLowerCase()],
  ['identity', ` ${identity}`],
  ['post-quantum', 'age1pq1qqqsyqcyq5rqwzqf'],
  ['post-quantum', 'age1tagpq1qqqsyqcyq5rqwzqf'],
  ['plugin', ofBytes('02'.repeat(33), 'age1tag')],
  ['plugin', 'age1yubikey1q2w3e4r5t6y'],
  ['ssh', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ'],
  ['ssh', 'ecdsa-sha2-nistp256 AAAAE2VjZHNh'],
  ['ssh', 'sk-ssh-ed25519@openssh.com AAAAGnNr'],
  ['mistyped', recipient.toUpperCase()],
  ['mistyped', ` ${recipient}`.trim().slice(0, -1)],
  ['mistyped', `${recipient}q`],
  ['mistyped', `${recipient}\n`],
  ['mistyped', `${recipient} ${IDENTITIES[1].recipient}`],
  ['mistyped', ofBytes('07'.repeat(31))],
  ['weak', ofBytes('00'.repeat(32))],
  ['weak', ofBytes(`01${'00'.repeat(31)}`)],
  ['weak', ofBytes('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')],
  ['weak', ofBytes('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157')],
  ['weak', ofBytes(`ec${'ff'.repeat(30)}7f`)],
  ['weak', ofBytes(`ee${'ff'.repeat(30)}7f`)],
  ['weak', ofBytes(`${'00'.repeat(31)}80`)],
  // The last bit, which X25519 ignores, and 2^255 - 17.
  ['second-form', otherForm(recipient)],
  ['second-form', ofBytes(`ef${'ff'.repeat(30)}7f`)],
  ['no-recipient', ` ${recipient}`],
  ['no-recipient', ofBytes('02'.repeat(32), 'bc')],
  ['no-recipient', 'github:adaoneill'],
  ['no-recipient', '-----BEGIN PGP PUBLIC KEY BLOCK-----'],
  ['no-recipient', ''],
])('%s: %s', (problem, text) => {
  expect(recipientProblem(text)).toBe(problem);
});

test('the greatest public key is a recipient', () => {
  expect(recipientProblem(ofBytes(`eb${'ff'.repeat(30)}7f`))).toBeNull();
});

test('no other letter at any place is a recipient', () => {
  const others = [...recipient].flatMap((letter, place) =>
    [...'023456789acdefghjklmnpqrstuvwxyz']
      .filter((other) => other !== letter)
      .map((other) => `${recipient.slice(0, place)}${other}${recipient.slice(place + 1)}`),
  );
  expect(others.filter((text) => recipientProblem(text) === null)).toEqual([]);
});
