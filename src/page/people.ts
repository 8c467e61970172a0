import { explain, explainEnded } from '../access/explain.ts';
import type { AccessModel } from '../access/model.ts';
import { isEmpty } from '../access/operation-set.ts';
import { reviewBlocks } from '../access/text/ask.ts';
import { explanationBlocks } from '../access/text/explain.ts';
import { memberText } from '../access/text/names.ts';
import { CAPABILITIES } from '../catalog/mturk.ts';
import { iamName } from '../team/names.ts';
import { whomToAsk } from '../team/sponsors.ts';
import { dateWords } from '../text/dates.ts';
import { type Block, list, paragraph } from '../text/document.ts';
import { type Html, html, printHtml } from '../text/html.ts';
import { listTexts, strongText, type Text, t, trusted } from '../text/text.ts';
import { aboutUser, keysOf } from './differences.ts';
import { COLUMNS, type PageFacts, type PagePerson } from './facts.ts';

/** What a member may do, in the words of `explain`, and whom to ask for more; or that they left. */
export function cardHtml(facts: PageFacts, person: PagePerson, model: AccessModel, at: Date): Html {
  const { key, shown } = person;
  const { team, naming, today } = facts;
  const user = iamName(team.lab, key);
  const left = team.departed.find((departed) => departed.key === key)?.left;
  const explanation = explain(model, user, at) ?? explainEnded(team, key, at);
  // Its heading and source are those of the page.
  const [, ...explained] = explanation === null ? [] : explanationBlocks(explanation, naming, { kind: 'merged' });
  const blocks = left === undefined ? explained : [paragraph(t`Left on ${trusted(dateWords(left))}. No access.`)];
  const { reviewed = null } = team.members.find((member) => member.key === key) ?? {};
  const about = reviewBlocks({ reviewed, ask: whomToAsk(team, key, today) }, (each) => shownText(facts, each));
  return html`<article id="${shown.key}"><h3>${memberText(shown)}</h3>${printHtml(
    [...blocks, ...cannotBlocks(person), ...about, ...awsBlocks(facts, key, user)],
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

function shownText({ people, isPublic }: PageFacts, key: string): Text {
  const person = people.find((each) => each.key === key);
  if (person === undefined && isPublic) return t`someone`;
  return memberText(person?.shown ?? { key, name: null });
}

function awsBlocks({ report, naming }: PageFacts, member: string, user: string): readonly Block[] {
  if (report === null) return [];
  const section = (title: Text, texts: readonly Text[]) =>
    texts.length === 0 ? [] : [paragraph(strongText(title)), list(texts)];
  return [
    ...section(t`Access keys:`, keysOf(report, member)),
    ...section(t`Different in AWS, or to do:`, aboutUser(report, naming, user)),
  ];
}
