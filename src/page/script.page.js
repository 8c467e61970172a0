// Filters, days, sorting and CSV of the access page, which has all that it shows.
const byId = (id) => document.getElementById(`_${id}`);
const data = JSON.parse(byId('data').textContent);
const [form, table, answer] = ['form', 'matrix', 'answer'].map(byId);
const [what, role, who, day, spend] = ['what', 'role', 'who', 'day', 'spend'].map(byId);
const body = table.tBodies[0];
const [groups, heads] = [...table.tHead.rows].map((row) => [...row.querySelectorAll('th:not([rowspan])')]);
const rows = [...body.rows].map((row, index) => {
  const [head, , ...cells] = row.cells;
  const name = head.querySelector('bdi').textContent;
  const key = head.querySelector('code')?.textContent ?? '';
  const named = name + (key && ` (${key})`);
  return { row, index, name, key, named, roles: head.querySelector('small'), cells };
});
let sorted = { id: '', down: false };

/** `1 Jun 2027` */
const words = (iso) => new Date(iso).toUTCString().slice(5, 16).replace(/^0/, '');
const may = ({ className }) => /[yp]/.test(className);
const isWanted = (head) => !what.value || head.id === what.value || head.className === what.value;

/** Fills a row with what holds on a day, if anything does. */
function fill({ row, index, roles, cells }, on) {
  const stretch = data.people[index].findLast(([from]) => from <= on);
  if (stretch === undefined || stretch.length === 1) return false;
  const [, head, ...places] = stretch;
  const [until, last, given] = data.heads[head];
  row.cells[1].dataset.day = until;
  row.cells[1].textContent = last;
  roles.textContent = given;
  for (const [column, cell] of cells.entries()) {
    const text = data.cells[places[column]];
    const mark = text[0] === 'n' ? '' : text[0];
    if (cell.className === mark && cell.textContent === text.slice(1)) continue;
    cell.className = mark;
    const span = document.createElement('span');
    span.textContent = text.slice(1);
    cell.replaceChildren(...(mark ? [span] : []));
  }
  return true;
}

function show() {
  const on = day.value || data.today;
  const unknown = data.gaps.find(([from, to]) => from <= on && on < to)?.[2];
  const asked = who.value.trim().toLowerCase();
  const wanted = heads.map(isWanted);
  const isAny = (cells, is) => cells.some((cell, column) => wanted[column] && is(cell));
  const matching = rows.filter((each) => {
    const { row, named, roles, cells } = each;
    const isMatch =
      !unknown &&
      fill(each, on) &&
      (!role.value || roles.textContent.split(', ').includes(role.value)) &&
      named.toLowerCase().includes(asked);
    row.hidden = !isMatch || (what.value && !isAny(cells, may));
    for (const [column, cell] of cells.entries()) cell.hidden = !wanted[column];
    return isMatch;
  });
  for (const [column, head] of heads.entries()) head.hidden = !wanted[column];
  for (const group of groups) {
    const span = heads.filter((head) => !head.hidden && head.className === group.className).length;
    group.hidden = span === 0;
    group.colSpan = span || 1;
  }
  spend.setAttribute('aria-pressed', what.value === 'spends');
  for (const button of form.querySelectorAll('[data-day]')) {
    button.setAttribute('aria-pressed', button.dataset.day === on);
  }
  table.toggleAttribute('data-other', on !== data.today);
  byId('on').textContent = words(on);
  const able = matching.filter(({ cells }) => isAny(cells, may)).map(({ named }) => named);
  const frozen = heads.filter(
    (_, column) => wanted[column] && matching.some(({ cells }) => cells[column].className === 'f'),
  );
  answer.textContent = unknown || sentence(on, able, matching.length, frozen);
  focusable(shownRows().flatMap(shownCells)[0]);
}

