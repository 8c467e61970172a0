import { bech32 } from '@scure/base';

/** Identities of these tests alone: they open nothing else. */
export const IDENTITIES = [
  {
    identity: 'AGE-SECRET-KEY-1R4PC5LAJY40EKUMGZ9W77P5AT3E8AKRFH3P7TCCXTZ3P8XH0Q3PQUM7MGG',
    recipient: 'age1axug5fmpuqwt434xauly3x242t5cmknxzlhxk5k2dktluu0ljeeqwl6k60',
  },
  {
    identity: 'AGE-SECRET-KEY-1F2ULRWWJED2SK5YL4QM5ZZWHM4E3L2T9EJUZSZ4NGX57URXS4SESNML3TK',
    recipient: 'age10faq7kltpy423fwar80gax6fj59u8keehxst0g5cauzhe89aafcsv3x0mh',
  },
] as const;

/** The same public key as another text: X25519 ignores the last bit (RFC 7748, section 5). */
export function otherForm(recipient: string): string {
  const { prefix, bytes } = bech32.decodeToBytes(recipient);
  return bech32.encodeFromBytes(
    prefix,
    bytes.map((byte, place) => (place === 31 ? byte ^ 0x80 : byte)),
  );
}
