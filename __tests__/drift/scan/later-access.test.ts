import { desiredAccess } from '../../../src/access/sources/desired.ts';
import { namingOf } from '../../../src/app/session/read-team.ts';
import { findingView } from '../../../src/drift/report/finding-view.ts';
import { plainText } from '../../../src/text/text.ts';
import {
  type Change,
  changeUser,
  name,
  putInto,
  scanOfAccount,
  TODAY,
  withMember,
} from '../../support/changed-account.ts';

/** Bo, who publishes, begins on 10 Jan 2027. */
const team = withMember('bo', { from: '2027-01-10' });

const PAYS =
  'Can spend money: approve work, pay bonuses; harm workers: reject work; also view the balance, from 10 Jan 2027';

test.each<[string, Change, string[]]>([
  ['an account as team.yaml says', (account) => account, []],
  [
    'what a manual change grants from that day on',
    putInto('bo', name('paymaster')),
    [`critical: Bo Chen (bo) added to paymaster: ${PAYS}`],
  ],
  [
    'the Deny before that day, deleted',
    changeUser('bo', (user) => ({ ...user, inline: [] })),
    [
      'critical: Inline policy limits of Bo Chen (bo) deleted: Can spend money: publish HITs; also manage HITs, read results',
    ],
  ],
])('%s', (_what, change, expected) => {
  const { findings } = scanOfAccount({ team, account: change(desiredAccess(team, TODAY)) });
  const texts = findings.map((finding) => {
    const { title, effect } = findingView(finding, namingOf(team));
    return `${finding.severity}: ${plainText(title)}: ${plainText(effect)}`;
  });
  expect(texts).toEqual(expected);
});
