/** Last line of every issue: when it was looked, from which commit, in which run. */
const LOOKED = /<sub>[^\n]*<\/sub>$/;
/** What AWS says of a refusal is another text every time. What the reconcile said is known by a digest of its own. */
const NOT_UNDONE = /\*\*(?:Nothing was undone|Undoing failed)\.\*\*[^\n]*/;
/** Of when the facts about keys are: they stay true, and a later report that tells another fact changes its item. */
const AS_OF = /^Keys and passwords as of .*$/m;
/** The day that a sample proposes. */
const SAMPLE = /\{ until: "(\d{4}-\d\d-\d\d)", reason: "\.\.\." \}/g;

/** Whether two bodies of one issue say the same but for when it was looked: then nothing needs to be written. */
export function saysTheSame(present: string, next: string): boolean {
  return comparable(present) === comparable(next) && !hasPassed(present, next);
}

function comparable(body: string): string {
  return body
    .replaceAll('\r\n', '\n')
    .trimEnd()
    .replace(LOOKED, '')
    .replace(NOT_UNDONE, '')
    .replace(AS_OF, '')
    .replace(SAMPLE, '')
    .trimEnd();
}

/** A sample whose day has come would be refused: then the new one is better. Half of its time is soon enough. */
function hasPassed(present: string, next: string): boolean {
  const days = (body: string) => [...body.matchAll(SAMPLE)].map(([, day = '']) => Date.parse(day));
  const fresh = days(next);
  return days(present).some((day, index) => (fresh[index] ?? day) - day > HALF);
}

const HALF = 15 * 86_400_000;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const NAMED_ID = /\b((?:request|host|trace) ?id\b[^\w]{0,3})[\w+/=.-]+/gi;
const MOMENT = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))*/g;

/** A text without what is another one each time that the same is said: ids of requests, locks and moments. */
export function withoutIds(text: string): string {
  return text.replace(NAMED_ID, '$1').replace(UUID, '').replace(MOMENT, '').replace(/\s+/g, ' ').trim();
}
