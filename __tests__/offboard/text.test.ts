import type { Survey } from '../../src/offboard/survey.ts';
import { heldBy, placeInTeam, userProblem } from '../../src/offboard/survey.ts';
import { surveyBlocks } from '../../src/offboard/text.ts';
import { printMarkdown } from '../../src/text/github.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { expectGolden } from '../support/golden.ts';
import { member, sampleTeam } from '../support/sample-team.ts';
import { AT, DETAILS, FACTS } from './sample-departure.ts';

const names = {
  lab: 'perception-lab',
  people: new Map([
    ['perception-lab-zoe', { key: 'zoe', name: 'Zoë <img>' }],
    ['perception-lab-ada', { key: 'ada', name: "Ada O'Neill" }],
  ]),
};
const NONE = { password: null, mfa: [], ssh: [], certificates: [], services: [], notChecked: [] };
const SURVEY: Survey = {
  ...{ member: 'zoe', listed: 'member', user: 'perception-lab-zoe', problem: null, sponsored: [] },
  ...{ isOnlyOwner: false, expirers: ['perception-lab-ada', 'admin'] },
  held: {
    ...{ facts: FACTS, roles: ['results-reader'], otherGroups: ['readers'] },
    credentials: {
      ...{ password: { lastUsed: '2026-11-01T12:00:00Z' }, mfa: ['GAHT12345678'], ssh: ['APKAEXAMPLE000000001'] },
      ...{ certificates: ['CERT1'], services: [{ id: 'ACCAEXAMPLE000000001', service: 'codecommit.amazonaws.com' }] },
      notChecked: [],
    },
  },
};
const bare = { ...FACTS, keys: [], policies: [] };

test.each<[name: string, survey: Survey, done?: Parameters<typeof surveyBlocks>[1]]>([
  ['everything', SURVEY],
  ['after-now', SURVEY, { out: "zoe's.json", deactivated: FACTS.keys }],
  [
    'sponsor-and-only-owner',
    {
      ...{ ...SURVEY, sponsored: ['bo'], isOnlyOwner: true, expirers: [], problem: 'renamed' },
      held: { facts: bare, roles: [], otherGroups: [], credentials: NONE },
    },
  ],
  [
    'departed',
    {
      ...SURVEY,
      listed: 'departed',
      problem: 'moved',
      held: { facts: bare, roles: [], otherGroups: [], credentials: NONE },
    },
  ],
  ['gone', { ...SURVEY, listed: 'departed', held: null }],
])('the survey %s on a terminal and in a pull request', (name, survey, done = { out: null, deactivated: [] }) => {
  const blocks = surveyBlocks(survey, done, names);
  const markdown = printMarkdown(blocks, { reveal: false });
  expectGolden(
    `offboard/survey-${name}.txt`,
    `${printTerminal(blocks, 100).join('\n')}\n\n==== in a pull request\n\n${markdown}\n`,
  );
});

test('where the file has a member, and what their departure takes along', () => {
  const team = {
    ...sampleTeam,
    owners: ['ada'],
    members: [member({ key: 'ada' }), member({ key: 'zoe', sponsor: 'ada' })],
  };
  expect(placeInTeam(team, 'ada')).toEqual({ listed: 'member', sponsored: ['zoe'], isOnlyOwner: true });
  expect(placeInTeam(team, 'zoe')).toEqual({ listed: 'member', sponsored: [], isOnlyOwner: false });
  expect(placeInTeam(team, 'nemo').listed).toBeNull();
});

const [ADMIN] = DETAILS.access.users;
const withUser = (name: string, id: string, path = '/mturk/perception-lab/') => ({
  ...DETAILS,
  access: { ...DETAILS.access, users: ADMIN === undefined ? [] : [{ ...ADMIN, name, path }] },
  ids: { user: new Map([[name, id]]) },
});

test.each([
  ['as applied', withUser('perception-lab-zoe', 'AIDA1'), 'AIDA1', null],
  ['nothing applied', withUser('perception-lab-zoe', 'AIDA1'), null, 'unknown'],
  ['replaced', withUser('perception-lab-zoe', 'AIDA2'), 'AIDA1', 'replaced'],
  ['renamed', withUser('hidden', 'AIDA1'), 'AIDA1', 'renamed'],
  ['moved', withUser('perception-lab-zoe', 'AIDA1', '/'), 'AIDA1', 'moved'],
  ['gone', withUser('admin', 'AIDA3'), 'AIDA1', null],
])('the user is %s', (_about, account, applied, expected) => {
  expect(userProblem('perception-lab', 'zoe', account, applied)).toBe(expected);
});

test('nothing is held by a user who does not exist', () => {
  expect(heldBy(sampleTeam, 'zoe', DETAILS, { at: AT, keys: [], credentials: NONE })).toBeNull();
});
