import { type Result, succeed } from '../../diagnostics/failure.ts';
import type { KeyFacts } from '../../keys/sync.ts';
import type { AccountSessionOptions } from '../session/account-session.ts';
import type { Terminal } from '../terminal.ts';
import { type LabKeys, withLabKeys } from './lab-keys.ts';

/** The keys of all members of the applied team, and what is due. */
export function keysStatus(
  options: AccountSessionOptions,
  terminal: Terminal,
): Promise<Result<{ readonly keys: LabKeys; readonly facts: readonly KeyFacts[] }>> {
  return withLabKeys(options, terminal, async (keys) => {
    const facts = await keys.read(keys.owners);
    return facts.ok ? succeed({ keys, facts: facts.value }) : facts;
  });
}
