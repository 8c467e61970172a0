import { RETIRED_OPERATIONS, retiredOperation } from '../../src/catalog/retired.ts';
import { findingText } from '../../src/team/messages/messages.ts';
import { messageOf } from '../../src/text/finding-message.ts';
import { findingsOf, teamText } from './team-text.ts';

const DEAD = Object.keys(RETIRED_OPERATIONS).filter((name) => retiredOperation(name) !== null);

test('29 names of the 2014 API are dead', () => {
  expect(DEAD).toHaveLength(29);
});

test.each(DEAD)('%s is answered with what took its place, in allow and in deny', (name) => {
  const { successors, note } = RETIRED_OPERATIONS[name]!;
  for (const fields of [`allow: [${name}]`, `allow: ["*"], deny: [${name}]`]) {
    const findings = findingsOf(teamText({ roles: `roles:\n  reader: { ${fields} }` }));
    expect(findings.map(({ code }) => code)).toEqual(['unknown-operation-name']);
    const message = messageOf(findingText(findings[0]!));
    expect(message).toContain(`${name} `);
    for (const successor of successors) expect(message).toContain(successor);
    if (note !== undefined) expect(message).toContain(note);
    if (successors.length === 0) expect(message).toMatch(/without a successor; .* Remove it\.$/);
    else expect(message).toContain(`Write ${successors.join(', ')}, or `);
  }
});

test.each(Object.keys(RETIRED_OPERATIONS).filter((name) => retiredOperation(name) === null))(
  '%s lives on and is accepted',
  (name) => {
    expect(findingsOf(teamText({ roles: `roles:\n  reader: { allow: [${name}] }` }))).toEqual([]);
  },
);
