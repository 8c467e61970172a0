import { approvalInTest, pays } from '../support/approval-in-test.ts';
import { testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(2);

const { lab, record, merged, clone, check } = approvalInTest();

test('a grant that an administrator takes back is not given again after many applies of the commits before it', async () => {
  const { pull, apply, recorded } = clone();
  const first = lab().main;
  const second = merged('bo', (team) => team.replace('{ name: Bo, ', '{ until: "2037-01-01", name: Bo, '));
  const granted = merged('pays', pays('cy'));
  pull(granted);
  expect((await apply()).code).toBe(0);
  const codes: (number | null)[] = [];
  const seen: number[] = [];
  for (let times = 0; times < 22; times += 1) {
    pull(times % 2 === 0 ? first : second);
    codes.push((await apply()).code);
    await record(recorded(), granted);
    seen.push((await check()).code ?? -1);
  }
  expect(codes.every((code) => code === 0)).toBe(true);
  expect(recorded().commit).toBe(second);
  expect(seen).toEqual(seen.map(() => 1));
}, 300_000);