function sentence(on, able, all, frozen) {
  const isNarrow = who.value || role.value;
  if (!all && isNarrow) return `On ${words(on)}, no member matches.`;
  const can = on < data.today ? 'could' : 'can';
  const more = able.length > 12 ? ` and ${able.length - 12} more` : '';
  const which = what.value && able.length ? `: ${able.slice(0, 12).join(', ')}${more}` : '';
  const members = `${isNarrow ? 'matching ' : ''}member${all === 1 ? '' : 's'}`;
  const frost = frozen.length ? ` Frozen for all members: ${frozen.map((head) => head.textContent).join(', ')}.` : '';
  return `On ${words(on)}, ${able.length} of ${all} ${members} ${can} ${what.selectedOptions[0].text}${which}.${frost}`;
}

const shownRows = () => [...body.rows].filter(({ hidden }) => !hidden);
const shownCells = (row) => [...row.querySelectorAll('td:not([hidden])')];

/** One cell of the table is reached by the tab key, the others by arrows. */
function focusable(cell) {
  body.querySelector('[tabindex]')?.removeAttribute('tabindex');
  cell?.setAttribute('tabindex', '0');
}

function move(event) {
  const cell = event.target.closest('td');
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!cell || !step) return;
  event.preventDefault();
  const all = shownRows();
  const row = all[all.indexOf(cell.parentElement) + step[0]];
  const next = row && shownCells(row)[shownCells(cell.parentElement).indexOf(cell) + step[1]];
  if (!next) return;
  focusable(next);
  next.focus();
}

function sort(id) {
  sorted = { id, down: sorted.id === id && !sorted.down };
  const value = ({ row, name }) => (id === 'name' ? name : row.cells[1].dataset.day || '9999');
  const order = [...rows].sort((one, other) => value(one).localeCompare(value(other), 'en'));
  if (sorted.down) order.reverse();
  body.append(...order.map(({ row }) => row));
  for (const each of ['name', 'last']) {
    byId(each).setAttribute('aria-sort', each !== id ? 'none' : sorted.down ? 'descending' : 'ascending');
  }
}

/** Whose cell it is, and of what. */
function label({ target }) {
  const cell = target.closest('td');
  const words = cell?.querySelector('span');
  if (!words) return;
  words.dataset.about = `${rows.find(({ row }) => row.contains(cell)).named}, ${heads[cell.cellIndex - 2].textContent}: `;
}

/** No field is a formula in a spreadsheet. */
const field = (text) => `"${(/^[=+\-@＝＋－＠\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

function csv() {
  const columns = heads.filter(({ hidden }) => !hidden);
  const marks = { y: 'yes', p: 'part', f: 'frozen', '': 'no' };
  const lines = [['Member', 'Key', 'Roles', 'Last day', ...columns.map(({ id }) => id)]];
  for (const row of shownRows()) {
    const { name, key, roles, cells } = rows.find((each) => each.row === row);
    const text = (cell) => `${marks[cell.className]}${cell.textContent && ': '}${cell.textContent}`;
    const values = cells.filter(({ hidden }) => !hidden).map(text);
    lines.push([name, key, roles.textContent, row.cells[1].textContent, ...values]);
  }
  const text = `\ufeff${lines.map((line) => line.map(field).join(',')).join('\r\n')}\r\n`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = `access-${day.value || data.today}.csv`;
  link.click();
}

/** `#pay:bonus` asks who may do it. */
function follow() {
  const id = location.hash.slice(1);
  if (!heads.some((head) => head.id === id)) return;
  what.value = id;
  show();
}

for (const id of ['name', 'last']) {
  const button = document.createElement('button');
  button.append(...byId(id).childNodes);
  button.addEventListener('click', () => sort(id));
  byId(id).append(button);
}
spend.addEventListener('click', () => {
  what.value = what.value === 'spends' ? '' : 'spends';
  show();
});
form.addEventListener('click', ({ target }) => {
  if (!target.dataset.day) return;
  day.value = target.dataset.day;
  show();
});
form.addEventListener('input', show);
form.addEventListener('submit', (event) => event.preventDefault());
byId('csv').addEventListener('click', csv);
table.addEventListener('keydown', move);
table.addEventListener('focusin', label);
table.addEventListener('mouseover', label);
addEventListener('hashchange', follow);
// The same link again changes no hash.
table.tHead.addEventListener('click', ({ target }) => target.closest('a') && setTimeout(follow));
form.hidden = false;
show();
follow();
