import { explain, explainEnded } from '../access/explain.ts';
import type { AccessModel } from '../access/model.ts';
import { isEmpty } from '../access/operation-set.ts';
import { askText, whomToAsk } from '../access/text/ask.ts';
import { explanationBlocks } from '../access/text/explain.ts';
import { memberText } from '../access/text/names.ts';
import { CAPABILITIES } from '../catalog/mturk.ts';
import { iamName } from '../team/names.ts';
import type { Member } from '../team/team.ts';
import { type Block, list, paragraph } from '../text/document.ts';
import { type Html, html, printHtml } from '../text/html.ts';
import { listTexts, strongText, type Text, t, trusted } from '../text/text.ts';
import { aboutUser, keysOf } from './differences.ts';
import { COLUMNS, type PageFacts, type PagePerson } from './facts.ts';

/** What each member may do, in the words of `explain`, and whom to ask for more. */
export function peopleHtml(facts: PageFacts, model: AccessModel, at: Date): Html {
  const members = new Map(facts.team.members.map((member) => [member.key, member]));
  return html`${facts.people.flatMap((person) => {
    const member = members.get(person.key);
    return member === undefined ? [] : [personHtml(facts, person, member, model, at)];
  })}`;
}

function personHtml(facts: PageFacts, person: PagePerson, member: Member, model: AccessModel, at: Date): Html {
  const { team, naming } = facts;
  const { key, name } = person.shown;
  const user = iamName(team.lab, member.key);
  const explanation = explain(model, user, at) ?? explainEnded(team, member.key, at);
  // Its heading and source are those of the page.
  const [, ...blocks] = explanation === null ? [] : explanationBlocks(explanation, naming, { kind: 'merged' });
  return html`<article id="${key}"><h3>${memberText({ key, name })}</h3>${printHtml(
    [...blocks, ...cannotBlocks(person), ...askBlocks(facts, member), ...awsBlocks(facts, member.key, user)],
    4,
  )}</article>\n`;
}

function cannotBlocks({ stretches, now }: PagePerson): readonly Block[] {
  const missing = COLUMNS.filter((_, column) => isEmpty(stretches[now]?.cells[column]?.operations ?? 0n));
  if (missing.length === 0 || missing.length === COLUMNS.length) return [];
  return [
    paragraph(t`${strongText(t`Cannot:`)} ${listTexts(missing.map((name) => trusted(CAPABILITIES[name].can)))}.`),
  ];
}

function askBlocks(facts: PageFacts, { key }: Member): readonly Block[] {
  const ask = whomToAsk(facts.team, key);
  return ask === null ? [] : [paragraph(askText(ask, (each) => shownText(facts, each)))];
}

/** A member as the page names them. */
function shownText({ people, isPublic }: PageFacts, key: string): Text {
  const person = people.find((each) => each.key === key);
  if (person === undefined && isPublic) return t`someone`;
  return memberText(person?.shown ?? { key, name: null });
}

/** What a drift check read of a member: access keys, and what differs from the file. */
function awsBlocks({ report, naming }: PageFacts, member: string, user: string): readonly Block[] {
  if (report === null) return [];
  const section = (title: Text, texts: readonly Text[]) =>
    texts.length === 0 ? [] : [paragraph(strongText(title)), list(texts)];
  return [
    ...section(t`Access keys:`, keysOf(report, member)),
    ...section(t`Different in AWS, or to do:`, aboutUser(report, naming, user)),
  ];
}
