import fc from 'fast-check';
import type { AccessModel } from '../../src/access/model.ts';
import { takeInventory } from '../../src/aws/inventory/inventory.ts';
import { ACCOUNT, iamOf, openAccount } from '../emulator/clients.ts';
import { anyAccount } from '../support/account-arbitrary.ts';
import { runs } from '../support/exhaustive.ts';
import { accessIn } from '../support/transient-access.ts';

const isAws = (arn: string): boolean => arn.startsWith('arn:aws:iam::aws:');
const byName = <T extends { readonly name: string }>(items: readonly T[]): T[] =>
  [...items].sort((one, other) => (one.name < other.name ? -1 : 1));
const sorted = ({ account, users, groups, policies }: AccessModel): AccessModel => ({
  account,
  users: byName(users).map((user) => ({
    ...user,
    groups: [...user.groups].sort(),
    attached: [...user.attached].sort(),
    inline: byName(user.inline),
  })),
  groups: byName(groups).map((group) => ({
    ...group,
    attached: [...group.attached].sort(),
    inline: byName(group.inline),
  })),
  policies: [...policies].sort((one, other) => (one.arn < other.arn ? -1 : 1)),
});

test('what is read through the API is what the account remembers, on pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(anyAccount, fc.integer({ min: 1, max: 9 }), async (state, pageSize) => {
      const emulator = await openAccount({ memory: { account: state, states: new Map() } });
      const iam = iamOf(emulator);
      try {
        const { access, policies, users, notChecked } = await takeInventory(iam, {
          account: ACCOUNT,
          managed: () => true,
          scope: 'access',
          pageSize,
        });
        expect(notChecked).toEqual([]);
        const expected = sorted(access);
        expect({ ...access, policies: expected.policies }).toEqual(expected);
        const own = (model: AccessModel) => ({ ...model, policies: model.policies.filter(({ arn }) => !isAws(arn)) });
        expect(own(expected)).toEqual(own(sorted(accessIn(state))));
        // Of AWS's policies only the attached ones.
        const had = [...access.users, ...access.groups].flatMap(({ attached }) => attached);
        const caps = access.users.flatMap(({ boundary }) => boundary ?? []);
        expect(new Set(access.policies.map(({ arn }) => arn).filter(isAws))).toEqual(
          new Set([...had, ...caps].filter(isAws)),
        );
        expect(new Set(policies.keys())).toEqual(new Set(access.policies.map(({ arn }) => arn)));
        expect([...users.keys()].sort()).toEqual(access.users.map(({ name }) => name));
      } finally {
        iam.destroy();
        await emulator.close();
      }
    }),
    { numRuns: runs(60) },
  );
});
