import type { Member, Role, Team } from '../team/team.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from '../terraform/addresses.ts';
import { dateWords } from '../text/dates.ts';
import { codeText, joinTexts, listTexts, plainText, type Text, t, trusted } from '../text/text.ts';
import { configurationOf } from './configuration.ts';
import { type HclBlock, printHcl } from './hcl.ts';
import { readmeOf } from './readme.ts';

/** The Terraform that a lab keeps without this program: texts by path. `stacks` are texts of `cdk.tf.json`, `today` is `YYYY-MM-DD`. */
export function ejected(
  team: Team,
  stacks: Readonly<Record<'team' | 'bootstrap', string>>,
  today: string,
): Readonly<Record<string, string>> {
  const own = configurationOf(stacks.team);
  const bootstrap = configurationOf(stacks.bootstrap);
  const blocksOf = (key: string, keyOf: (address: string) => string | null) =>
    [...own.resources].flatMap(([address, block]) => (keyOf(address) === key ? [block] : []));
  const roles = team.roles.flatMap((role) => described(roleText(role), blocksOf(role.key, roleKeyOfAddress)));
  const members = team.members.flatMap((each) => described(memberText(each), blocksOf(each.key, memberKeyOfAddress)));
  const files = {
    'team/terraform.tf': own.settings,
    'team/roles.tf': roles,
    'team/members.tf': members,
    'bootstrap/terraform.tf': bootstrap.settings,
    'bootstrap/boundary.tf': described(t`The permissions boundary of every member`, [...bootstrap.resources.values()]),
  };
  const printed = Object.entries(files).flatMap(([path, content]) =>
    content.length === 0 ? [] : [[path, printHcl(content)]],
  );
  return { ...Object.fromEntries(printed), 'README.md': readmeOf(team, today) };
}

/** The same with a comment above the first block. What is no plain text in it is spelled out: a comment has one line. */
function described(comment: Text, [first, ...others]: readonly HclBlock[]): readonly HclBlock[] {
  return first === undefined ? [] : [{ ...first, comment: [plainText(comment)] }, ...others];
}

function roleText({ key, description }: Pick<Role, 'key' | 'description'>): Text {
  return t`Role ${codeText(key)}${description === null ? t`` : t`: ${description}`}`;
}

function memberText({ key, name, roles, from, until, suspended, sponsor }: Member): Text {
  const facts = [
    listTexts(roles.map(codeText)),
    ...(suspended ? [t`suspended`] : []),
    ...(from === null ? [] : [t`first day ${trusted(dateWords(from))}`]),
    until === null ? t`no last day` : t`last day ${trusted(dateWords(until))}`,
    ...(sponsor === null ? [] : [t`sponsor ${codeText(sponsor)}`]),
  ];
  return t`Member ${name} (${codeText(key)}): ${joinTexts(facts, '; ')}`;
}
