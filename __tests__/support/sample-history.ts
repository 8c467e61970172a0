import type { HistoryCommit } from './team-history.ts';

interface SampleLab {
  readonly roles: string;
  readonly members: readonly string[];
  readonly rest?: string;
}

/** The text of a small lab's file. */
export function labText({ roles, members, rest = '' }: SampleLab): string {
  const head = 'version: 1\nlab: perception-lab\naccount: "123456789012"\nowners: [ada]\n';
  return `${head}roles:\n  reader: { allow: [results:read] }\n${roles}members:\n${members.join('\n')}\n${rest}`;
}

const PAYS_2014 = '  paymaster: { extends: [reader], allow: [GrantBonus, pay:approve] }\n';
const PAYS = '  paymaster: { extends: [reader], allow: [pay:bonus, pay:approve] }\n';
const NO_BONUS = `${PAYS}  no-bonus: { allow: [pay:reject], deny: [SendBonus] }\n`;
const ADA = '  ada: { name: Ada Byron, github: ada, roles: [paymaster] }';
const BO = '  bo: { name: Bo Chen, roles: [reader] }';
const BO_PAYS = '  bo: { name: Bo Chen, roles: [paymaster], until: "2026-05-31" }';
const CY = '  cy: { name: Cy Moreau, roles: [paymaster, no-bonus], suspended: true }';

/** Half a year of a lab: a retired operation, a broken version, a freeze, a last day, a departure. */
export const SAMPLE_HISTORY: readonly HistoryCommit[] = [
  { date: '2026-01-05T10:00:00Z', subject: 'Set up the lab', text: labText({ roles: PAYS_2014, members: [ADA] }) },
  {
    ...{ date: '2026-02-01T10:00:00Z', subject: 'Add Bo', author: 'Bo Chen', merged: { by: 'Ada Byron', number: 3 } },
    text: labText({ roles: PAYS_2014, members: [ADA, BO] }),
  },
  { date: '2026-03-01T10:00:00Z', subject: 'Pay bonuses (#4)', text: labText({ roles: PAYS, members: [ADA, BO] }) },
  { date: '2026-03-02T10:00:00Z', subject: 'Break it', text: labText({ roles: PAYS, members: [ADA, '  bo: ['] }) },
  {
    date: '2026-03-03T10:00:00Z',
    subject: 'Bo pays until May',
    text: labText({ roles: PAYS, members: [ADA, BO_PAYS] }),
  },
  {
    ...{ date: '2026-04-01T10:00:00Z', subject: 'Stop all bonuses', author: 'Cy Moreau' },
    text: labText({ roles: PAYS, members: [ADA, BO_PAYS], rest: 'freeze: [pay:bonus]\n' }),
  },
  {
    ...{ date: '2026-04-02T10:00:00Z', subject: 'Add Cy, end the freeze (#7)' },
    text: labText({ roles: NO_BONUS, members: [ADA, BO_PAYS, CY] }),
  },
  {
    ...{ date: '2026-06-15T10:00:00Z', subject: 'Bo left' },
    text: labText({
      roles: NO_BONUS,
      members: [ADA, CY],
      rest: 'departed:\n  bo: { left: "2026-06-14", reason: graduated }\n',
    }),
  },
];
