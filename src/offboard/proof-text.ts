import { type DisplayNames, nameOutsideLabText, otherPolicyText } from '../access/text/names.ts';
import { timeWords } from '../text/dates.ts';
import { type Block, footer, heading, list, paragraph } from '../text/document.ts';
import { failureProblem } from '../text/failures/failures.ts';
import { codeText, countedText, joinTexts, lineBreak, type Text, t, trusted } from '../text/text.ts';
import type { Claim, ClaimId, Departure, Remnant, Unchecked } from './proof.ts';

/** What each claim says, and what to do if it does not hold. */
const CLAIM_TEXTS: Readonly<Record<ClaimId, readonly [says: Text, fix: Text]>> = {
  departed: [
    t`The departure was applied`,
    t`Record it with ${codeText('mturk-team member depart')}, then merge and apply it.`,
  ],
  user: [t`No IAM user has the name`, t`Apply the departure: ${codeText('mturk-team plan')} says what is left.`],
  'unique-id': [
    t`No IAM user has the unique ID, under any name`,
    t`If the user was renamed, an administrator deletes it: no apply finds it.`,
  ],
  keys: [t`Each saved access key is gone`, t`An administrator deletes the keys, or the user who has them.`],
  policies: [t`No IAM policy names the user`, t`An administrator removes the user from these policies.`],
  trusts: [t`No role trusts the user`, t`An administrator removes the user from these trust policies.`],
  buckets: [t`No bucket policy names the user`, t`An administrator removes the user from these bucket policies.`],
  carriers: [
    t`Nothing got the user's policies since facts were saved`,
    t`An administrator detaches or deletes them, unless someone needs them.`,
  ],
};

const STATES = { proven: t`proven`, disproved: t`not over`, unknown: t`not proven` };

/** The proof: each claim, what contradicts it, and what is not part of it. */
export function proofBlocks({ member, at, claims, facts }: Departure, names: DisplayNames): readonly Block[] {
  const open = claims.filter(({ state }) => state !== 'proven').length;
  const result = open === 0 ? t`proven` : t`not proven (${open} of ${claims.length} claims are open)`;
  const disproved = claims.filter(({ state }) => state === 'disproved').map(({ id }) => id);
  // Whatever else is left goes with the user.
  const toFix = disproved.filter((id) => !disproved.includes('user') || id === 'user' || id === 'departed');
  return [
    heading(3, t`Departure of ${codeText(member)} from ${codeText(names.lab)}: ${result}`),
    {
      kind: 'table',
      head: [t`Claim`, t`Result`, t`Found`],
      rows: claims.map((claim) => [
        claim.id === 'keys' && facts !== null
          ? t`${CLAIM_TEXTS.keys[0]} (${countedText(facts.keys.length, 'key')})`
          : CLAIM_TEXTS[claim.id][0],
        STATES[claim.state],
        foundText(claim, names),
      ]),
    },
    ...(toFix.length === 0 ? [] : [list(toFix.map((id) => CLAIM_TEXTS[id][1]))]),
    ...(facts === null
      ? [
          paragraph(
            t`Without facts from before the deletion, this cannot be proven: access keys, unique ID and own policies are not known. ${codeText('mturk-team offboard MEMBER --out FILE')} saves them while the user exists.`,
          ),
        ]
      : []),
    paragraph(
      t`Not part of the proof: policies of queues, topics, KMS keys and other services, policies of other accounts, and HITs that go on.`,
    ),
    footer(
      t`Asked ${trusted(timeWords(at))}`,
      facts === null ? t`no saved facts` : t`facts of ${trusted(timeWords(facts.at))}`,
    ),
  ];
}

function foundText({ found, notChecked }: Claim, names: DisplayNames): Text {
  const unchecked = notChecked.map((each) => uncheckedText(each, names));
  return joinTexts([...found.map((each) => remnantText(each, names)), ...unchecked], lineBreak);
}

const TEAMS = {
  'team.yaml': t`still a member in ${codeText('team.yaml')}`,
  applied: t`still a member in what was applied last`,
  begun: t`a member in an apply that began and did not end`,
};

function remnantText(remnant: Remnant, names: DisplayNames): Text {
  if (remnant.kind === 'team') return TEAMS[remnant.name];
  const { kind, name, of } = remnant;
  const thing = t`${trusted(kind)} ${otherPolicyText(name, names)}`;
  return of === null ? thing : t`${thing} of ${trusted(of.kind)} ${nameOutsideLabText(of.name, names)}`;
}

function uncheckedText(unchecked: Unchecked, names: DisplayNames): Text {
  switch (unchecked.because) {
    case 'no-facts':
      return t`not saved before the deletion`;
    case 'no-unique-id':
      return t`searched by ARN and name only`;
    case 'failure':
      return t`not checked: ${failureProblem(unchecked.failure).summary}`;
    case 'unreadable':
      return t`cannot be read: ${remnantText(unchecked.thing, names)}`;
  }
}
