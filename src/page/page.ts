import { createHash } from 'node:crypto';
import packageJson from '../../package.json' with { type: 'json' };
import { isEmpty } from '../access/operation-set.ts';
import { desiredAccess } from '../access/sources/desired.ts';
import { capabilitiesText, HARMS } from '../access/text/capability-words.ts';
import { memberText } from '../access/text/names.ts';
import { CAPABILITIES, type Capability, RISK_VERBS } from '../catalog/mturk.ts';
import { noteBlocks } from '../history/text.ts';
import { dateWords, daysWords, timeWords } from '../text/dates.ts';
import { alert, type Block, ON_EMULATOR, onlyIf, paragraph } from '../text/document.ts';
import { failureProblem } from '../text/failures/failures.ts';
import { html, printHtml, rawHtml } from '../text/html.ts';
import {
  codeText,
  countedText,
  sentences,
  someTexts,
  strongText,
  TEAM_FILE,
  type Text,
  t,
  trusted,
} from '../text/text.ts';
import { reportBlocks } from './differences.ts';
import { COLUMNS, type PageFacts, type PageInput, type PagePerson, pageFacts } from './facts.ts';
import { columnStyle, matrixHtml } from './matrix.ts';
import { cardHtml } from './people.ts';
import script from './script.page.js';
import { dayBefore } from './stretches.ts';
import style from './style.css';
import { timeHtml, timeStyle } from './time.ts';

/** Bytes of the page of an ordinary lab, and for each member of a large one. */
const LARGEST = { lab: 400_000, member: 2_600 };
/** How much of a long history is tried, most first. */
const STRETCHES = [600, 300, 100, 1];

/** The access page: one HTML file that asks for nothing from anywhere. `at` is the moment of `today`. */
export function accessPage(input: PageInput, at: Date): string {
  const largest = Math.max(LARGEST.lab, LARGEST.member * input.team.members.length);
  let page = '';
  for (const most of STRETCHES) {
    const facts = pageFacts(input, most);
    page = pageOf(facts, at);
    if (facts.first === facts.today || Buffer.byteLength(page) <= largest) break;
  }
  return page;
}

