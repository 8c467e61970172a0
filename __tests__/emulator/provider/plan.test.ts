import { applied, planChange } from '../../../src/emulator/provider/change.ts';
import { RESOURCE_TYPES } from '../../../src/emulator/provider/resource-types.ts';
import { type Attributes, UNKNOWN, type Value } from '../../../src/emulator/provider/value.ts';

const DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:B","a:C"],"Resource":"*"}]}';
const SORTED = '{"Statement":[{"Action":["a:B","a:C"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}';
const REORDERED = '{"Version":"2012-10-17","Statement":{"Resource":["*"],"Action":["a:C","a:B"],"Effect":"Allow"}}';
const OTHER = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"a:B","Resource":"*"}]}';

/** Plans as an engine asks for it: its own merge of configuration and prior state comes first. */
function plan(
  name: string,
  config: Attributes,
  prior: Attributes | null = null,
  defaultTags: Readonly<Record<string, string>> = {},
) {
  const type = RESOURCE_TYPES.get(name)!;
  const proposed: Record<string, Value> = {};
  const whole: Record<string, Value> = {};
  for (const [attribute, { computed, optional }] of Object.entries(type.schema.attributes)) {
    const given = computed === true && optional !== true ? null : (config[attribute] ?? null);
    whole[attribute] = given;
    const inherited = prior === null ? UNKNOWN : (prior[attribute] ?? null);
    proposed[attribute] = given ?? (computed === true ? inherited : null);
  }
  return planChange(type, { prior, proposed, config: whole, defaultTags });
}

describe('planning a creation', () => {
  test.each<[string, string, Attributes, Attributes]>([
    [
      'a user without anything',
      'aws_iam_user',
      { name: 'u' },
      { path: '/', force_destroy: false, tags: null, tags_all: UNKNOWN, arn: UNKNOWN, id: UNKNOWN },
    ],
    [
      'a user with tags knows them all',
      'aws_iam_user',
      { name: 'u', tags: { a: '1' } },
      { tags: { a: '1' }, tags_all: { a: '1' } },
    ],
    ['a user whose tags are not known yet', 'aws_iam_user', { name: 'u', tags: { a: UNKNOWN } }, { tags_all: UNKNOWN }],
    ['a group', 'aws_iam_group', { name: 'g', path: '/p/' }, { path: '/p/', arn: UNKNOWN, unique_id: UNKNOWN }],
    [
      'a policy with a name',
      'aws_iam_policy',
      { name: 'p', policy: DOCUMENT },
      { name: 'p', name_prefix: UNKNOWN, policy: SORTED, description: null, attachment_count: UNKNOWN },
    ],
    ['a policy without a name', 'aws_iam_policy', { policy: DOCUMENT }, { name: UNKNOWN }],
    ['a policy whose document is not known yet', 'aws_iam_policy', { name: 'p', policy: UNKNOWN }, { policy: UNKNOWN }],
    [
      'an inline policy keeps its version first',
      'aws_iam_user_policy',
      { name: 'p', user: 'u', policy: REORDERED },
      { policy: '{"Version":"2012-10-17","Statement":{"Action":["a:C","a:B"],"Effect":"Allow","Resource":["*"]}}' },
    ],
    [
      'a membership',
      'aws_iam_group_membership',
      { name: 'm', group: 'g', users: ['u'] },
      { users: ['u'], id: UNKNOWN },
    ],
    ['an attachment', 'aws_iam_group_policy_attachment', { group: 'g', policy_arn: 'a' }, { id: UNKNOWN }],
    [
      'a guard knows everything',
      'aws_iam_user_policies_exclusive',
      { user_name: 'u', policy_names: [] },
      { user_name: 'u', policy_names: [] },
    ],
  ])('%s', (_title, name, config, expected) => {
    const { planned, requiresReplace } = plan(name, config);
    expect(planned).toMatchObject(expected);
    expect(requiresReplace).toEqual([]);
  });

  test('the tags of the provider block come on top', () => {
    expect(plan('aws_iam_user', { name: 'u', tags: { a: '1' } }, null, { b: '2', a: '0' }).planned).toMatchObject({
      tags: { a: '1' },
      tags_all: { a: '1', b: '2' },
    });
  });
});

const USER: Attributes = {
  arn: 'arn',
  force_destroy: true,
  id: 'u',
  name: 'u',
  path: '/',
  permissions_boundary: '',
  tags: {},
  tags_all: {},
  unique_id: 'AIDA',
};
const POLICY: Attributes = {
  arn: 'arn',
  attachment_count: 1,
  description: '',
  id: 'arn',
  name: 'p',
  name_prefix: '',
  path: '/',
  policy: SORTED,
  policy_id: 'ANPA',
  tags: {},
  tags_all: {},
};
const GROUP: Attributes = { arn: 'arn', id: 'g', name: 'g', path: '/', unique_id: 'AGPA' };
const MEMBERSHIP: Attributes = { group: 'g', id: 'm', name: 'm', users: ['a', 'b'] };
const ATTACHMENT: Attributes = { group: 'g', id: 'g-1', policy_arn: 'a' };
const GUARD: Attributes = { group_name: 'g', policy_arns: ['a'] };

