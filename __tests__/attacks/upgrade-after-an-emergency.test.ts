import { appliedTeam } from '../../src/team/applied-team.ts';
import { readTeam } from '../../src/team/parse/read-team.ts';
import { approvalInTest } from '../support/approval-in-test.ts';

const { lab, record, check } = approvalInTest();
const TODAY = new Date().toISOString().slice(0, 10);

/** `results:read` of another version of the tool has one operation less. */
test("an administrator's apply in a checkout of main begins the next check there, whichever version of the tool they have", async () => {
  const { main } = lab();
  const branch = lab().pushFiles('emergency', { 'README.md': 'x' });
  const { team } = readTeam(lab().teamAt(main), { file: 'team.yaml', today: TODAY });
  if (team === null) throw new Error();
  const applied = appliedTeam(team, TODAY);
  const roles = applied.roles.map((role) => ({ ...role, allow: role.allow.slice(1) }));
  await record({ commit: main, earlier: [], team: { ...applied, roles } });
  expect(await check()).toMatchObject({ code: 0 });
  await record({ commit: main, earlier: [branch, main], team: { ...applied, roles } });
  expect(await check()).toMatchObject({ code: 0 });
});
