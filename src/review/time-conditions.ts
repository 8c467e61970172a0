import { readDate } from '../iam/condition-operators.ts';
import { toList } from '../iam/context.ts';
import type { PolicyDocument, Statement } from '../iam/document.ts';
import { statementsOf } from '../iam/statement.ts';

const TIME_KEYS: readonly string[] = ['aws:currenttime', 'aws:epochtime'];

/** Whether nothing but the time decides when a statement holds, and every moment in it can be read. */
export function dependsOnTimeAlone({ Condition = {} }: Statement): boolean {
  return Object.entries(Condition).every(
    ([operator, byKey]) =>
      operator.startsWith('Date') &&
      Object.entries(byKey).every(
        ([key, values]) =>
          TIME_KEYS.includes(key.toLowerCase()) && toList(values).every((value) => readDate(value) !== null),
      ),
  );
}

/** The moments (milliseconds) that documents name: what somebody may do changes at them alone. */
export function momentsIn(documents: readonly (PolicyDocument | null)[]): readonly number[] {
  const found = new Set<number>();
  for (const document of documents) {
    for (const { Condition = {} } of document === null ? [] : statementsOf(document)) {
      for (const [key, values] of Object.values(Condition).flatMap((byKey) => Object.entries(byKey))) {
        if (!TIME_KEYS.includes(key.toLowerCase())) continue;
        for (const value of toList(values)) {
          const moment = readDate(value);
          if (moment !== null) found.add(moment);
        }
      }
    }
  }
  return [...found].sort((one, other) => one - other);
}
