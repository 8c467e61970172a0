import { driftIssueText } from '../../src/render/drift-issue.ts';
import { driftLines } from '../../src/render/drift-lines.ts';
import { expectGolden } from '../support/golden.ts';
import { AT, because, DIFFERENCES, lookOf, naming, OTHERS } from '../support/sample-looks.ts';

const REPOSITORY = 'https://github.com/perception-lab/team';
const view = { naming, reveal: false, reconcile: true, repository: REPOSITORY };

const LOOKS = {
  clean: lookOf([]),
  differences: lookOf(DIFFERENCES),
  others: lookOf(OTHERS),
  pending: lookOf(because('pending', DIFFERENCES), { class: 'pending' }),
  undecided: lookOf(because('undecided', DIFFERENCES), { planned: false }),
};

describe.each(Object.entries(LOOKS))('%s', (name, look) => {
  test('reads on a terminal as it was looked at', () => {
    expectGolden(`drift/${name}.txt`, `${driftLines(look, naming, { at: AT, reconcile: false }).join('\n')}\n`);
  });

  test('reads as an issue as it was looked at', () => {
    const { title, body } = driftIssueText(look, view);
    expectGolden(`drift/${name}.md`, `${title}\n\n${body}\n`);
  });
});
