import type { Scenario, ScenarioStep } from './scenarios.ts';

const PATH = '/mturk/lab/';

const createUsers = (count: number): ScenarioStep[] =>
  Array.from({ length: count }, (_, index) => ({
    call: 'CreateUser',
    input: { UserName: `user-${index}`, Path: PATH },
  }));
const createGroups = (count: number): ScenarioStep[] =>
  Array.from({ length: count }, (_, index) => ({ call: 'CreateGroup', input: { GroupName: `group-${index}` } }));

/** Users, groups, memberships and tags. */
export const entityScenarios: readonly Scenario[] = [
  {
    name: 'the life of a user',
    steps: [
      { call: 'CreateUser', input: { UserName: 'ada', Path: PATH, Tags: [{ Key: 'mturk-team:lab', Value: 'lab' }] } },
      { call: 'CreateUser', input: { UserName: 'bo' } },
      { call: 'GetUser', input: { UserName: 'ada' } },
      { call: 'GetUser', input: { UserName: 'missing-user' }, expectError: 'NoSuchEntityException' },
      { call: 'CreateUser', input: { UserName: 'ada' }, expectError: 'EntityAlreadyExistsException' },
      { call: 'ListUsers', input: {} },
      { call: 'ListUsers', input: { PathPrefix: '/mturk/' } },
      { call: 'ListUserTags', input: { UserName: 'ada' } },
      { call: 'TagUser', input: { UserName: 'ada', Tags: [{ Key: 'colour', Value: 'red' }] } },
      { call: 'TagUser', input: { UserName: 'ada', Tags: [{ Key: 'colour', Value: 'blue' }] } },
      { call: 'UntagUser', input: { UserName: 'ada', TagKeys: ['mturk-team:lab', 'not-there'] } },
      { call: 'ListUserTags', input: { UserName: 'ada' } },
      { call: 'UpdateUser', input: { UserName: 'bo', NewUserName: 'bobo', NewPath: PATH } },
      { call: 'GetUser', input: { UserName: 'bo' }, expectError: 'NoSuchEntityException' },
      { call: 'GetUser', input: { UserName: 'bobo' } },
      { call: 'DeleteUser', input: { UserName: 'bobo' } },
      { call: 'DeleteUser', input: { UserName: 'bobo' }, expectError: 'NoSuchEntityException' },
      { call: 'DeleteUser', input: { UserName: 'ada' } },
      { call: 'ListUsers', input: {} },
    ],
  },
  {
    name: 'names of users',
    steps: [
      { call: 'CreateUser', input: { UserName: 'Ada' } },
      {
        call: 'CreateUser',
        input: { UserName: 'ADA', Path: '/elsewhere/' },
        expectError: 'EntityAlreadyExistsException',
        awsRule: 'names are unique in an account ignoring case and path',
      },
      {
        call: 'GetUser',
        input: { UserName: 'ada' },
        awsRule: 'names are not distinguished by case',
      },
      {
        call: 'CreateUser',
        input: { UserName: 'a'.repeat(65) },
        expectError: 'ValidationError',
        awsRule: 'a user name has at most 64 characters',
      },
      {
        call: 'CreateUser',
        input: { UserName: "o'neill" },
        expectError: 'ValidationError',
        awsRule: 'a name has letters, digits and +=,.@_- only',
      },
      {
        call: 'CreateUser',
        input: { UserName: 'bo', Path: 'mturk' },
        expectError: 'ValidationError',
        awsRule: 'a path begins and ends with a slash',
      },
    ],
  },
  {
    name: 'pages of users',
    steps: [
      ...createUsers(5),
      { call: 'ListUsers', input: { MaxItems: 2 }, awsRule: 'MaxItems is kept to', saves: { next: 'Marker' } },
      {
        call: 'ListUsers',
        input: ({ next }) => ({ MaxItems: 2, Marker: next }),
        awsRule: 'MaxItems is kept to',
        saves: { next: 'Marker' },
      },
      { call: 'ListUsers', input: ({ next }) => ({ MaxItems: 2, Marker: next }), awsRule: 'MaxItems is kept to' },
    ],
  },
  {
    name: 'the life of a group',
    steps: [
      { call: 'CreateGroup', input: { GroupName: 'readers', Path: PATH } },
      { call: 'CreateGroup', input: { GroupName: 'readers' }, expectError: 'EntityAlreadyExistsException' },
      { call: 'CreateUser', input: { UserName: 'ada', Path: PATH } },
      { call: 'CreateUser', input: { UserName: 'bo', Path: PATH } },
      { call: 'GetGroup', input: { GroupName: 'readers' } },
      { call: 'AddUserToGroup', input: { GroupName: 'readers', UserName: 'ada' } },
      { call: 'AddUserToGroup', input: { GroupName: 'readers', UserName: 'ada' } },
      { call: 'AddUserToGroup', input: { GroupName: 'readers', UserName: 'bo' } },
      {
        call: 'AddUserToGroup',
        input: { GroupName: 'readers', UserName: 'missing-user' },
        expectError: 'NoSuchEntityException',
      },
      { call: 'AddUserToGroup', input: { GroupName: 'nothing', UserName: 'bo' }, expectError: 'NoSuchEntityException' },
      { call: 'GetGroup', input: { GroupName: 'readers' } },
      { call: 'ListGroupsForUser', input: { UserName: 'ada' } },
      { call: 'ListGroupsForUser', input: { UserName: 'missing-user' }, expectError: 'NoSuchEntityException' },
      { call: 'ListGroups', input: {} },
      { call: 'RemoveUserFromGroup', input: { GroupName: 'readers', UserName: 'bo' } },
      {
        call: 'RemoveUserFromGroup',
        input: { GroupName: 'readers', UserName: 'bo' },
        expectError: 'NoSuchEntityException',
      },
      {
        call: 'DeleteGroup',
        input: { GroupName: 'readers' },
        expectError: 'DeleteConflictException',
        awsRule: 'a group with members is not deleted',
      },
      {
        call: 'DeleteUser',
        input: { UserName: 'ada' },
        expectError: 'DeleteConflictException',
        awsRule: 'a user in a group is not deleted',
      },
    ],
  },
  {
    name: 'a group renamed and deleted',
    steps: [
      { call: 'CreateGroup', input: { GroupName: 'readers', Path: PATH } },
      { call: 'UpdateGroup', input: { GroupName: 'readers', NewGroupName: 'lookers', NewPath: '/other/' } },
      { call: 'GetGroup', input: { GroupName: 'readers' }, expectError: 'NoSuchEntityException' },
      { call: 'GetGroup', input: { GroupName: 'lookers' } },
      { call: 'ListGroups', input: { PathPrefix: '/other/' } },
      { call: 'DeleteGroup', input: { GroupName: 'lookers' } },
      { call: 'DeleteGroup', input: { GroupName: 'lookers' }, expectError: 'NoSuchEntityException' },
    ],
  },
  {
    name: 'an eleventh group',
    steps: [
      { call: 'CreateUser', input: { UserName: 'ada' } },
      ...createGroups(11),
      ...Array.from({ length: 10 }, (_, index) => ({
        call: 'AddUserToGroup',
        input: { GroupName: `group-${index}`, UserName: 'ada' },
      })),
      {
        call: 'AddUserToGroup',
        input: { GroupName: 'group-10', UserName: 'ada' },
        expectError: 'LimitExceededException',
        awsRule: 'a user is in at most 10 groups',
      },
    ],
  },
];
