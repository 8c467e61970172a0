import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { configurationOf } from '../../src/eject/configuration.ts';
import { printHcl } from '../../src/eject/hcl.ts';
import { escapeTemplate, plainTemplate } from '../../src/terraform/synth/template.ts';
import { scratch } from '../support/command.ts';
import { runs } from '../support/exhaustive.ts';
import { hostileText } from '../support/hostile-text.ts';
import { enginesAtHand, runEngine } from '../support/raw-engine.ts';

const place = scratch();
afterAll(() => place.remove());

// Terraform keeps text in Unicode's normal form C, with no more than 30 marks on a letter (UAX #15, Stream-Safe).
const text = () =>
  fc
    .oneof(
      hostileText(),
      fc.constantFrom('${aws:username}', '$${x}', '$$${', '%{ if true }', '%%{', '"\\', '\b\f\u0001', 'a\r\nb', '$'),
    )
    .map((drawn) => drawn.replace(/\p{Surrogate}|\p{M}{9,}/gu, '').normalize('NFC'));
const documents = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  // Elements and condition keys of IAM are ASCII.
  object: fc.dictionary(
    fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 20 }), fc.constantFrom('for', 'null', 'a_b', '0', 'x.y')),
    tie('value'),
    {
      maxKeys: 4,
    },
  ),
})).object;

const configurationWith = (policies: readonly unknown[]) => {
  const named = policies.map((policy, index) => [
    `boundary${index}`,
    { name: 'x', policy: escapeTemplate(JSON.stringify(policy)) },
  ]);
  return JSON.stringify({
    terraform: { required_version: '>= 1.6', required_providers: {}, backend: {} },
    provider: {},
    resource: { aws_iam_policy: Object.fromEntries(named) },
  });
};

test('an engine reads every document as it was, and every engine leaves the file as it is', async () => {
  const drawn = fc.sample(documents, runs(300));
  const blocks = [...configurationOf(configurationWith(drawn)).resources.values()];
  const outputs = blocks.map(({ attributes }, index) => ({
    ...{ type: 'output', labels: [`o${index}`], blocks: [] },
    attributes: attributes.flatMap(([name, value]) => (name === 'policy' ? [['value', value] as const] : [])),
  }));
  writeFileSync(join(place.directory, 'main.tf'), printHcl(outputs));
  const where = { directory: place.directory, environment: {} };
  const engines = await enginesAtHand();
  for (const [, binary] of engines) {
    expect(await runEngine(binary, ['fmt', '-check', '-diff'], where)).toMatchObject({ code: 0, stdout: '' });
  }
  const run = (...args: string[]) => runEngine(engines[0]![1], args, where);
  expect(await run('apply', '-auto-approve', '-no-color')).toMatchObject({ code: 0 });
  const read: Record<string, { value: string }> = JSON.parse((await run('output', '-json')).stdout);
  // An object of Terraform has no order.
  expect(drawn.map((_document, index) => JSON.parse(read[`o${index}`]!.value))).toEqual(drawn);
});

test('a template without interpolations means one text', () => {
  fc.assert(fc.property(text(), (drawn) => plainTemplate(escapeTemplate(drawn)) === drawn));
});

describe('what the stacks never contain', () => {
  const stack = (resource: object) =>
    JSON.stringify({ terraform: { required_providers: {}, backend: {} }, provider: {}, resource });

  test.each([
    ['a type', stack({ aws_instance: { x: {} } }), 'no resource type of a stack: aws_instance'],
    [
      'an interpolation in a text',
      stack({ aws_iam_user: { x: { name: 'a-${b.c}' } } }),
      'a text with an interpolation',
    ],
    ['a list of resources', stack({ aws_iam_user: { x: [] } }), 'x is no object'],
  ])('%s is a bug', (_title, json, message) => {
    expect(() => configurationOf(json)).toThrow(message);
  });
});
