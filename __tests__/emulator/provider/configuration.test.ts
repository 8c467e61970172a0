import { checkSettings, readSettings, refuseAccount } from '../../../src/emulator/provider/provider-schema.ts';
import { RESOURCE_TYPES } from '../../../src/emulator/provider/resource-types.ts';
import { type Attributes, UNKNOWN } from '../../../src/emulator/provider/value.ts';
import { recordedText } from '../../support/recorded-plan.ts';

interface RecordedSchema {
  readonly resource_schemas: Readonly<
    Record<
      string,
      { readonly block: { readonly attributes: Readonly<Record<string, Readonly<Record<string, unknown>>>> } }
    >
  >;
}

const recorded = (JSON.parse(recordedText('schema-5.54.json')) as RecordedSchema).resource_schemas;

/** They came after 5.54, with the shape of the other exclusive resources. */
const NEWER = ['aws_iam_role_policies_exclusive', 'aws_iam_role_policy_attachments_exclusive'];

test('all types but two are recorded', () => {
  expect([...RESOURCE_TYPES.keys()].filter((name) => !(name in recorded))).toEqual(NEWER);
});

test.each([...RESOURCE_TYPES].filter(([name]) => name in recorded))(
  '%s has the attributes of the real provider',
  (name, type) => {
    // Descriptions are words, and ours are our own.
    const withoutWords = Object.fromEntries(
      Object.entries(recorded[name]!.block.attributes).map(
        ([attribute, { description_kind, description, ...facts }]) => [attribute, facts],
      ),
    );
    const ours = Object.fromEntries(
      Object.entries(type.schema.attributes).map(([attribute, { description, ...facts }]) => [attribute, facts]),
    );
    expect(ours).toEqual(withoutWords);
  },
);

describe('a configuration that AWS could not take', () => {
  test.each<[string, Attributes, string | null]>([
    ['aws_iam_user', { name: 'ada lovelace' }, 'name'],
    ['aws_iam_user', { name: 'ada' }, null],
    ['aws_iam_user', { name: UNKNOWN }, null],
    ['aws_iam_user', { name: 'ada', permissions_boundary: 'x'.repeat(2049) }, 'permissions_boundary'],
    ['aws_iam_group', { name: 'a/b' }, 'name'],
    ['aws_iam_policy', { name: 'p', policy: 'x' }, 'policy'],
    ['aws_iam_policy', { name: 'p', policy: '{"a":' }, 'policy'],
    ['aws_iam_policy', { name: 'p', policy: UNKNOWN }, null],
    ['aws_iam_policy', { name: 'x'.repeat(129), policy: '{}' }, 'name'],
    ['aws_iam_policy', { name: 'p', name_prefix: 'q', policy: '{}' }, 'name'],
    ['aws_iam_user_policy', { user: 'u', name: 'p', policy: '[]' }, 'policy'],
    ['aws_iam_role', { name: 'x'.repeat(65), assume_role_policy: '{}' }, 'name'],
    ['aws_iam_role', { name: 'r', assume_role_policy: '{}', managed_policy_arns: ['a'] }, 'managed_policy_arns'],
    ['aws_iam_role', { name: 'r', assume_role_policy: '{}', inline_policy: [{ name: 'p' }] }, 'inline_policy'],
    ['aws_iam_role', { name: 'r', assume_role_policy: '{}', inline_policy: [] }, null],
    ['aws_iam_group_policy_attachment', { group: 'g', policy_arn: 'Full' }, 'policy_arn'],
    ['aws_iam_group_policy_attachment', { group: 'g', policy_arn: 'arn:aws:iam::aws:policy/ReadOnly' }, null],
    ['aws_iam_group_policy_attachment', { group: 'g', policy_arn: 'arn:aws:iam::123456789012:policy/a/b' }, null],
  ])('%s %j', (name, given, attribute) => {
    const type = RESOURCE_TYPES.get(name)!;
    const nothing = Object.fromEntries(Object.keys(type.schema.attributes).map((key) => [key, null]));
    const found = type.validate?.({ ...nothing, ...given }) ?? [];
    expect(found.map((diagnostic) => diagnostic.attribute)).toEqual(attribute === null ? [] : [attribute]);
  });
});

describe('the provider block', () => {
  const empty = { default_tags: [], endpoints: [] };

  test('says where to go, as whom, and with which tags', () => {
    const settings = readSettings({
      ...empty,
      access_key: 'AKIA',
      secret_key: 'secret',
      default_tags: [{ tags: { a: '1' } }],
      endpoints: [{ iam: 'http://127.0.0.1:1', sts: 'http://127.0.0.1:2', s3: null }],
      skip_credentials_validation: true,
    });
    expect(settings).toMatchObject({
      accessKey: 'AKIA',
      iamEndpoint: 'http://127.0.0.1:1',
      stsEndpoint: 'http://127.0.0.1:2',
      defaultTags: { a: '1' },
      checkCredentials: false,
      askForAccount: true,
      maxRetries: null,
    });
  });

  test.each<[string, Attributes, readonly (string | null)[]]>([
    ['nothing', empty, []],
    ['an account id of 11 digits', { ...empty, allowed_account_ids: ['12345678901'] }, ['allowed_account_ids']],
    [
      'allowed and forbidden accounts at once',
      { ...empty, allowed_account_ids: ['123456789012'], forbidden_account_ids: ['999999999999'] },
      ['allowed_account_ids'],
    ],
  ])('is checked: %s', (_title, config, expected) => {
    expect(checkSettings(config).map(({ attribute }) => attribute)).toEqual(expected);
  });

  test.each<[string, Attributes, boolean]>([
    ['any account, where none is named', empty, false],
    ['the allowed account', { ...empty, allowed_account_ids: ['123456789012'] }, false],
    ['another account', { ...empty, allowed_account_ids: ['999999999999'] }, true],
    ['a forbidden account', { ...empty, forbidden_account_ids: ['123456789012'] }, true],
  ])('refuses or takes %s', (_title, config, refused) => {
    expect(refuseAccount(readSettings(config), '123456789012') !== null).toBe(refused);
  });
});

describe('import', () => {
  test.each<[string, string, Attributes | string]>([
    ['aws_iam_user', 'ada', { id: 'ada' }],
    ['aws_iam_group', 'g', { id: 'g' }],
    ['aws_iam_policy', 'arn:aws:iam::1:policy/p', { id: 'arn:aws:iam::1:policy/p' }],
    ['aws_iam_user_policy', 'ada:limits', { id: 'ada:limits' }],
    ['aws_iam_user_policy', 'ada', 'user_policy id must be of the form <user name>:<policy name>'],
    [
      'aws_iam_group_policy_attachment',
      'g/arn:aws:iam::1:policy/a/p',
      { id: 'g-arn:aws:iam::1:policy/a/p', group: 'g', policy_arn: 'arn:aws:iam::1:policy/a/p' },
    ],
    ['aws_iam_group_policy_attachment', 'g', 'unexpected format of ID ("g"), expected <group-name>/<policy_arn>'],
    ['aws_iam_user_policies_exclusive', 'ada', { user_name: 'ada' }],
  ])('%s %s', (name, id, expected) => {
    expect(RESOURCE_TYPES.get(name)!.importState?.(id)).toEqual(expected);
  });

  test('a membership has none, as with the real provider', () => {
    expect(RESOURCE_TYPES.get('aws_iam_group_membership')!.importState).toBeUndefined();
  });
});
