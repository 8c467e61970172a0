import type { Params, ParamValue } from '../account/params.ts';

interface Branch {
  [key: string]: string | Branch;
}

/** A call in AWS's Query protocol: the action and its parameters, `Tags.member.1.Key` made into lists and structures. */
export interface QueryCall {
  readonly action: string;
  readonly params: Params;
}

/** Reads a form (the body of a POST, or the address's query of a GET). */
export function readQuery(form: string): QueryCall {
  const tree: Branch = Object.create(null);
  let action = '';
  for (const [key, value] of new URLSearchParams(form)) {
    if (key === 'Action') action = value;
    else if (key !== 'Version') plant(tree, key.split('.'), value);
  }
  const params: Record<string, ParamValue> = {};
  for (const [key, value] of Object.entries(tree)) params[key] = gather(value);
  return { action, params };
}

function plant(tree: Branch, keys: readonly string[], value: string): void {
  let branch = tree;
  for (const key of keys.slice(0, -1)) {
    const next = branch[key];
    if (typeof next === 'object') branch = next;
    else {
      const grown: Branch = Object.create(null);
      branch[key] = grown;
      branch = grown;
    }
  }
  branch[keys.at(-1) ?? ''] = value;
}

function gather(value: string | Branch): ParamValue {
  if (typeof value === 'string') return value;
  const list = value.member;
  if (typeof list === 'object') {
    return Object.keys(list)
      .sort((a, b) => Number(a) - Number(b))
      .map((key) => gather(list[key] ?? ''));
  }
  const structure: Record<string, ParamValue> = {};
  for (const [key, part] of Object.entries(value)) structure[key] = gather(part);
  return structure;
}
