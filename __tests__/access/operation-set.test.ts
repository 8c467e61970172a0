import { worstRisk } from '../../src/access/capability-access.ts';
import { listOperations, operationSet, operationsOfStatement } from '../../src/access/operation-set.ts';
import { OPERATIONS, type Operation, type Risk } from '../../src/catalog/mturk.ts';
import type { Statement } from '../../src/iam/document.ts';

const spoken = (statement: Partial<Statement>) =>
  listOperations(operationsOfStatement({ Effect: 'Allow', Resource: '*', ...statement } as Statement));

test.each<[string, Partial<Statement>, readonly Operation[]]>([
  ['everything', { Action: '*' }, OPERATIONS],
  ['everything of Mechanical Turk', { Action: ['MechanicalTurk:*'] }, OPERATIONS],
  ['an operation in any case', { Action: 'mechanicalturk:gethit' }, ['GetHIT']],
  ['a character', { Action: 'mechanicalturk:GetHI?' }, ['GetHIT']],
  ['the end of a name', { Action: 'mechanicalturk:SendB*' }, ['SendBonus']],
  ['two', { Action: ['mechanicalturk:SendBonus', 'mechanicalturk:GetHIT'] }, ['GetHIT', 'SendBonus']],
  ['another service', { Action: ['s3:*', 's3:GetHIT'] }, []],
  ['an exception', { NotAction: 'mechanicalturk:SendBonus' }, OPERATIONS.filter((each) => each !== 'SendBonus')],
  ['no action', {}, []],
])('a statement about %s', (_what, statement, operations) => {
  expect(spoken(statement)).toEqual(operations);
});

test.each<[string, readonly Operation[], Risk | null]>([
  ['nothing', [], null],
  ['reading', ['GetHIT'], 'reads'],
  ['one of the operations that spend', ['GetHIT', 'CreateHIT'], 'spends'],
  ['harm', ['GetHIT', 'RejectAssignment'], 'harms-workers'],
  ['harm and spending', ['RejectAssignment', 'SendBonus'], 'spends'],
])('the worst risk of %s', (_what, operations, risk) => {
  expect(worstRisk(operationSet(operations))).toBe(risk);
});