describe('planning a change', () => {
  test.each<[string, string, Attributes, Attributes, Attributes, readonly string[]]>([
    ['unset is as good as empty', 'aws_iam_user', USER, { name: 'u', force_destroy: true }, {}, []],
    [
      'a user is renamed in place and keeps its ARN in the plan',
      'aws_iam_user',
      USER,
      { name: 'v', force_destroy: true },
      { name: 'v' },
      [],
    ],
    [
      'an imported user differs in force_destroy',
      'aws_iam_user',
      { ...USER, force_destroy: null },
      { name: 'u' },
      { force_destroy: false },
      [],
    ],
    [
      'a boundary is set',
      'aws_iam_user',
      USER,
      { name: 'u', force_destroy: true, permissions_boundary: 'b' },
      { permissions_boundary: 'b' },
      [],
    ],
    [
      'a boundary is taken away',
      'aws_iam_user',
      { ...USER, permissions_boundary: 'b' },
      { name: 'u', force_destroy: true },
      { permissions_boundary: null },
      [],
    ],
    [
      'the last tag goes',
      'aws_iam_user',
      { ...USER, tags: { a: '1' }, tags_all: { a: '1' } },
      { name: 'u', force_destroy: true },
      { tags: null, tags_all: UNKNOWN },
      [],
    ],
    [
      'a foreign tag is taken off',
      'aws_iam_user',
      { ...USER, tags: { a: '1', x: 'y' }, tags_all: { a: '1', x: 'y' } },
      { name: 'u', force_destroy: true, tags: { a: '1' } },
      { tags: { a: '1' }, tags_all: { a: '1' } },
      [],
    ],
    [
      'a group is renamed in place and gets a new ARN',
      'aws_iam_group',
      GROUP,
      { name: 'h' },
      { name: 'h', arn: UNKNOWN },
      [],
    ],
    ['a document in another form', 'aws_iam_policy', POLICY, { name: 'p', policy: REORDERED }, {}, []],
    [
      'another document',
      'aws_iam_policy',
      POLICY,
      { name: 'p', policy: OTHER },
      { policy: '{"Statement":[{"Action":"a:B","Effect":"Deny","Resource":"*"}],"Version":"2012-10-17"}' },
      [],
    ],
    [
      'a description replaces the policy',
      'aws_iam_policy',
      POLICY,
      { name: 'p', policy: DOCUMENT, description: 'd' },
      { description: 'd' },
      ['description'],
    ],
    [
      'name and path replace the policy',
      'aws_iam_policy',
      POLICY,
      { name: 'q', path: '/p/', policy: DOCUMENT },
      { name: 'q', path: '/p/' },
      ['name', 'path'],
    ],
    [
      'members change in place',
      'aws_iam_group_membership',
      MEMBERSHIP,
      { name: 'm', group: 'g', users: ['b', 'c'] },
      { users: ['b', 'c'] },
      [],
    ],
    [
      'members in another order',
      'aws_iam_group_membership',
      MEMBERSHIP,
      { name: 'm', group: 'g', users: ['b', 'a'] },
      { users: ['b', 'a'] },
      [],
    ],
    [
      'another group replaces the membership',
      'aws_iam_group_membership',
      MEMBERSHIP,
      { name: 'm', group: 'h', users: ['a', 'b'] },
      { group: 'h' },
      ['group'],
    ],
    [
      'anything replaces an attachment',
      'aws_iam_group_policy_attachment',
      ATTACHMENT,
      { group: 'h', policy_arn: 'b' },
      { group: 'h', policy_arn: 'b' },
      ['group', 'policy_arn'],
    ],
    [
      'a guard changes its list in place',
      'aws_iam_group_policy_attachments_exclusive',
      GUARD,
      { group_name: 'g', policy_arns: [] },
      { policy_arns: [] },
      [],
    ],
    [
      'a guard does not move',
      'aws_iam_group_policy_attachments_exclusive',
      GUARD,
      { group_name: 'h', policy_arns: ['a'] },
      { group_name: 'h' },
      ['group_name'],
    ],
  ])('%s', (_title, name, prior, config, changed, requiresReplace) => {
    const change = plan(name, config, prior);
    expect(change.planned).toEqual({ ...prior, ...changed });
    expect([...change.requiresReplace].sort()).toEqual(requiresReplace);
  });
});

test('tags that were planned as null and are empty afterwards stay null until the next read', () => {
  expect(applied({ tags: null, tags_all: UNKNOWN }, { tags: {}, tags_all: {} })).toEqual({ tags: null, tags_all: {} });
});
