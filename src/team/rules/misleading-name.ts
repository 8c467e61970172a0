import { t } from '../../text/text.ts';
import { rule, shortValue, textsIn } from './rule.ts';

/** Scripts with letters that look like Latin ones. */
const ALIKE_SCRIPTS = ['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (script) => new RegExp(`\\p{Script=${script}}`, 'u'),
);

export const misleadingName = rule({
  code: 'misleading-name',
  message: ({ name }: { name: string }) => ({
    summary: t`${shortValue(name)} mixes scripts within a word`,
    reason: t`letters of several scripts look alike, so it can read as another name`,
    help: t`write each word of the name in one script`,
  }),
  check(context, report) {
    for (const { text, path } of textsIn(context, 'members', 'name')) {
      const words = text.split(/[\s\p{Z}\p{P}]+/u);
      if (words.some((word) => ALIKE_SCRIPTS.filter((script) => script.test(word)).length > 1))
        report(path, { name: text });
    }
  },
});
