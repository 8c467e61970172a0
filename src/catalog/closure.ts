interface ClosureDate {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly what: string;
  /** Where it was read; `reported` by others about a page that was not read itself. */
  readonly source: string;
  readonly basis: 'announced' | 'reported';
}

const BANNER = 'https://docs.aws.amazon.com/AWSMechTurk/latest/AWSMturkAPI/Welcome.html';
const FAQ = 'https://www.mturk.com/help';

/** What AWS said about the end of Mechanical Turk, in order. Whether its API still answers is unknown. */
export const CLOSURE: readonly ClosureDate[] = [
  {
    ...{ day: '2026-07-30', what: 'no new customers', basis: 'announced' },
    source: 'https://aws.amazon.com/about-aws/whats-new/2026/06/aws-service-availability/',
  },
  { day: '2026-09-30', what: 'Mechanical Turk closes permanently', source: BANNER, basis: 'announced' },
  {
    ...{ day: '2026-10-30', source: FAQ, basis: 'reported' },
    what: 'last day to approve and reject work and to pay bonuses; what is left is approved automatically',
  },
  { day: '2027-01-28', what: 'last day to see the history of transactions', source: FAQ, basis: 'reported' },
];
