import fc from 'fast-check';
import { keyIn, profileIn, secretText, withProfile } from '../../src/keys/profile.ts';

const KEY = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const LINES = `aws_access_key_id = ${KEY.id}\naws_secret_access_key = ${KEY.secret}\n`;
const CRLF = LINES.replaceAll('\n', '\r\n');
const OLD = 'aws_access_key_id = AKIAOLDOLDOLDOLDOLD0\naws_secret_access_key = old/old+old/old+old\n';

test.each([
  ['no file', '', `[zoe]\n${LINES}`],
  ['another profile', `[default]\n${OLD}`, `[default]\n${OLD}\n[zoe]\n${LINES}`],
  ['no line end at the end', '[default]\nregion = x', `[default]\nregion = x\n\n[zoe]\n${LINES}`],
  ['line ends of Windows', '[a]\r\nb = c\r\n', `[a]\r\nb = c\r\n\r\n[zoe]\r\n${CRLF}`],
  ['a profile with a longer name', `[zoe2]\n${OLD}`, `[zoe2]\n${OLD}\n[zoe]\n${LINES}`],
  ['a profile in a comment', `# [zoe]\n${OLD}`, `# [zoe]\n${OLD}\n[zoe]\n${LINES}`],
  ['the profile with another key', `[zoe]\n${OLD}[b]\n${OLD}`, `[zoe]\n${LINES}[b]\n${OLD}`],
  ['the profile last, without a line end', '[b]\n[zoe]', `[b]\n[zoe]\n${LINES}`],
  ['the profile without a key', '[zoe]\nregion = x\n', `[zoe]\n${LINES}region = x\n`],
  [
    'comments, settings, a session token and nested settings',
    `; mine\n[ zoe ] # old\n# from Ada\n${OLD}aws_session_token=abc\nregion = x\ns3 =\n  aws_access_key_id = kept\n\n[b]\n`,
    `; mine\n[ zoe ] # old\n${LINES}# from Ada\nregion = x\ns3 =\n  aws_access_key_id = kept\n\n[b]\n`,
  ],
  [
    'a byte order mark and bytes that are not UTF-8',
    `\u00EF\u00BB\u00BF[zoe]\r\n${OLD.replaceAll('\n', '\r\n')}# \u00FF\u00FE\r\n`,
    `\u00EF\u00BB\u00BF[zoe]\r\n${CRLF}# \u00FF\u00FE\r\n`,
  ],
  ['the profile twice', `[zoe]\n${OLD}[b]\n[zoe]\n${OLD}`, `[zoe]\n${LINES}[b]\n[zoe]\n`],
])('the credentials file with %s', (_what, before, after) => {
  expect(withProfile(before, 'zoe', KEY)).toBe(after);
  expect(profileIn(after, 'zoe')).toEqual({ exists: true, key: KEY });
});

test('property: every line that is not the profile’s key stays, in order, and twice is once', () => {
  const line = fc.constantFrom('[a]', '[zoe]', ' [zoe] ', 'region = x', '# note', 'aws_access_key_id = AKIA1', '');
  const end = fc.constantFrom('\n', '\r\n');
  const files = fc.array(fc.tuple(line, end).map((parts) => parts.join(''))).map((lines) => lines.join(''));
  fc.assert(
    fc.property(files, (before) => {
      const after = withProfile(before, 'zoe', KEY);
      expect(withProfile(after, 'zoe', KEY)).toBe(after);
      expect(profileIn(after, 'zoe').key).toEqual(KEY);
      expect(profileIn(after, 'a')).toEqual(profileIn(before, 'a'));
      const others = (text: string) => text.split(/(?<=\n)/).filter((each) => !/^aws_|^\[zoe\]|^\s*$/.test(each));
      expect(others(after)).toEqual(others(before));
    }),
  );
});

test('a message is a profile, with who it is for in a comment', () => {
  const text = secretText('perception-lab-zoe', '123456789012', KEY);
  expect(text).toBe(`# IAM user perception-lab-zoe of account 123456789012\n[perception-lab-zoe]\n${LINES}`);
  expect(keyIn(text)).toEqual(KEY);
  expect(keyIn(text.replaceAll('\n', '\r\n'))).toEqual(KEY);
});

test.each([
  '',
  'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n',
  LINES.replace(KEY.id, 'AKIA'),
  LINES.replace(KEY.id, 'AKIAIOSFODNN7EXAMPLE x'),
  LINES.replace(KEY.secret, `${KEY.secret}]`),
  LINES.replace(KEY.secret, '$(rm -rf ~)/aaaaaaaaaaaaaaaa'),
])('no key in AWS’s form: %j', (text) => {
  expect(keyIn(text)).toBeNull();
});