function pageOf(facts: PageFacts, at: Date): string {
  const { team, today } = facts;
  const model = desiredAccess(team, today);
  const cards = facts.people.filter(({ hasCard }) => hasCard).map((person) => cardHtml(facts, person, model, at));
  const title = html`Who may do what in ${team.lab}`;
  const styles = `${style}${columnStyle()}${timeStyle(facts)}`;
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(styles)}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${rawHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${rawHtml(styles)}</style>
</head>
<body>
<header><h1>${title}</h1>
${printHtml(introBlocks(facts))}
<nav aria-label="Sections"><a href="#_one-day">On one day</a> <a href="#_times">Over time</a> <a href="#_people">Members</a></nav></header>
<main>
<section aria-label="At a glance" class="glance">${printHtml(glanceBlocks(facts))}</section>
<section aria-labelledby="_one-day"><h2 id="_one-day">On one day</h2>
${matrixHtml(facts)}</section>
<section aria-labelledby="_times"><h2 id="_times">Over time</h2>
${printHtml(timeBlocks(facts))}${timeHtml(facts)}</section>
<section aria-labelledby="_people"><h2 id="_people">Members</h2>
<div class="people">${cards}</div></section>
</main>
<footer>${printHtml([{ kind: 'footer', parts: footerParts(facts) }])}</footer>
<script>${rawHtml(script)}</script>
</body>
</html>
`;
  return page.markup;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Which file, which day, and what a reader must know before they read on. */
function introBlocks(facts: PageFacts): readonly Block[] {
  const { team, today, report, past } = facts;
  const isPending = facts.people.some(({ stretches }) => stretches.some((stretch) => stretch.isPending));
  return [
    paragraph(
      sentences(
        t`On ${trusted(dateWords(today))}, according to ${TEAM_FILE}${report === null ? t`; AWS was not asked` : t``}.`,
        past.ok
          ? t`Days before are as merged into ${codeText(past.value.branch)}, which is not always what AWS had.`
          : null,
      ),
    ),
    ...onlyIf(
      team.freeze.length > 0,
      alert('warning', t`${strongText(t`Frozen for all members:`)} ${capabilitiesText(team.freeze)}.`),
    ),
    ...onlyIf(isPending, alert('warning', t`${TEAM_FILE} has changes that are not merged yet.`)),
    ...reportBlocks(facts),
  ];
}

/** Who can do harm until when, and whose access ends or begins next: the answers that most readers come for. */
function glanceBlocks(facts: PageFacts): readonly Block[] {
  const members = facts.people.filter(({ isMember }) => isMember);
  const rows = HARMS.map((risk) => {
    const cellsOf = ({ stretches, now }: PagePerson) =>
      stretches[now]?.cells.filter((_, column) => CAPABILITIES[COLUMNS[column] as Capability].risk === risk) ?? [];
    const able = members.filter((person) => cellsOf(person).some(({ operations }) => !isEmpty(operations)));
    const isFrozen = members.some((person) => cellsOf(person).some(({ frozen }) => frozen));
    const all = countedText(members.length, 'member');
    const who = someTexts(able.map(untilText), LISTED);
    const none = t`None of ${all}${isFrozen ? t`: a freeze denies it` : t``}`;
    const text = able.length === 0 ? none : t`${able.length} of ${all}: ${who}`;
    return [t`Can ${trusted(RISK_VERBS[risk].can)}`, text];
  });
  const next = upcomingTexts(facts);
  const more = next.length > LISTED ? [[t``, t`and later days`]] : [];
  const days = next.slice(0, LISTED).map((text, index) => [index === 0 ? t`Next` : t``, text]);
  return [{ kind: 'table', head: [t``, t``], rows: [...rows, ...days, ...more] }];
}

function upcomingTexts({ upcoming }: PageFacts): readonly Text[] {
  const days = new Map<string, Text[]>();
  for (const { day, kind, person } of upcoming) {
    const words = `${kind === 'ends' ? 'Access ends after' : 'Access begins on'} ${dateWords(day)}`;
    days.set(words, [...(days.get(words) ?? []), memberText(person.shown)]);
  }
  return [...days].map(([words, people]) => t`${trusted(words)}: ${someTexts(people, LISTED)}`);
}

const LISTED = 5;

function untilText({ shown, stretches, now }: PagePerson): Text {
  const until = stretches[now]?.until ?? null;
  return t`${memberText(shown)} ${trusted(until === null ? 'with no last day' : `until ${dateWords(until)}`)}`;
}

function timeBlocks({ past, first, isCut, gaps, isPublic }: PageFacts): readonly Block[] {
  if (!past.ok) {
    // The summary names the file by a path of the machine.
    const { reason } = failureProblem(past.failure);
    const why = reason === null ? t`` : t`The file could not be followed back: ${reason}.`;
    return [
      alert('note', sentences(strongText(t`No history.`), why, t`Only the day of this page and later ones are shown.`)),
    ];
  }
  const notKnown = gaps.map(({ from, to }) => trusted(daysWords(from, dayBefore(to))));
  return [
    ...onlyIf(
      isCut,
      paragraph(t`From ${trusted(dateWords(first))} on. For earlier days, run ${codeText('mturk-team history')}.`),
    ),
    ...onlyIf(
      gaps.length > 0,
      alert('note', t`Not known, because ${TEAM_FILE} could not be read: ${someTexts(notKnown)}.`),
    ),
    // Notes quote what people wrote.
    ...(isPublic ? [] : noteBlocks(past.value.notes)),
  ];
}

function footerParts({ team, report, isPublic }: PageFacts): readonly Text[] {
  return [
    t`${trusted(packageJson.name)} ${trusted(packageJson.version)}`,
    t`account ${codeText(team.account)}`,
    ...(report === null ? [] : [t`drift check of ${trusted(timeWords(report.at))}`]),
    ...(report?.emulator === true ? [ON_EMULATOR] : []),
    ...(isPublic ? [t`without names`] : []),
    t`A question about one member: ${codeText('mturk-team why MEMBER CAPABILITY')}`,
  ];
}
