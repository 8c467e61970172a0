import { CAPABILITIES, type Capability, isHarmful, RISK_VERBS, RISKS } from '../catalog/mturk.ts';
import { iamName } from '../team/names.ts';
import { dateWords } from '../text/dates.ts';
import { type Html, html, NO_HTML, rawHtml } from '../text/html.ts';
import { capitalized, trusted } from '../text/text.ts';
import { cellsOf, dataOf, lastDayOf } from './cells.ts';
import { type Differing, differencesIn } from './differences.ts';
import { COLUMNS, type PageFacts, type PagePerson } from './facts.ts';
import { dayAfter } from './stretches.ts';

/** At most so many days to come have a button of their own. */
const MOST_DAYS = 4;

/** Members by capability, grouped by what they can do to people and money, worst first. */
export function matrixHtml(facts: PageFacts): Html {
  const differing = differencesIn(facts.report);
  const groups = RISKS.map((risk) => {
    const columns = COLUMNS.filter((name) => CAPABILITIES[name].risk === risk);
    return html`<th scope="colgroup" colspan="${columns.length}" class="${risk}">${capitalized(trusted(RISK_VERBS[risk].does))}</th>`;
  });
  const columns = COLUMNS.map(
    (name) =>
      html`<th scope="col" id="${name}" class="${CAPABILITIES[name].risk}"><a href="#${name}">${CAPABILITIES[name].can}</a></th>`,
  );
  return html`${formHtml(facts)}
<div class="scroll" role="region" aria-label="Who may do what" tabindex="0"><table id="_matrix">
<caption class="v">Members by capability, on <span id="_on">${dateWords(facts.today)}</span></caption>
<thead><tr><th scope="col" rowspan="2" id="_name" aria-sort="none">Member</th><th scope="col" rowspan="2" id="_last" aria-sort="none">Last day</th>${groups}</tr>
<tr>${columns}</tr></thead>
<tbody>${facts.people.map((person) => rowHtml(facts, person, differing.get(iamName(facts.team.lab, person.key))))}</tbody></table></div>
${legendHtml(facts)}
<script type="application/json" id="_data">${jsonHtml(dataOf(facts))}</script>`;
}

function legendHtml({ report }: PageFacts): Html {
  const marks = [
    ['y', 'can'],
    ['p', 'can in part'],
    ['f', 'denied to all members for now'],
    ['n', 'cannot'],
  ] as const;
  const legend = marks.map(([mark, words]) => html`<span><i class="${mark}"></i> ${words}</span> `);
  const aws =
    report === null ? NO_HTML : html`<span><b>more</b> or <b>less in AWS</b>: the member's part below says why</span> `;
  return html`<p class="legend small">${legend}${aws}<span class="hint">Point at a cell, or move to it with the arrow keys: by which role, since when, until when.</span></p>`;
}

function rowHtml(facts: PageFacts, person: PagePerson, differing: Differing | undefined): Html {
  const { shown, stretches, now } = person;
  const stretch = stretches[now];
  const code = shown.name === shown.key ? NO_HTML : html` <code>${shown.key}</code>`;
  const name = person.hasCard
    ? html`<a href="#${shown.key}"><bdi>${shown.name}</bdi></a>${code}`
    : html`<bdi>${shown.name}</bdi>${code}`;
  const head = (roles: string) => html`<th scope="row">${name}<small>${roles}</small></th>`;
  if (stretch === undefined || stretch.standing === 'absent') {
    return html`<tr hidden>${head('')}<td>${COLUMNS.map(() => html`<td>`)}</tr>\n`;
  }
  const { words, day } = lastDayOf(stretch);
  // Short, because a large lab has thousands of them: HTML needs neither the quotes nor the end tags.
  const cells = cellsOf(facts, person, now).map((cell, column) => {
    const aws = differing?.get(COLUMNS[column] as Capability);
    const mark = aws === undefined ? NO_HTML : html` data-aws="${aws}"`;
    return cell.mark === 'n' ? html`<td${mark}>` : html`<td class=${cell.mark}${mark}><span>${cell.words}</span>`;
  });
  return html`<tr>${head(stretch.roles.join(', '))}<td data-day="${day}">${words}</td>${cells}</tr>\n`;
}

/** Shown by the script: without one, none of it would do anything. */
function formHtml(facts: PageFacts): Html {
  const { team, today, first, upcoming } = facts;
  const effects = RISKS.map((risk) => html`<option value="${risk}">${RISK_VERBS[risk].can}</option>`);
  const capabilities = COLUMNS.map((name) => html`<option value="${name}">${CAPABILITIES[name].can}</option>`);
  const roles = team.roles.map(({ key }) => html`<option>${key}</option>`);
  const days = [...new Set(upcoming.filter(({ kind }) => kind === 'ends').map(({ day }) => day))].slice(0, MOST_DAYS);
  return html`<form id="_form" hidden>
<p><button type="button" id="_spend" aria-pressed="false">Who can spend money?</button>
<label>Who can <select id="_what"><option value="">do something</option><optgroup label="Effects">${effects}</optgroup><optgroup label="Capabilities">${capabilities}</optgroup></select></label>
<label>Role <select id="_role"><option value="">any</option>${roles}</select></label>
<label>Member <input id="_who" type="search" size="14" autocomplete="off" spellcheck="false"></label>
<button type="button" id="_csv">Export CSV</button></p>
<p><label>On this day <input id="_day" type="date" value="${today}" min="${first}" required></label>
<button type="button" data-day="${today}">When written</button>
${days.map((day) => html`<button type="button" data-day="${dayAfter(day)}">After ${dateWords(day)}</button> `)}</p>
<p id="_answer" role="status"></p>
</form>`;
}

/** The color of each column, which is that of its effect. */
export function columnStyle(): string {
  const rules = RISKS.filter(isHarmful).map((risk) => {
    const places = COLUMNS.flatMap((name, index) =>
      CAPABILITIES[name].risk === risk ? [index + BEFORE_COLUMNS + 1] : [],
    );
    const cells = places.map((place) => `#_matrix td:nth-child(${place})`);
    return `${cells.join(', ')}, #_matrix .${risk} { color: var(--${risk}); }`;
  });
  return `${rules.join('\n')}\n`;
}

/** Cells of a row before those of the capabilities: name and last day. */
const BEFORE_COLUMNS = 2;

/** JSON inside an element: no text in it can end the element or begin a comment. */
function jsonHtml(data: object): Html {
  return rawHtml(JSON.stringify(data).replaceAll('<', '\\u003c'));
}
