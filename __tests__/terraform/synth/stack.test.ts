import fc from 'fast-check';
import { escapeTemplate } from '../../../src/terraform/synth/template.ts';

test.each([
  ['${aws:username}', '$${aws:username}'],
  ['%{if}', '%%{if}'],
  ['user/${aws:username}/${aws:username}', 'user/$${aws:username}/$${aws:username}'],
  ['$$ and $& and { and %', '$$ and $& and { and %'],
  ['$${a}', '$$${a}'],
])('%s is written %s', (text, written) => {
  expect(escapeTemplate(text)).toBe(written);
});

/** How Terraform reads the literal part of a template: `$${` and `%%{` stand for `${` and `%{`. */
function readTemplate(template: string): { text: string; expressions: number } {
  let text = '';
  let expressions = 0;
  for (let at = 0; at < template.length; ) {
    const three = template.slice(at, at + 3);
    const two = template.slice(at, at + 2);
    if (three === '$${' || three === '%%{') {
      text += three.slice(1);
      at += 3;
    } else {
      if (two === '${' || two === '%{') expressions += 1;
      text += template[at];
      at += 1;
    }
  }
  return { text, expressions };
}

test('Terraform reads back what was meant, and no expression', () => {
  const texts = fc.string({ unit: fc.constantFrom('$', '%', '{', '}', 'a', '"', '\\'), maxLength: 12 });
  fc.assert(
    fc.property(texts, (text) => {
      expect(readTemplate(escapeTemplate(text))).toEqual({ text, expressions: 0 });
    }),
  );
});
