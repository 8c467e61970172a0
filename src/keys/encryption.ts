import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { recipientProblem } from '../team/recipient.ts';

/** An age identity, which is secret, and its recipient, which is public. */
export async function newIdentity() {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The recipient of an identity; null if the text is no X25519 identity. */
export async function recipientOf(identity: string): Promise<string | null> {
  if (!/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/.test(identity)) return null;
  return identityToRecipient(identity).catch(() => null);
}

/** Text that only the identity of a valid recipient opens, armored, with a line end. Rejects any other recipient. */
export async function encryptFor(recipient: string, text: string): Promise<string> {
  const problem = recipientProblem(recipient);
  if (problem !== null) throw new TypeError(`not a recipient of an X25519 identity: ${problem}`);
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(text));
}

/** A decrypted text, or why there is none: the message is damaged, or for another identity. */
export type Decrypted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly because: 'damaged' | 'other-identity' };

/** The armored messages in a text, whatever is around them or before their lines, such as the words of a comment. */
export function messagesIn(text: string): readonly string[] {
  const found = text.matchAll(/-----BEGIN AGE ENCRYPTED FILE-----[^-]*-----END AGE ENCRYPTED FILE-----/g);
  return [...found].map(([message]) => message.replace(/\r?\n[ \t>]*/g, '\n'));
}

/** Opens an armored message with a valid identity. */
export async function decryptWith(identity: string, armored: string): Promise<Decrypted> {
  let matched = true;
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  // Identities are tried in turn: this one is asked only if the other does not match.
  decrypter.addIdentity({
    unwrapFileKey: () => {
      matched = false;
      return null;
    },
  });
  try {
    return { ok: true, text: await decrypter.decrypt(armor.decode(armored), 'text') };
  } catch {
    return { ok: false, because: matched ? 'damaged' : 'other-identity' };
  }
}
