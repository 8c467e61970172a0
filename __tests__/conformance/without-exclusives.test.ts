import { EXCLUSIVE_TYPES, withoutExclusives } from '../../conformance/without-exclusives.ts';

const CONFIGURATION = {
  terraform: { backend: { local: {} }, required_providers: { aws: { source: 'aws', version: '6.25.0' } } },
  provider: { aws: [{ region: 'us-east-1', allowed_account_ids: ['123456789012'] }] },
  resource: {
    aws_iam_user: { member_bo: { name: 'bo' } },
    aws_iam_user_policy: {
      member_bo_limits: {
        name: 'limits',
        depends_on: ['aws_iam_user_policies_exclusive.member_bo', 'aws_iam_user.member_bo'],
      },
    },
    ...Object.fromEntries(EXCLUSIVE_TYPES.map((exclusive) => [exclusive, { member_bo: { user_name: 'bo' } }])),
  },
};

interface Configuration {
  readonly terraform: unknown;
  readonly provider: unknown;
  readonly resource?: Readonly<Record<string, unknown>>;
}

function adapted(configuration: object): Configuration {
  return JSON.parse(withoutExclusives(JSON.stringify(configuration), 'http://127.0.0.1:1')) as Configuration;
}

test('the four exclusive-policy resources go, with what depends on them, and nothing else does', () => {
  const { resource } = adapted(CONFIGURATION);
  expect(resource).toEqual({
    aws_iam_user: { member_bo: { name: 'bo' } },
    aws_iam_user_policy: { member_bo_limits: { name: 'limits', depends_on: ['aws_iam_user.member_bo'] } },
  });
});

test('the version is the released one, and the backend stays', () => {
  expect(adapted(CONFIGURATION).terraform).toEqual({
    backend: { local: {} },
    required_providers: { aws: { source: 'aws', version: '3.39.0' } },
  });
});

test('the provider calls the endpoint and still refuses other accounts', () => {
  expect(adapted(CONFIGURATION).provider).toEqual({
    aws: [
      expect.objectContaining({
        region: 'us-east-1',
        allowed_account_ids: ['123456789012'],
        endpoints: [{ iam: 'http://127.0.0.1:1', sts: 'http://127.0.0.1:1' }],
      }),
    ],
  });
});

test('a configuration that holds nothing has no empty resource block, which the engine refuses', () => {
  expect(adapted({ ...CONFIGURATION, resource: undefined }).resource).toBeUndefined();
});
