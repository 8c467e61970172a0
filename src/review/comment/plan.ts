import { countOf } from '../../access/text/capability-words.ts';
import type { Part, Row } from '../../text/budget.ts';
import { code, joined, type Markdown, md, ours } from '../../text/markdown.ts';
import type { PlannedResource, ReviewedPlan } from '../changes/review.ts';
import { resourceName } from './unexplained.ts';

const VERBS: Readonly<Record<string, string>> = {
  create: 'add',
  update: 'change',
  delete: '**delete**',
  'delete,create': '**delete and make anew**',
  'create,delete': '**make anew and delete**',
  read: 'read',
};

const HEADER = '| | what | attributes | resource |\n| --- | --- | --- | --- |';

/** The plan resource by resource, folded: what is deleted first, and kept longest. */
export function planParts(plan: ReviewedPlan, ranks: { destructive: number; rest: number }): readonly Part[] {
  const changes = plan.resources.filter(({ actions }) =>
    actions.some((action) => action !== 'no-op' && action !== 'read'),
  );
  if (changes.length === 0) return [];
  const destructive = changes.filter(isDestructive).map(rowOf);
  const rest = changes.filter((resource) => !isDestructive(resource)).map(rowOf);
  const summary = `The plan, resource by resource (${countOf(changes.length, 'resource', 'resources')})`;
  const head = `<details>\n<summary>${summary}</summary>\n\n${HEADER}`;
  const omitted = (rows: readonly Row[], what: string) => (from: number) =>
    `| | … and ${(rows.length - from).toLocaleString('en-US')} more ${what}, left out here | | |`;
  return [
    { head, rows: destructive, tail: '', omitted: omitted(destructive, 'to delete'), rank: ranks.destructive },
    {
      head: '',
      rows: rest,
      tail: '\n</details>',
      omitted: omitted(rest, 'to add or change'),
      rank: ranks.rest,
      continues: true,
    },
  ];
}

/** Whatever is not plainly an addition or a change counts as the worst. */
function isDestructive({ actions }: PlannedResource): boolean {
  return actions.some((action) => !['create', 'update', 'no-op', 'read'].includes(action));
}

function rowOf({ address, actions, attributes }: PlannedResource): Row {
  const verb = VERBS[actions.join()];
  const action =
    verb === undefined
      ? joined(
          actions.slice(0, 4).map((each) => code(each)),
          ' ',
        )
      : ours(verb);
  return {
    text: `| ${action.markdown} | ${resourceName(address).markdown} | ${names(attributes).markdown} | ${code(address, 160).markdown} |`,
    count: 1,
  };
}

function names(attributes: readonly string[]): Markdown {
  const shown = joined(
    attributes.slice(0, 8).map((name) => code(name)),
    ', ',
  );
  return attributes.length > 8 ? md`${shown} and ${attributes.length - 8} more` : shown;
}
