import { logReader } from './runner-log.ts';

function outputsOf(...lines: readonly string[]): Readonly<Record<string, string>> {
  const reader = logReader();
  for (const line of lines) reader.line(line);
  return reader.outputs;
}

// As ActionCommand.cs and ActionCommandManager.cs of https://github.com/actions/runner read a line.
test.each([
  ['::set-output name=a::b'],
  ['  \t::set-output name=a::b'],
  ['::SET-OUTPUT name=a,other=c::b'],
  ['Bo ##[set-output name=a]b'],
  ['::unknown::##[set-output name=a;other=c]b'],
])('%j is obeyed', (line) => {
  expect(outputsOf(line)).toEqual({ a: 'b' });
});

test.each([
  ['Bo ::set-output name=a::b'],
  ['::set-output name=a:b'],
  ['##[unknown]##[set-output name=a]b'],
  ['# #[set-output name=a]b'],
])('%j is printed', (line) => {
  expect(outputsOf(line)).toEqual({});
});

test('between a stop and its token nothing is obeyed, another stop included', () => {
  const attack = '##[set-output name=a]b';
  expect(outputsOf('::stop-commands::token', '::stop-commands::other', '::other::', attack)).toEqual({});
  expect(outputsOf('::stop-commands::token', '::token::', attack)).toEqual({ a: 'b' });
});
