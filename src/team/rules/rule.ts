import type { Severity } from '../../diagnostics/finding.ts';
import { isObject } from '../../diagnostics/parse-data.ts';
import type { DocumentPath } from '../../diagnostics/positions.ts';
import { quoted } from '../../text/escape.ts';
import { codeText, listTexts, type Text, t } from '../../text/text.ts';
import type { TeamDraft } from '../draft.ts';
import type { ResolvedRole } from '../resolve-roles.ts';
import type { Suggest } from '../suggest.ts';

interface Message {
  readonly summary: Text;
  readonly reason?: Text;
  readonly help: Text;
}

export interface Place {
  readonly file: string;
  readonly path: DocumentPath;
}

export interface RuleContext {
  /** Plain data, of whatever shape. */
  readonly value: unknown;
  readonly draft: TeamDraft;
  readonly resolved: ReadonlyMap<string, ResolvedRole>;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** Paths of dates that are not quoted, with their text. */
  readonly unquotedDates: readonly { readonly path: DocumentPath; readonly text: string }[];
  readonly roleKeys: readonly string[];
  readonly memberKeys: readonly string[];
  /** Whether no error was reported at the path or below it: one mistake is reported once. */
  readonly intact: (...path: DocumentPath) => boolean;
  readonly suggest: Suggest;
}

/**
 * One thing that can be wrong with team.yaml: its code (also its anchor in docs/reference/findings-file.md), its
 * message and its check. A rule without a check is reported while the file is parsed.
 */
export interface Rule<Args = Readonly<Record<string, unknown>>> {
  readonly code: string;
  /** `error` by default. */
  readonly severity?: Severity;
  /** Whether the key or the value at the path is underlined; the value by default. */
  readonly at?: 'key' | 'value';
  message(args: Args, place: Place): Message;
  check?(context: RuleContext, report: (path: DocumentPath, args: Args) => void): void;
}

/** A text of the file; `key` is that of the member, role or snooze that it belongs to. */
interface FoundText {
  readonly text: string;
  readonly key: string;
  readonly path: DocumentPath;
}

/** The texts about which no error has been reported yet, at places such as `members.*.until` and `roles.*.allow.[]`. */
export function textsAt({ value, intact }: RuleContext, places: string): readonly FoundText[] {
  const found: FoundText[] = [];
  collectTexts(value, [], places.split('.'), found);
  return found.filter(({ path }) => intact(...path));
}

function collectTexts(here: unknown, path: DocumentPath, parts: readonly string[], found: FoundText[]): void {
  const next = parts[path.length];
  if (next === undefined) {
    if (typeof here === 'string') found.push({ text: here, key: String(path[1]), path });
  } else if (next === '[]') {
    const items: readonly unknown[] = Array.isArray(here) ? here : [];
    for (const [index, item] of items.entries()) collectTexts(item, [...path, index], parts, found);
  } else if (isObject(here)) {
    const keys = next === '*' ? Object.keys(here) : [next];
    for (const key of keys) collectTexts(here[key], [...path, key], parts, found);
  }
}

/** Gives what is wrong with a text, false if nothing is. */
type Judge<Args> = (text: string, at: FoundText, context: RuleContext) => Args | false;

/** The check of a rule about single texts. */
export function textCheck<Args>(places: readonly string[], judge: Judge<Args>): NonNullable<Rule<Args>['check']> {
  return preparedCheck(places, () => judge);
}

/** The same for a judgment that needs something of the whole file. */
export function preparedCheck<Args>(
  places: readonly string[],
  prepare: (context: RuleContext) => Judge<Args>,
): NonNullable<Rule<Args>['check']> {
  return (context, report) => {
    const judge = prepare(context);
    for (const found of places.flatMap((each) => textsAt(context, each))) {
      const wrong = judge(found.text, found, context);
      if (wrong !== false) report(found.path, wrong);
    }
  };
}

/** A rule whose arguments are inferred from its message. */
export function rule<Args extends Readonly<Record<string, unknown>>>(definition: Rule<Args>): Rule<Args> {
  return definition;
}

/** A name or a value of the file in code format, cut if it is long. */
export function value(text: string): Text {
  return codeText(quoted(text));
}

/** The same for a summary, which has at most 80 characters. */
export function shortValue(text: string): Text {
  return codeText(quoted(text, 40));
}

/** `use NAME` if a name is nearly right, else other help. */
export function useOr(suggestion: string | null, other: Text): Text {
  return suggestion === null ? other : t`use ${value(suggestion)}`;
}

export function valueList(texts: readonly string[]): Text {
  return listTexts(texts.map(value));
}

/** Text that begins with a typographic quote, as word processors write it. */
export const CURLY_QUOTES = /^[“”„«»‘’]/;

/** What other languages and YAML 1.1 take for true and false. */
export const YES = /^(?:y|yes|on|true|1)$/i;
export const NO = /^(?:n|no|off|false|0|never|none|null)$/i;
