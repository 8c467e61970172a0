import { RETIRED_OPERATIONS, retiredOperation } from '../../src/catalog/retired.ts';
import { problemOf } from '../../src/team/rules/rules.ts';
import { tickedText } from '../../src/text/text.ts';
import { codesOf, findingsOf, teamText } from './team-text.ts';

const RETIRED = Object.keys(RETIRED_OPERATIONS).filter((name) => retiredOperation(name) !== null);

test('29 operations of the 2014 API are retired', () => {
  expect(RETIRED).toHaveLength(29);
});

test.each(RETIRED)('%s is answered with its successors, in allow and in deny', (name) => {
  const { successors } = RETIRED_OPERATIONS[name]!;
  for (const fields of [`allow: [${name}]`, `allow: ["*"], deny: [${name}]`]) {
    const findings = findingsOf(teamText({ roles: `roles:\n  reader: { ${fields} }` }));
    expect(findings.map(({ code, args }) => [code, args.successors])).toEqual([['retired-operation', successors]]);
    const { help } = problemOf(findings[0]!);
    for (const successor of successors) expect(tickedText(help!)).toContain(`\`${successor}\``);
  }
});

test.each(Object.keys(RETIRED_OPERATIONS).filter((name) => retiredOperation(name) === null))(
  '%s kept its name and is accepted',
  (name) => {
    expect(codesOf(teamText({ roles: `roles:\n  reader: { allow: [${name}] }` }))).toEqual([]);
  },
);
