import { FREEZE_SID } from '../team/documents.ts';
import { iamName } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { LOCK_FILES } from '../terraform/run/lock-file.ts';
import { dateWords } from '../text/dates.ts';
import { type Block, codeBlock, heading, list, paragraph } from '../text/document.ts';
import { printMarkdown } from '../text/github.ts';
import { codeText, strongText, TEAM_FILE, type Text, t, trusted } from '../text/text.ts';

/** The page beside the Terraform files, as Markdown: how to go on, and what is lost. `today` is `YYYY-MM-DD`. */
export function readmeOf(team: Team, today: string): string {
  const blocks = [
    paragraph(
      t`For those who go on without mturk-team. It wrote these files on ${trusted(dateWords(today))} from ${TEAM_FILE}: the same resources, at the same addresses, with the same state.`,
    ),
    heading(2, t`Start`),
    all(startSteps(team), true),
    heading(2, t`Change the lab`),
    all(CHANGES),
    heading(2, t`Replace an access key`),
    all(keySteps(team), true),
    heading(2, t`What is lost without mturk-team`),
    all(LOSSES.map(([what, text]) => t`${strongText(what)} ${text}`)),
  ];
  return `# The Terraform of ${team.lab}\n\n${printMarkdown(blocks, { reveal: true })}\n`;
}

type Steps = readonly (Text | { readonly text: Text; readonly blocks: readonly Block[] })[];

/** GitHub folds a longer list otherwise. */
function all(items: Steps, ordered = false): Block {
  return list(items, { ordered, open: items.length });
}

function startSteps({ account, settings: { state } }: Team): Steps {
  return [
    t`In the lab's repository, run ${codeText('mturk-team drift')}, and go on once it reports no drift. Nothing is withheld from anyone then.`,
    t`Delete the workflows of mturk-team in ${codeText('.github/workflows')}: two programs must not write one state.`,
    ...(state === null
      ? [
          {
            text: t`Copy the states here. They were beside ${TEAM_FILE}, in ${codeText(`.mturk-team/account/${account}`)}:`,
            blocks: [
              codeBlock('sh', [
                `cp LAB/.mturk-team/account/${account}/team.tfstate team/terraform.tfstate`,
                `cp LAB/.mturk-team/account/${account}/bootstrap.tfstate bootstrap/terraform.tfstate`,
              ]),
            ],
          },
        ]
      : []),
    t`To keep the pinned provider, copy ${codeText(LOCK_FILES.opentofu)} of the lab's repository to ${codeText('team/.terraform.lock.hcl')} and ${codeText('bootstrap/.terraform.lock.hcl')}. For Terraform it is ${codeText(LOCK_FILES.terraform)}.`,
    {
      text: t`Plan as an administrator of account ${codeText(account)}. With Terraform, write ${codeText('terraform')} for ${codeText('tofu')}. You should see ${codeText('No changes')}:`,
      blocks: [codeBlock('sh', ['tofu -chdir=team init', 'tofu -chdir=team plan'])],
    },
    {
      text:
        state === null
          ? t`Do the same for the permissions boundary. Members need it as long as they have users:`
          : t`Do the same for the permissions boundary. Members need it as long as they have users. The plan destroys the roles of the workflows, which nothing uses any more, and nothing else:`,
      blocks: [codeBlock('sh', ['tofu -chdir=bootstrap init', 'tofu -chdir=bootstrap plan'])],
    },
    t`Commit these files, with a review for every change. Never commit a state.`,
  ];
}

const CHANGES: Steps = [
  t`${strongText(t`A new member:`)} copy the resources of another one in ${codeText('team/members.tf')}, and add the name to ${codeText('users')} of each role in ${codeText('team/roles.tf')}. If the member has ${codeText('limits')}, add that resource to ${codeText('depends_on')} there: the Deny must exist before the access.`,
  t`${strongText(t`A last day:`)} a Deny with ${codeText('DateGreaterThanEquals')} in the inline policy ${codeText('limits')}, from the end of that day, UTC. List ${codeText('limits')} in ${codeText('policy_names')} of the member.`,
  t`${strongText(t`A departure:`)} remove the name from ${codeText('users')} first, and apply. Then remove the resources of the member. Their access keys are deleted with the user.`,
  t`${strongText(t`A freeze:`)} a Deny named ${codeText(FREEZE_SID)}, of the operations concerned, in the policy of every role. A role that only has policies of AWS needs a policy of its own for it.`,
];

function keySteps({ lab, members: [first] }: Team): Steps {
  const user = iamName(lab, first?.key ?? 'KEY');
  const step = (text: Text, command: string) => ({ text, blocks: [codeBlock('sh', [command])] });
  return [
    step(
      t`Create the second key, and give it to the member. The secret is shown once:`,
      `aws iam create-access-key --user-name ${user}`,
    ),
    step(t`Wait until the older key is no longer used:`, `aws iam get-access-key-last-used --access-key-id OLDER_KEY`),
    step(
      t`Deactivate it, which can be undone:`,
      `aws iam update-access-key --user-name ${user} --access-key-id OLDER_KEY --status Inactive`,
    ),
    step(t`Delete it days later:`, `aws iam delete-access-key --user-name ${user} --access-key-id OLDER_KEY`),
  ];
}

const LOSSES: readonly (readonly [what: Text, text: Text])[] = [
  [
    t`The file.`,
    t`Nothing reads ${TEAM_FILE} any more. Who may do what is in the policies, and retired operations in them are not found: IAM accepts them, and they do nothing.`,
  ],
  [
    t`The review.`,
    t`A plan shows policies. It does not say who can spend money if it is merged, and nothing checks that an owner approved it.`,
  ],
  [
    t`Guardrails.`,
    t`Nothing blocks the deletion of many members at once, a user without the permissions boundary, or another lab's name.`,
  ],
  [
    t`Order.`,
    t`If no order of calls is right, mturk-team suspended the members concerned during the apply. Terraform alone can give them more for a moment.`,
  ],
  [
    t`Dates.`,
    t`First and last days that are in ${codeText('limits')} still hold, without any run. No user is deleted after the last day, and no one is reminded of it.`,
  ],
  [
    t`The drift check.`,
    t`Terraform sees its own resources alone: no other users, access keys, console passwords or roles. No issue is written, and nothing is reverted before someone applies.`,
  ],
  [
    t`Withheld access.`,
    t`What a manual change took from a member, the next apply gives back at once. A Deny that someone added to stop a member is deleted.`,
  ],
  [t`Replaced users.`, t`A new user under a member's name gets the member's access.`],
  [t`The freeze.`, t`It was one line in ${TEAM_FILE}, and is now a change of every role.`],
  [t`Access keys.`, t`No one creates, encrypts, rotates or counts them.`],
  [t`Departures.`, t`Nothing lists what a member has, and nothing proves that it is gone.`],
  [
    t`Answers.`,
    t`${codeText('explain')}, ${codeText('who-can')}, ${codeText('why')} and ${codeText('history')} are gone. Git keeps ${TEAM_FILE}.`,
  ],
];
