import * as z from 'zod';
import { type Failure, fail } from '../../diagnostics/failure.ts';
import { jsonOf } from '../../diagnostics/parse-data.ts';
import { BOUNDARY_PATH, labOfPath } from '../../team/names.ts';
import { PROVIDER_ADDRESSES } from './workspace.ts';

const EXPECTED = PROVIDER_ADDRESSES.map((address) => `provider["${address}"]`);

/** Resources are 3 deep; in a state of Terraform 0.11, 5. Attributes and tags, which may have any name, are deeper. */
const DEEPEST = 5;

/**
 * The providers that a state names besides our own. `init` would look for them, and a plan would run them. Its text is read
 * word by word: of a key that is there twice, JSON.parse sees the last value, and Terraform both, one laid over the other.
 * Terraform reads keys in any case, as Go does (https://pkg.go.dev/encoding/json#Unmarshal). A text that is no JSON is for
 * Terraform to refuse.
 */
export function unexpectedProviders(state: string): readonly string[] {
  const words = state.match(/"(?:[^"\\]|\\.)*"|[^\s"]/g) ?? [];
  const named: string[] = [];
  let depth = 0;
  for (const [index, word] of words.entries()) {
    if (word === '{' || word === '[') depth += 1;
    else if (word === '}' || word === ']') depth -= 1;
    else if (depth <= DEEPEST && words[index + 1] === ':' && textOf(word).toLowerCase() === 'provider') {
      named.push(textOf(words[index + 2] ?? ''));
    }
  }
  return [...new Set(named)].filter((provider) => !EXPECTED.includes(provider));
}

/** What a string of JSON says; another word as it is. */
function textOf(word: string): string {
  try {
    return String(JSON.parse(word));
  } catch {
    return word;
  }
}

/** What says whose a resource is; Terraform reads the rest. */
const STATE = z.object({
  resources: z.array(
    z.object({
      instances: z.array(
        z
          .object({ attributes: z.object({ path: z.string(), name: z.string() }) })
          .catch({ attributes: { path: '', name: '' } }),
      ),
    }),
  ),
});

/**
 * Why a lab must not use a state: it is cut short, or all that it holds is another lab's, which a plan would delete. Null if
 * nothing is wrong. Of a state that OpenTofu encrypted, nothing is known.
 */
export function wrongState(state: { readonly name: string; readonly text: string }, lab: string): Failure | null {
  const text = state.text.trim();
  if (text === '') return null;
  const json = jsonOf(text);
  if (json === undefined) return fail('state-damaged', { state: state.name }).failure;
  const labs = labsOf(json);
  const [other] = labs;
  if (other === undefined || labs.includes(lab)) return null;
  return fail('state-of-another-lab', { state: state.name, lab: other }).failure;
}

function labsOf(state: unknown): readonly string[] {
  const read = STATE.safeParse(state);
  const instances = read.success ? read.data.resources.flatMap((resource) => resource.instances) : [];
  return instances.flatMap(({ attributes: { path, name } }) =>
    path === BOUNDARY_PATH ? name : (labOfPath(path) ?? []),
  );
}
