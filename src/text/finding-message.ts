/** The words of a finding: the same on a terminal, in JSON and in an annotation. */
export interface FindingText {
  /** A few words without a full stop, for headings and annotations. */
  readonly title: string;
  /** What is wrong, and the rule. */
  readonly problem: string;
  /** What to write or do instead; it may end in lines to paste. */
  readonly remedy: string;
}

export function wording(title: string, problem: string, remedy: string): FindingText {
  return { title, problem, remedy };
}

/** Both sentences as one text. */
export function messageOf({ problem, remedy }: FindingText): string {
  return `${problem} ${remedy}`;
}

/** `roles.paymaster.allow[1]`; keys that are not plain words stand in quotes: `members["a.b"].name`. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\p{L}\p{N}_-]+$/u.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}
