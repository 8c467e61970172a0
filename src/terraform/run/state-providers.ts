import { PROVIDER_ADDRESSES } from './workspace.ts';

const EXPECTED = PROVIDER_ADDRESSES.map((address) => `provider["${address}"]`);

/**
 * The providers that a state names besides our own. `init` would look for them, and a plan would run them. Terraform reads
 * keys in any case, as Go does (https://pkg.go.dev/encoding/json#Unmarshal). A text that is no JSON is for Terraform to refuse.
 */
export function unexpectedProviders(state: string): readonly string[] {
  const named = valuesOf(valuesOf([parse(state)], 'resources').flat(), 'provider');
  return [...new Set(named.map(String))].filter((provider) => !EXPECTED.includes(provider));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function valuesOf(objects: readonly unknown[], key: string): readonly unknown[] {
  return objects.flatMap((object) =>
    Object.entries(object ?? {}).flatMap(([name, value]) => (name.toLowerCase() === key ? [value] : [])),
  );
}
