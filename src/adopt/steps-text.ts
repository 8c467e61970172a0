import type { UserOperations } from '../access/access-of.ts';
import type { AccessUser } from '../access/model.ts';
import { iamName, LIMITS_POLICY } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { alert, type Block, list, onlyIf, paragraph } from '../text/document.ts';
import {
  codeText,
  countedText,
  joinTexts,
  lineBreak,
  listTexts,
  someTexts,
  type Text,
  t,
  trusted,
} from '../text/text.ts';
import { type AdoptedNow, isAt, type Move, type Place, placeInLab, type Unused } from './progress.ts';

const SHOWN = 20;

function placeText({ name, path }: Place): Text {
  return codeText(`${path}${name}`);
}

function moveItems(moves: readonly Move[]): Block {
  return list(
    moves.map(({ from, to }) => t`${placeText(from)} becomes ${placeText(to)}`),
    { open: SHOWN },
  );
}

/** What `adopt --apply` does, before it does it. */
export interface AdoptionSteps {
  readonly people: readonly AdoptedNow[];
  readonly moves: readonly Move[];
  /** Who can no longer do what as soon as they are moved. */
  readonly losing: readonly UserOperations[];
}

export function applyBlocks(team: Team, { people, moves, losing }: AdoptionSteps): readonly Block[] {
  const left = people.filter(({ user, now }) => now !== null && isAt(now, placeInLab(user, team))).length;
  const done = left === 0 ? trusted('') : t`, of which ${left} already have their name`;
  return [
    paragraph(
      t`Adopts ${countedText(people.length, 'IAM user')} into ${codeText(team.lab)}${done}. Keys, passwords, policies, groups and boundaries stay: each user only joins the groups of their roles.`,
    ),
    moveItems(moves),
    ...onlyIf(losing.length > 0, alert('warning', t`Denied as soon as they are moved:`)),
    list(
      losing.map(({ user, operations }) => t`${codeText(user)}: ${someTexts(operations.map(codeText), 3)}`),
      { open: SHOWN },
    ),
    paragraph(t`Until ${codeText('adopt --finish')}, ${codeText('adopt --undo')} takes this back.`),
  ];
}

/** What a user loses at the end; null for nothing. */
function goingText({ groups, attached, inline, boundary }: AccessUser, { lab, roles }: Team): Text | null {
  const own = new Set(roles.map(({ key }) => iamName(lab, key)));
  const parts: readonly (readonly [what: string, names: readonly string[]])[] = [
    ['leaves', groups.filter((group) => !own.has(group))],
    ['detached', attached.map((arn) => arn.slice(arn.indexOf('/') + 1))],
    ['inline deleted', inline.flatMap(({ name }) => (name === LIMITS_POLICY ? [] : [name]))],
    ['boundary replaced', boundary === null ? [] : [boundary.slice(boundary.indexOf('/') + 1)]],
  ];
  const texts = parts.flatMap(([what, names]) =>
    names.length === 0 ? [] : [t`${trusted(what)}: ${someTexts(names.map(codeText), 3)}`],
  );
  return texts.length === 0 ? null : joinTexts(texts, lineBreak);
}

/** What `adopt --finish` does besides Terraform's plan. */
export function finishBlocks(
  team: Team,
  people: readonly AdoptedNow[],
  unused: Unused,
  deletes: boolean,
  plan: Text,
): readonly Block[] {
  const rows = people.flatMap(({ user, now }) => {
    const going = now === null ? null : goingText(now, team);
    return going === null ? [] : [[codeText(user.key), going] as const];
  });
  const names = [
    ...unused.groups.map((name) => t`group ${codeText(name)}`),
    ...unused.policies.map((arn) => t`policy ${codeText(arn.slice(arn.indexOf('/') + 1))}`),
  ];
  return [
    paragraph(
      t`All ${countedText(people.length, 'adopted user')} have through their roles alone what ${codeText('team.yaml')} gives. Their other access ends:`,
    ),
    { kind: 'table', head: [t`Member`, t`What goes`], rows, open: SHOWN },
    ...onlyIf(
      names.length > 0,
      paragraph(
        deletes
          ? t`Deleted, because no one else has them: ${listTexts(names)}.`
          : t`No one else has these: ${listTexts(names)}. They stay unless you add ${codeText('--delete-unused')}.`,
      ),
    ),
    paragraph(t`${plan}. This cannot be undone.`),
  ];
}

/** What `adopt --undo` does, before it does it: what it deletes, and whom it moves. */
export interface UndoSteps extends Unused {
  readonly moves: readonly Move[];
}

export function undoBlocks({ groups, policies, moves }: UndoSteps): readonly Block[] {
  return [
    paragraph(
      t`Deletes ${countedText(groups.length, 'group')} and ${countedText(policies.length, 'policy', 'policies')} of the lab's roles, and gives ${countedText(moves.length, 'user')} name and path back. All else stayed as it was.`,
    ),
    moveItems(moves),
  ];
}
