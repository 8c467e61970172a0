import fc from 'fast-check';
import {
  attachmentAddress,
  limitsAddress,
  memberAddress,
  memberKeyOfAddress,
  roleAddress,
  roleKeyOfAddress,
} from '../../src/terraform/addresses.ts';
import { keys } from '../support/team-arbitrary.ts';

test.each([
  ['bo', 'member_bo'],
  ['ada-lovelace', 'member_ada-lovelace'],
  ['ada.lovelace', 'member_ada_2elovelace'],
  ['ada_lovelace', 'member_ada_5flovelace'],
  ['Ada', 'member_Ada'],
  ['a+b=c,d@e', 'member_a_2bb_3dc_2cd_40e'],
])('the member %s has the address %s', (key, address) => {
  expect(memberAddress(key)).toBe(address);
});

test('suffixes are readable', () => {
  expect(limitsAddress('bo')).toBe('member_bo_limits');
  expect(attachmentAddress('paymaster', 'own')).toBe('role_paymaster_own');
  expect(attachmentAddress('full-access', 'AmazonMechanicalTurkFullAccess')).toBe(
    'role_full-access_AmazonMechanicalTurkFullAccess',
  );
});

test.each([
  ['aws_iam_user.member_bo', 'bo'],
  ['aws_iam_user_policy.member_bo_limits', 'bo'],
  ['member_ada_2elovelace', 'ada.lovelace'],
  ['member_bo_5flimits_limits', 'bo_limits'],
  ['aws_iam_group.role_bo', null],
  ['aws_iam_user.other', null],
  ['aws_iam_user.member_', null],
])('the address %s is of the member %s', (address, key) => {
  expect(memberKeyOfAddress(address)).toBe(key);
});

test('a key outside the alphabet of IAM has no address', () => {
  expect(() => memberAddress('李')).toThrow(RangeError);
});

test('a key comes back from each of its addresses', () => {
  fc.assert(
    fc.property(keys(), (key) => {
      expect(memberKeyOfAddress(`aws_iam_user.${memberAddress(key)}`)).toBe(key);
      expect(memberKeyOfAddress(limitsAddress(key))).toBe(key);
      expect(roleKeyOfAddress(roleAddress(key))).toBe(key);
      expect(roleKeyOfAddress(attachmentAddress(key, 'own'))).toBe(key);
      expect(roleKeyOfAddress(attachmentAddress(key, 'AmazonMechanicalTurkReadOnly'))).toBe(key);
      expect(roleKeyOfAddress(memberAddress(key))).toBeNull();
    }),
  );
});

test('no two keys and no suffix share an address, and every address is a name that Terraform takes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(keys(), { maxLength: 12 }), (all) => {
      const addresses = all.flatMap((key) => [
        memberAddress(key),
        limitsAddress(key),
        roleAddress(key),
        attachmentAddress(key, 'own'),
        attachmentAddress(key, 'AmazonMechanicalTurkFullAccess'),
      ]);
      expect(new Set(addresses).size).toBe(addresses.length);
      for (const address of addresses) expect(address).toMatch(/^[A-Za-z_][A-Za-z0-9_-]*$/);
    }),
  );
});
