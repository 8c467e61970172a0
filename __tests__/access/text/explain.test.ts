import { diffAccess } from '../../../src/access/diff.ts';
import { accessDifference, explain, explainNone, whoCan, whoCanDifference } from '../../../src/access/explain.ts';
import type { AccessModel } from '../../../src/access/model.ts';
import { desiredAccess } from '../../../src/access/sources/desired.ts';
import {
  accessChangeJson,
  explanationJson,
  explanationLines,
  whoCanJson,
  whoCanLines,
} from '../../../src/access/text/explain.ts';
import type { DisplayNames } from '../../../src/access/text/names.ts';
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

const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;

test('access-later.txt', () => {
  const members = sampleTeam.members.map((each) => (each.key === 'bo' ? { ...each, from: '2027-01-10' } : each));
  const model = desiredAccess({ ...sampleTeam, members }, TODAY);
  const lines = [
    explanationLines(explain(model, 'perception-lab-bo', AT)!, NAMING),
    explanationLines(explain(model, 'perception-lab-bo', new Date('2027-01-10T00:00:00Z'))!, NAMING),
    whoCanLines(whoCan(model, 'hits:publish', AT), NAMING),
  ];
  expectGolden('access-later.txt', lines.map(text).join('\n'));
});

test('access-explain.txt', () => {
  const explained = ['ada', 'bo', 'cy', 'gus'].map((key) =>
    text(explanationLines(explain(NOW, `perception-lab-${key}`, AT)!, NAMING)),
  );
  const later = new Date('2027-06-02T08:00:00Z');
  explained.push(text(explanationLines(explain(NOW, 'perception-lab-bo', later)!, NAMING)));
  explained.push(text(explanationLines(explain(CHANGED_MANUALLY, 'perception-lab-fay', AT)!, NAMING)));
  explained.push(text(explanationLines(explain(CHANGED_MANUALLY, 'perception-lab-mallory', AT)!, NAMING)));
  explained.push(text(explanationLines(explain(FROZEN, 'perception-lab-gus', AT)!, NAMING)));
  expectGolden('access-explain.txt', explained.join('\n'));
});

test('access-live.txt', () => {
  const explained = ['bo', 'fay', 'mallory', 'gus', 'cy'].map((key) => {
    const user = `perception-lab-${key}`;
    const difference = accessDifference(NOW, CHANGED_MANUALLY, user, AT);
    const source = { kind: 'aws', account: '123456789012', difference } as const;
    return text(explanationLines(explain(CHANGED_MANUALLY, user, AT) ?? explainNone(user, AT), NAMING, 100, source));
  });
  const missing = accessDifference(NOW, EMPTY, 'perception-lab-bo', AT);
  const gone = { kind: 'aws', account: '123456789012', difference: missing } as const;
  explained.push(text(explanationLines(explainNone('perception-lab-bo', AT), NAMING, 100, gone)));
  const able = (['hits:publish', 'SendBonus', 'GetHIT'] as const).map((asked) => {
    const aws = whoCan(CHANGED_MANUALLY, asked, AT);
    const difference = whoCanDifference(whoCan(NOW, asked, AT), aws);
    return text(whoCanLines(aws, NAMING, 100, { kind: 'aws', account: '123456789012', difference }));
  });
  const same = { kind: 'aws', account: '123456789012', difference: [] } as const;
  able.push(text(whoCanLines(whoCan(NOW, 'SendBonus', AT), NAMING, 100, same)));
  expectGolden('access-live.txt', [...explained, ...able].join('\n'));
});

test('access-who-can.txt', () => {
  const answers = [
    whoCan(NOW, 'SendBonus', AT),
    whoCan(NOW, 'hits:publish', AT),
    whoCan(CHANGED_MANUALLY, 'hits:publish', AT),
    whoCan(EMPTY, 'workers:notify', AT),
    whoCan(FROZEN, 'CreateHIT', AT),
  ];
  expectGolden('access-who-can.txt', answers.map((answer) => text(whoCanLines(answer, NAMING))).join('\n'));
});

test('the JSON has a version, keys and names, and null for unmanaged users', () => {
  const change = accessChangeJson(diffAccess(NOW, CHANGED_MANUALLY, AT), NAMING);
  const named = change.people.map(({ user, key, name }) => [user, key, name]);
  expect(named).toContainEqual(['perception-lab-bo', 'bo', 'Bo Chen']);
  expect(named).toContainEqual(['perception-lab-mallory', null, null]);
  const explained = explanationJson(explain(NOW, 'perception-lab-gus', AT)!, NAMING);
  expect([explained.version, explained.key, explained.name]).toEqual([1, 'gus', '李小龍']);
  expect(explained.source).toEqual({ kind: 'file' });
  const able = whoCanJson(whoCan(NOW, 'SendBonus', AT), NAMING);
  expect([able.version, able.query, able.users.map(({ key }) => key)]).toEqual([1, 'SendBonus', ['ada', 'fay']]);
  expect(JSON.parse(JSON.stringify([change, explained, able]))).toEqual([change, explained, able]);
});
