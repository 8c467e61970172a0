/** `U+202E (right-to-left override)`, or the code point alone where it has no name that helps. */
export function characterName(codePoint: string): string {
  const name = NAMES[codePoint];
  return name === undefined ? codePoint : `${codePoint} (${name})`;
}

const NAMES: Readonly<Record<string, string>> = {
  'U+0000': 'null',
  'U+0007': 'bell',
  'U+0008': 'backspace',
  'U+0009': 'tab',
  'U+000A': 'line break',
  'U+000D': 'carriage return',
  'U+001B': 'escape',
  'U+007F': 'delete',
  'U+00AD': 'soft hyphen',
  'U+061C': 'Arabic letter mark',
  'U+200B': 'zero width space',
  'U+200C': 'zero width non-joiner',
  'U+200D': 'zero width joiner',
  'U+200E': 'left-to-right mark',
  'U+200F': 'right-to-left mark',
  'U+2028': 'line separator',
  'U+2029': 'paragraph separator',
  'U+202A': 'left-to-right embedding',
  'U+202B': 'right-to-left embedding',
  'U+202C': 'pop directional formatting',
  'U+202D': 'left-to-right override',
  'U+202E': 'right-to-left override',
  'U+2060': 'word joiner',
  'U+2066': 'left-to-right isolate',
  'U+2067': 'right-to-left isolate',
  'U+2068': 'first strong isolate',
  'U+2069': 'pop directional isolate',
  'U+2800': 'braille blank',
  'U+3164': 'Hangul filler',
  'U+FEFF': 'byte order mark',
};
