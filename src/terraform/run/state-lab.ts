import * as z from 'zod';
import { type Failure, fail } from '../../diagnostics/failure.ts';
import { BOUNDARY_PATH, labOfPath } from '../../team/names.ts';

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

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
