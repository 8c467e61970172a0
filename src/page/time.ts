import { isEmpty } from '../access/operation-set.ts';
import { memberText } from '../access/text/names.ts';
import { CAPABILITIES, RISK_VERBS, RISKS, type Risk } from '../catalog/mturk.ts';
import { DAY_MS, dateWords, daysWords } from '../text/dates.ts';
import { type Html, html } from '../text/html.ts';
import { COLUMNS, type PageFacts, type PagePerson } from './facts.ts';
import { dayBefore, type Stretch } from './stretches.ts';

/** A time in which someone had the same effects. Without effects only a suspension or a freeze is shown. */
interface Period {
  readonly from: string;
  /** The last day; null for no end. */
  readonly until: string | null;
  readonly effects: readonly Risk[];
  readonly frozen: readonly Risk[];
  readonly standing: Stretch['standing'];
  readonly isPending: boolean;
  /** What ended it or will, in words: null for no end. */
  readonly end: string | null;
}

/** The lanes of a strip from top to bottom: each harm, and everything else. */
const LANES: readonly (readonly Risk[])[] = [
  ['spends'],
  ['harms-workers'],
  ['deletes-data'],
  ['contacts-people', 'changes', 'reads'],
];

/** What someone had when, from the first day of the page on; neighbors with the same effects are one period. */
function periodsOf({ first, today }: Pick<PageFacts, 'first' | 'today'>, { stretches }: PagePerson): readonly Period[] {
  const merged: { from: string; stretch: Stretch; text: string }[] = [];
  for (const [place, stretch] of stretches.entries()) {
    const next = stretches[place + 1];
    if (next !== undefined && next.from <= first) continue;
    const text = JSON.stringify([stretch.standing, stretch.until, effectsOf(stretch), frozenOf(stretch)]);
    if (merged.at(-1)?.text === text) continue;
    merged.push({ from: stretch.from < first ? first : stretch.from, stretch, text });
  }
  return merged.flatMap(({ from, stretch }, index): readonly Period[] => {
    const next = merged[index + 1];
    const [effects, frozen] = [effectsOf(stretch), frozenOf(stretch)];
    const isShown = effects.length > 0 || frozen.length > 0 || (stretch.standing === 'suspended' && from <= today);
    if (!isShown) return [];
    const until = next === undefined ? null : dayBefore(next.from);
    const end = next === undefined ? null : endWords(stretch, next.stretch);
    return [{ from, until, effects, frozen, end, standing: stretch.standing, isPending: stretch.isPending }];
  });
}

function endWords(stretch: Stretch, next: Stretch): string {
  const [was, is] = [frozenOf(stretch).length, frozenOf(next).length];
  if (next.isPending) return 'then a change that is not merged';
  if (next.standing === 'ended') return 'last day';
  if (next.standing === 'absent') return next.until === null ? 'then removed from team.yaml' : 'then departed';
  if (next.standing === 'suspended' && stretch.standing !== 'suspended') return 'then suspended';
  if (stretch.standing === 'suspended' && next.standing !== 'suspended') return 'then resumed';
  if (was !== is) return was < is ? 'then a freeze' : 'then the freeze ended';
  const isSame = String(effectsOf(stretch)) === String(effectsOf(next));
  if (!isSame || stretch.until === next.until) return 'then other roles';
  const [old, day] = [stretch.until, next.until].map((each) => each && dateWords(each));
  return `then ${day ? `last day ${day}` : 'no last day'} (was ${old ?? 'none'})`;
}

function effectsOf({ cells }: Stretch): readonly Risk[] {
  return risksOf((column) => !isEmpty(cells[column]?.operations ?? 0n));
}

function frozenOf({ cells }: Stretch): readonly Risk[] {
  return risksOf((column) => cells[column]?.frozen === true);
}

function risksOf(isSo: (column: number) => boolean): readonly Risk[] {
  return RISKS.filter((risk) => COLUMNS.some((name, column) => CAPABILITIES[name].risk === risk && isSo(column)));
}

/** Who had which effect when: a strip and the periods in words for each person. */
export function timeHtml(facts: PageFacts): Html {
  const { shown, axis } = periodsIn(facts);
  const keys = LANES.map((_, lane) => html`<span><i class="l${lane}"></i> ${laneWords(lane)}</span> `);
  return html`<p class="legend small">${keys}<span><i class="fz"></i> frozen</span> <span><i class="now"></i> when written</span></p>
<div class="scroll" role="region" aria-label="Who had which effect when" tabindex="0"><table id="_time">
<thead><tr><th scope="col">Member</th><th scope="col" class="strip">${axisHtml(axis, facts.today)}</th><th scope="col">In words</th></tr></thead>
<tbody>${shown.map(({ person, periods }) => personHtml(facts, person, periods, axis))}</tbody></table></div>`;
}

function periodsIn(facts: PageFacts) {
  const people = facts.people.map((person) => ({ person, periods: periodsOf(facts, person) }));
  const shown = people.filter(({ periods }) => periods.length > 0);
  const all = shown.flatMap(({ periods }) => periods);
  return { shown, axis: axisOf(facts, all) };
}

