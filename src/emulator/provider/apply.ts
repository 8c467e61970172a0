import { messageOf } from './aws-calls.ts';
import { type Diagnostic, errorDiagnostic } from './diagnostics.ts';
import { applied } from './plan.ts';
import type { ResourceType } from './resource-type.ts';
import type { Caller } from './session.ts';
import { type Attributes, isUnknown, type Value } from './value.ts';

export interface Applied {
  /** What the engine is to record; null where nothing exists. */
  readonly state: Attributes | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Creates, changes or removes one object. A failure says what exists, so that the engine's record stays true. */
export async function applyChange(
  type: ResourceType,
  caller: Caller,
  prior: Attributes | null,
  planned: Attributes | null,
): Promise<Applied> {
  let kept = prior;
  try {
    if (planned === null) {
      if (prior !== null) await type.remove(caller, prior);
      return { state: null, diagnostics: [] };
    }
    const state =
      prior === null
        ? await type.create(caller, planned, (created) => {
            kept = known(created);
          })
        : await change(type, caller, prior, planned);
    return { state: applied(planned, state), diagnostics: [] };
  } catch (error) {
    return { state: kept, diagnostics: [errorDiagnostic(messageOf(error))] };
  }
}

function change(type: ResourceType, caller: Caller, prior: Attributes, planned: Attributes): Promise<Attributes> {
  if (type.update === null) throw new Error('this resource type has nothing that changes in place');
  return type.update(caller, prior, planned);
}

/** A state may hold nothing unknown. */
function known(state: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]): [string, Value] => [name, isUnknown(value) ? null : value]),
  );
}
