import { approvalInTest, pays } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, merged, clone, check } = approvalInTest();

test.each<[string, (commit: string) => readonly string[]]>([
  // The control: refused.
  ['no option', () => []],
  ['--result', () => ['--result', 'result.json']],
  ['--commit', (commit) => ['--commit', commit]],
])(
  'a grant that an administrator takes back by an apply with %s is not given again by its approval',
  async (_what, more) => {
    const { pull, apply, recorded } = clone();
    const before = lab().main;
    const granted = merged('pays', pays('cy'));
    pull(granted);
    expect((await apply()).code).toBe(0);
    pull(before);
    expect((await apply(...more(before))).code).toBe(0);
    expect(recorded()).toMatchObject({ commit: before });
    await record(recorded(), granted);
    expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-approved]') });
  },
);
