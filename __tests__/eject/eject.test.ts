import fc from 'fast-check';
import { configurationOf } from '../../src/eject/configuration.ts';
import { ejected } from '../../src/eject/eject.ts';
import type { Team } from '../../src/team/team.ts';
import { runs } from '../support/exhaustive.ts';
import { expectGolden } from '../support/golden.ts';
import { hostileText } from '../support/hostile-text.ts';
import { recordedText } from '../support/recorded-plan.ts';
import { sampleTeam } from '../support/sample-team.ts';
import { synthesized } from '../support/synthesized.ts';

const TODAY = '2026-11-25';
const state = { bucket: 'lab-mturk', region: 'us-east-1', key: 'mturk-team' };
const inBucket = { ...sampleTeam, settings: { ...sampleTeam.settings, state } };
const filesOf = async (team: Team) => ejected(team, (await synthesized(team, TODAY)).text, TODAY);

test('the files of the sample, for a person to keep', async () => {
  const files = await filesOf(inBucket);
  const shown = Object.entries(files).map(([path, text]) => `==== ${path}\n${text}`);
  expectGolden('eject.txt', shown.join('\n'));
});

test('of a lab without a bucket, the page says where its states are', async () => {
  const [page, other] = [(await filesOf(sampleTeam))['README.md'], (await filesOf(inBucket))['README.md']];
  expect(page).toContain('cp LAB/.mturk-team/account/123456789012/team.tfstate team/terraform.tfstate');
  expect(page).not.toContain('destroys');
  expect(other).not.toContain('cp LAB');
});

test('no name, description or sponsor leaves its comment', async () => {
  const { text } = await synthesized(sampleTeam, TODAY);
  const plain = ejected(sampleTeam, text, TODAY);
  const lines = (files: Readonly<Record<string, string>>, isComment: boolean) =>
    Object.entries(files).flatMap(([path, all]) =>
      path === 'README.md' ? [] : all.split(/[\r\n\u2028\u2029]/).filter((line) => line.startsWith('#') === isComment),
    );
  fc.assert(
    fc.property(hostileText(), hostileText(), (one, other) => {
      const named: Team = {
        ...sampleTeam,
        roles: sampleTeam.roles.map((role) => ({ ...role, description: other })),
        members: sampleTeam.members.map((member) => ({ ...member, name: one, sponsor: other })),
      };
      const files = ejected(named, text, TODAY);
      expect(lines(files, false)).toEqual(lines(plain, false));
      expect(lines(files, true)).toHaveLength(lines(plain, true).length);
      expect(files['README.md']).toBe(plain['README.md']);
    }),
    { numRuns: runs(300) },
  );
});

interface Schemas {
  readonly resource_schemas: Readonly<Record<string, { readonly block: { readonly attributes: object } }>>;
}

test('what is printed as an attribute is one for the provider, and lifecycle is the only block', async () => {
  const schemas = (JSON.parse(recordedText('schema-5.54.json')) as Schemas).resource_schemas;
  const { text } = await synthesized(sampleTeam, TODAY);
  const resources = [text.team, text.bootstrap].flatMap((each) => [...configurationOf(each).resources.values()]);
  for (const { labels, attributes, blocks } of resources) {
    const known = Object.keys(schemas[labels[0] ?? '']?.block.attributes ?? {});
    const names = attributes.map(([name]) => name).filter((name) => name !== 'depends_on');
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(blocks.map(({ type }) => type).filter((type) => type !== 'lifecycle')).toEqual([]);
  }
});
