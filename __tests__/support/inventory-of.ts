import type { AccessModel } from '../../src/access/model.ts';
import type { AccessKey, Inventory, PolicyVersion, UserCredentials } from '../../src/aws/types.ts';

const NO_CREDENTIALS: UserCredentials = {
  keys: [],
  password: null,
  certificates: [],
  ssh: [],
  services: [],
};

/** A key that is a day old and was used today: no finding. */
export function keyOf(given: Partial<AccessKey> = {}): AccessKey {
  return {
    id: 'AKIAIOSFODNN7EXAMPLE',
    active: true,
    created: '2026-11-24T09:00:00Z',
    lastUsed: '2026-11-25T09:00:00Z',
    isUseKnown: true,
    ...given,
  };
}

/** What an inventory says of an account that holds that; credentials by the name of the user. */
export function inventoryOf(
  access: AccessModel,
  credentials: Readonly<Record<string, Partial<UserCredentials>>> = {},
  more: Partial<Inventory> = {},
  versions: Readonly<Record<string, readonly PolicyVersion[]>> = {},
): Inventory {
  const attachments = new Map<string, number>();
  for (const { attached } of [...access.users, ...access.groups]) {
    for (const arn of attached) attachments.set(arn, (attachments.get(arn) ?? 0) + 1);
  }
  return {
    isAccessKnown: true,
    access,
    users: new Map(
      access.users.map(({ name }) => [
        name,
        {
          created: '2026-01-01T00:00:00Z',
          isReported: true,
          credentials: { ...NO_CREDENTIALS, ...credentials[name] },
        },
      ]),
    ),
    ids: { user: new Map(), group: new Map() },
    policies: new Map(
      access.policies.map(({ arn }) => [
        arn,
        { attachments: attachments.get(arn) ?? 0, versions: versions[arn] ?? [] },
      ]),
    ),
    roles: [],
    rolePolicies: [],
    rootKeys: [],
    reportedAt: '2026-11-25T11:00:00Z',
    notChecked: [],
    ...more,
  };
}