function laneWords(lane: number): string {
  const [risk] = LANES[lane] ?? [];
  return risk === undefined || lane === LANES.length - 1 ? 'other access' : RISK_VERBS[risk].does;
}

type Axis = ReturnType<typeof axisOf>;

/** From the first day to some time after the last change, at most two years from today. */
function axisOf({ first, today }: PageFacts, periods: readonly Period[]) {
  const [from, now] = [Date.parse(first), Date.parse(today)];
  const last = Math.max(now, ...periods.map(({ until }) => Date.parse(until ?? today)));
  return { from, to: Math.min(last, now + 730 * DAY_MS) + 45 * DAY_MS };
}

/** A place on the axis, as SVG has it without a view box. */
function share({ from, to }: Axis, moment: number): number {
  return Math.round(Math.max(0, Math.min(1, (moment - from) / (to - from))) * 1000) / 10;
}

function axisHtml(axis: Axis, today: string): Html {
  const years = axis.to - axis.from > 900 * DAY_MS;
  const months = axis.to - axis.from > 300 * DAY_MS ? 3 : 1;
  const ticks: Html[] = [];
  for (let day = new Date(axis.from); day.getTime() < axis.to; day.setUTCMonth(day.getUTCMonth() + 1, 1)) {
    const [month, date] = [day.getUTCMonth(), day.getUTCDate()];
    const place = share(axis, day.getTime());
    if (date !== 1 || month % (years ? 12 : months) !== 0 || place > 92) continue;
    const words = dateWords(day.toISOString()).slice(2);
    ticks.push(html`<text x="${place}%" y="11">${years ? words.slice(-4) : words}</text>`);
  }
  return html`<span class="v">Time; this page was written on ${dateWords(today)}</span><svg class="axis" aria-hidden="true">${ticks}</svg>`;
}

function personHtml(facts: PageFacts, { shown }: PagePerson, periods: readonly Period[], axis: Axis): Html {
  const words = periods.map(
    (period) =>
      html`<li>${whenWords(facts, period)}: ${whatWords(period)}${period.end === null ? '' : `; ${period.end}`}</li>`,
  );
  return html`<tr><th scope="row">${memberText(shown)}</th><td class="strip">${stripHtml(periods, axis)}</td><td><ul>${words}</ul></td></tr>\n`;
}

/** When it began is said only if that is known. */
function whenWords({ past, first, isCut, gaps, today }: PageFacts, { from, until, isPending }: Period): string {
  const isKnown = from > first || (past.ok && !isCut);
  const end = until === null ? null : dateWords(until);
  if (isPending) return end === null ? 'not merged yet' : `not merged yet, until ${end}`;
  if (!isKnown) return end === null ? 'on all days shown' : `until ${end}`;
  const isLate = gaps.some(({ to }) => to === from);
  if (until !== null) return isLate ? `from ${dateWords(from)} at the latest to ${end}` : daysWords(from, until);
  return `${isLate ? 'at the latest ' : ''}${from > today ? 'from' : 'since'} ${dateWords(from)}`;
}

function whatWords({ effects, frozen, standing }: Period): string {
  if (standing === 'suspended') return 'suspended';
  const words =
    effects.length === RISKS.length ? 'all effects' : effects.map((risk) => RISK_VERBS[risk].does).join(', ');
  const stopped = frozen.map((risk) => RISK_VERBS[risk].does).join(', ');
  return [words, stopped && `frozen: ${stopped}`].filter((part) => part !== '').join('; ');
}

function stripHtml(periods: readonly Period[], axis: Axis): Html {
  const bars = LANES.flatMap((risks, lane) =>
    (['effects', 'frozen'] as const).flatMap((kind) =>
      runsOf(periods, (period) => period[kind].some((risk) => risks.includes(risk))).map(({ from, until }) => {
        const start = share(axis, Date.parse(from));
        const end = until === null ? 100 : share(axis, Date.parse(until) + DAY_MS);
        const width = Math.max(0.3, Math.round((end - start) * 10) / 10);
        const mark = `${kind === 'frozen' ? 'fz ' : ''}l${lane}`;
        return html`<rect class="${mark}" x="${start}%" width="${width}%"/>`;
      }),
    ),
  );
  return html`<svg aria-hidden="true">${bars}</svg>`;
}

/** Where today is in each strip. The page has one axis, and its style sheet no other part that depends on the lab. */
export function timeStyle(facts: PageFacts): string {
  const { axis } = periodsIn(facts);
  return `.strip svg { background-position: ${share(axis, Date.parse(facts.today))}% 0; }\n`;
}

function runsOf(periods: readonly Period[], isSo: (period: Period) => boolean) {
  const runs: { from: string; until: string | null }[] = [];
  for (const period of periods.filter(isSo)) {
    const last = runs.at(-1);
    const isNext = last?.until != null && Date.parse(last.until) + DAY_MS === Date.parse(period.from);
    if (isNext && last) last.until = period.until;
    else runs.push({ from: period.from, until: period.until });
  }
  return runs;
}
