import { evaluate, interpolate } from './expression.ts';

const CONTEXTS = {
  needs: { build: { result: 'failure', outputs: { 'failure-reason': '', tool: '7' } } },
  github: { event: { pull_request: { number: 12, user: { login: 'Ada' } } } },
};
const FUNCTIONS = { always: () => true };

test.each([
  ["needs.build.outputs.tool == '7'", true],
  ['needs.build.outputs.tool == 7', true],
  ["github.event.pull_request.user.login == 'ADA'", true],
  [
    "needs.build.outputs.failure-reason || needs.build.result == 'failure' && 'validate-failed' || ''",
    'validate-failed',
  ],
  ["github.event.nothing.at.all || 'none'", 'none'],
  ["github.event.nothing == ''", true],
  ['always() && !(1 == 2)', true],
  ["'it''s' != 'its'", true],
])('%s', (text, value) => {
  expect(evaluate(text, CONTEXTS, FUNCTIONS)).toBe(value);
});

test.each([
  ['secrets.KEY', 'the context secrets is not known'],
  ['fromJSON(github.event)', 'the function fromJSON is not known'],
  ['github.event.labels[0]', 'is not understood'],
  ["needs.build.result == 'x' ? 1 : 2", 'is not understood'],
  ['(github.event', 'not closed'],
  ["'a' 'b'", 'is not expected'],
])('%s is refused', (text, problem) => {
  expect(() => evaluate(text, CONTEXTS, FUNCTIONS)).toThrow(problem);
});

test('what is nothing but an expression keeps its type, and text around it makes text', () => {
  expect(interpolate('${{ github.event.pull_request.number }}', CONTEXTS)).toBe(12);
  expect(interpolate('plan-${{ github.event.pull_request.number }}', CONTEXTS)).toBe('plan-12');
});
