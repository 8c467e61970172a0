import { codeownersBlock, isUpToDate, withCodeowners } from '../../src/team/codeowners.ts';
import { sampleTeam } from '../support/sample-team.ts';

const block = codeownersBlock(sampleTeam) ?? '';

test('the owners own every file', () => {
  expect(block.split('\n').slice(1, -1)).toEqual(['* @adaoneill']);
});

test('owners are sorted, whatever the order of the file', () => {
  const members = sampleTeam.members.map((member) => (member.key === 'bo' ? { ...member, github: 'Bo-Chen' } : member));
  const one = codeownersBlock({ owners: ['ada', 'bo', 'fay'], members });
  expect(one).toBe(codeownersBlock({ owners: ['bo', 'fay', 'ada'], members }));
  expect(one).toContain('\n* @Bo-Chen @adaoneill\n');
});

test('without an owner that has a login, nothing is written', () => {
  expect(codeownersBlock({ owners: ['fay'], members: sampleTeam.members })).toBeNull();
});

test.each([
  ['an empty file', ''],
  ['a file with lines of its own', '* @mallory\n'],
  ['a file without a last newline', '* @mallory'],
])('%s gets the block, once', (_what, file) => {
  const after = withCodeowners(file, block);
  expect(after.startsWith(file)).toBe(true);
  expect(isUpToDate(after, block)).toBe(true);
  expect(withCodeowners(after, block)).toBe(after);
});

test.each([
  ['has no block', '* @mallory\n'],
  ['names another owner', withCodeowners('', block.replaceAll('adaoneill', 'mallory'))],
  ['names one more', withCodeowners('', block.replace('@adaoneill', '@adaoneill @mallory'))],
])('a file that %s is stale', (_what, file) => {
  expect(isUpToDate(file, block)).toBe(false);
});
