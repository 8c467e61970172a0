import {
  accessDifference,
  explain,
  explainNone,
  queryNamed,
  whoCan,
  whoCanDifference,
} from '../../../src/access/explain.ts';
import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { explanationBlocks, whoCanBlocks } from '../../../src/access/text/explain.ts';
import type { DisplayNames } from '../../../src/access/text/names.ts';
import { visibleWidth } from '../../../src/text/columns.ts';
import type { Block } from '../../../src/text/document.ts';
import { printTerminal } from '../../../src/text/terminal.ts';
import { expectGolden } from '../../support/golden.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const TODAY = '2026-11-25';
const AT = new Date('2026-11-25T12:00:00Z');
const NAMING: DisplayNames = {
  lab: 'perception-lab',
  people: new Map(sampleTeam.members.map((each) => [`perception-lab-${each.key}`, each])),
};
const EMPTY: AccessModel = { account: '123456789012', users: [], groups: [], policies: [] };
const NOW = desiredAccess(sampleTeam, TODAY);
const FROZEN = desiredAccess({ ...sampleTeam, freeze: ['hits:publish', 'pay:approve', 'pay:bonus'] }, TODAY);

/** Manual changes in the console. */
const CHANGED_MANUALLY: AccessModel = {
  ...NOW,
  users: [
    ...NOW.users.map((user) => {
      if (user.name === 'perception-lab-bo') return { ...user, groups: [...user.groups, 'perception-lab-paymaster'] };
      if (user.name === 'perception-lab-cy') return { ...user, inline: [] };
      if (user.name === 'perception-lab-fay') return { ...user, boundary: null, groups: [...user.groups, 'Admins'] };
      return user;
    }),
    { ...NOW.users[1]!, name: 'perception-lab-mallory', inline: [], boundary: null },
  ],
  groups: NOW.groups.map((group) =>
    group.name === 'perception-lab-task-publisher'
      ? { ...group, attached: [], inline: [{ name: 'half', document: HALF() }] }
      : group,
  ),
};

function HALF() {
  const Action = ['mechanicalturk:CreateHIT', 'mechanicalturk:CreateHITType'];
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow' as const, Action, Resource: '*' }] };
}

const FILE = { kind: 'file' } as const;
const live = <Difference>(difference: Difference) => ({ kind: 'aws', account: '123456789012', difference }) as const;
const golden = (name: string, answers: readonly (readonly Block[])[]) => {
  const lines = answers.flatMap((blocks) => [...printTerminal(blocks, 100), '']);
  for (const line of lines) expect(visibleWidth(line)).toBeLessThanOrEqual(100);
  expectGolden(name, lines.join('\n'));
};
const explained = (model: AccessModel, key: string, at = AT) =>
  explanationBlocks(explain(model, `perception-lab-${key}`, at)!, NAMING, FILE);
const answer = (model: AccessModel, name: string) => whoCan(model, 'perception-lab', queryNamed(name, sampleTeam)!, AT);
const able = (model: AccessModel, name: string) => whoCanBlocks(answer(model, name), NAMING, FILE);

test('what a user may do, and who may do something', () => {
  const later = sampleTeam.members.map((each) => (each.key === 'bo' ? { ...each, from: '2027-01-10' } : each));
  const beginning = desiredAccess({ ...sampleTeam, members: later }, TODAY);
  golden('access-explain.txt', [
    ...['ada', 'bo', 'cy', 'gus'].map((key) => explained(NOW, key)),
    explained(NOW, 'bo', new Date('2027-06-02T08:00:00Z')),
    explained(CHANGED_MANUALLY, 'fay'),
    explained(CHANGED_MANUALLY, 'mallory'),
    explained(FROZEN, 'gus'),
    explained(beginning, 'bo'),
    explained(beginning, 'bo', new Date('2027-01-10T00:00:00Z')),
    able(NOW, 'SendBonus'),
    able(NOW, 'hits:publish'),
    able(CHANGED_MANUALLY, 'hits:publish'),
    able(EMPTY, 'workers:notify'),
    able(FROZEN, 'CreateHIT'),
    able(beginning, 'hits:publish'),
    able(NOW, 'spend'),
    able(FROZEN, 'spend'),
    able(NOW, 'harm'),
    able(NOW, 'contact'),
    able(NOW, 'results-reader'),
    able(beginning, 'task-publisher'),
  ]);
});

test('in AWS, and how that differs from the file', () => {
  const gone = live(accessDifference(NOW, EMPTY, 'perception-lab-bo', AT));
  golden('access-live.txt', [
    ...['bo', 'fay', 'mallory', 'gus', 'cy'].map((key) => {
      const user = `perception-lab-${key}`;
      const source = live(accessDifference(NOW, CHANGED_MANUALLY, user, AT));
      return explanationBlocks(explain(CHANGED_MANUALLY, user, AT) ?? explainNone(user, AT), NAMING, source);
    }),
    explanationBlocks(explainNone('perception-lab-bo', AT), NAMING, gone),
    ...['hits:publish', 'SendBonus', 'GetHIT', 'spend', 'paymaster'].map((asked) => {
      const aws = answer(CHANGED_MANUALLY, asked);
      return whoCanBlocks(aws, NAMING, live(whoCanDifference(answer(NOW, asked), aws)));
    }),
    whoCanBlocks(answer(NOW, 'SendBonus'), NAMING, live([])),
  ]);
});
