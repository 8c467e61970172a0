import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { findingLine } from '../../../src/drift/text/item.ts';
import { boundaryArn } from '../../../src/team/names.ts';
import {
  all,
  type Change,
  changeUser,
  edit,
  lookAt,
  says,
  statement,
  TODAY,
  withGroup,
  write,
} from '../../support/hands.ts';
import { naming } from '../../support/sample-looks.ts';
import { sampleTeam } from '../../support/sample-team.ts';

const RULES = says(statement('Allow', 'iam:*'));
const NOTHING = /Nobody's access/;

test.each<[string, Change, number]>([
  [
    'the boundary is off, and all of IAM is written in',
    all(
      changeUser('fay', () => ({ boundary: null })),
      write('fay', 'extra', RULES),
    ),
    2,
  ],
  [
    'the boundary is off, and she is in a group of administrators',
    all(
      withGroup({ name: 'Admins', inline: [{ name: 'all', document: RULES }] }),
      changeUser('fay', ({ groups }) => ({ boundary: null, groups: [...groups, 'Admins'] })),
    ),
    2,
  ],
  [
    'the boundary lets through everything, and all of IAM is written in',
    all(edit(boundaryArn(sampleTeam), says(statement('Allow', '*'))), write('fay', 'extra', RULES)),
    2,
  ],
])('a member who has become an administrator is told of as one: %s', (_what, change, count) => {
  const { findings } = lookAt({ account: change(desiredAccess(sampleTeam, TODAY)) });
  const lines = findings.map((finding) => findingLine(finding, naming));
  expect(lines).toHaveLength(count);
  for (const line of lines) {
    expect(line).toMatch(
      /^\*\*Nguyễn Thị Ánh can give anybody everything in the account, themselves first, and should not\./,
    );
    expect(line).not.toMatch(NOTHING);
  }
  expect(findings.map(({ risk }) => risk)).toEqual(lines.map(() => 'spends'));
});
