import { keysStatus, type LabKeys } from '../../app/keys/lab-keys.ts';
import { type Revoked, type RevokeOptions, revokeKeys } from '../../app/keys/revoke.ts';
import { createForMember, type DeliveryOptions, type LostKey, syncKeys } from '../../app/keys/sync.ts';
import type { AccountSession, AccountSessionOptions } from '../../app/session/account-session.ts';
import { confirmed, shownNames, type Terminal } from '../../app/terminal.ts';
import { type Result, reasonOf } from '../../diagnostics/failure.ts';
import { writeOutputs } from '../../github/outputs.ts';
import type { HeldKey } from '../../keys/rules.ts';
import { createCommand, dueBlocks, findingText, outcomeText, ownerJson, statusBlocks } from '../../keys/text.ts';
import { dateWords } from '../../text/dates.ts';
import { type Block, list, paragraph } from '../../text/document.ts';
import { codeText, counted, listTexts, plainText, type Text, t, trusted } from '../../text/text.ts';
import { failureJson, printBlocks, printJson, reportFailure } from '../io.ts';

interface Shown {
  readonly json: boolean;
}
interface Asked extends Shown {
  readonly yes: boolean;
}

/** `keys`: the keys of all members and what is due. 0 shown, 1 not readable, 2 wrong usage or an unreadable file. */
export async function showKeys(options: AccountSessionOptions & Shown, terminal: Terminal): Promise<number> {
  const read = await keysStatus(options, terminal);
  if (!read.ok) return reportFailure(read.failure, terminal);
  const { keys, facts } = read.value;
  const names = shownNames(keys.session.naming, terminal);
  if (options.json) {
    const members = facts.map(({ owner, without, keys: held, decision }) => {
      return { ...ownerJson(owner, names), recipient: owner.recipient, without, keys: held, ...decision };
    });
    printJson({ ...labOf(keys), rotateAfterDays: keys.applied.settings.rotateAfterDays, members }, terminal);
  } else printBlocks(statusBlocks(facts, names, keys.session.now()), terminal);
  return 0;
}

/** `keys sync`: 0 done, or nothing is due; 1 not confirmed, or a step failed; 2 wrong usage or an unreadable file. */
export async function sync(options: DeliveryOptions & Asked, terminal: Terminal): Promise<number> {
  const synced = await syncKeys(options, terminal, (due, { session }) =>
    agreed(options, terminal, dueBlocks(due, shownNames(session.naming, terminal))),
  );
  if (!synced.ok) {
    const reason = reasonOf(synced.failure, 'apply');
    writeOutputs(process.env, { 'failure-reason': reason === 'apply-failed' ? FAILED : reason });
    return reportFailure(synced.failure, terminal);
  }
  const { keys, outcomes, lost, undecided, failures } = synced.value;
  const names = shownNames(keys.session.naming, terminal);
  if (options.json) {
    const members = outcomes.map(({ owner, step, result, place, failure }) => {
      return { ...ownerJson(owner, names), step, result, place, error: failure === null ? null : failureJson(failure) };
    });
    const undelivered = lost.map(({ owner, created }) => ({ ...ownerJson(owner, names), created }));
    const findings = undecided.map(({ owner, decision: { finding } }) => ({ ...ownerJson(owner, names), finding }));
    printJson({ ...labOf(keys), members, undelivered, findings }, terminal);
  } else {
    const lines = outcomes.map((outcome) => outcomeText(outcome, names));
    printBlocks(lines.length === 0 ? [paragraph(t`No step is due.`)] : [list(lines)], terminal);
    if (undecided.length > 0) printBlocks([list(undecided.map((each) => findingText(each, names)))], terminal);
    if (options.out !== null && lost.length > 0) printBlocks([list(lost.map(lostText))], terminal);
  }
  for (const failure of failures) reportFailure(failure, terminal);
  if (failures.length === 0) return 0;
  writeOutputs(process.env, { 'failure-reason': FAILED });
  return 1;
}

const FAILED = 'keys-failed';

function lostText({ owner, created }: LostKey): Text {
  const key = t`${codeText(owner.key)}: the key of ${trusted(dateWords(created))} was never used`;
  return t`${key}. If no comment of the issue gave it to its member, run ${codeText(createCommand(owner.key))}.`;
}

/** `keys create MEMBER`: 0 created, 1 not possible, not confirmed or failed, 2 wrong usage or an unreadable file. */
export async function create(
  options: DeliveryOptions & Asked & { readonly member: string },
  terminal: Terminal,
): Promise<number> {
  const created = await createForMember(options, terminal, ({ owner, replaced }) => {
    const deletions = replaced.map((key) => t`delete the ${stateText(key)} of ${trusted(dateWords(key.created))}`);
    const steps = [...deletions, t`create a key`];
    return agreed(options, terminal, [list(steps.map((step) => t`${codeText(owner.key)}: ${step}`))]);
  });
  if (!created.ok) return reportFailure(created.failure, terminal);
  const { keys, owner, replaced, place } = created.value;
  if (options.json) printJson({ ...labOf(keys), ...ownerJson(owner, keys.session.naming), replaced, place }, terminal);
  else terminal.stdout(`${plainText(t`Created a key of ${codeText(owner.key)}, delivered to ${codeText(place)}.`)}\n`);
  return 0;
}

function stateText({ active, lastUsed }: HeldKey): Text {
  return lastUsed === null ? t`unused key` : trusted(active ? 'key' : 'inactive key');
}

/** `keys revoke MEMBER`: 0 no such key is active any more, 1 not confirmed or failed, 2 wrong usage or an unreadable file. */
export async function revoke(options: RevokeOptions & Asked, terminal: Terminal): Promise<number> {
  const revoked = await revokeKeys(options, terminal, (due) => confirmRevoke(options, due, terminal));
  if (!revoked.ok) return reportFailure(revoked.failure, terminal);
  const { session, user, keys } = revoked.value;
  if (options.json) {
    const { lab, account } = session.team;
    printJson({ lab, account, ...ownerJson({ user }, session.naming), keys, deleted: options.delete }, terminal);
  } else if (keys.length === 0) terminal.stdout('No such key is left: nothing to do.\n');
  else
    terminal.stdout(
      `${plainText(t`${trusted(options.delete ? 'Deleted' : 'Deactivated')} ${counted(keys.length, 'key')} of ${listTexts([...new Set(keys.map((key) => key.user))].map(codeText))}.`)}\n`,
    );
  return 0;
}

/** Asks whether these keys are to be deactivated, or deleted. */
export function confirmRevoke(
  options: Pick<Asked, 'yes'> & { readonly delete?: boolean },
  { keys }: Revoked,
  terminal: Terminal,
): Promise<Result<null>> {
  const verb = trusted(options.delete === true ? 'delete' : 'deactivate');
  const shown = list(keys.map(({ id, user }) => t`${codeText(user)}: ${verb} the key ${codeText(id)}`));
  return agreed(options, terminal, [shown]);
}

function labOf({ session }: LabKeys): Pick<AccountSession['team'], 'lab' | 'account'> {
  const { lab, account } = session.team;
  return { lab, account };
}

/** Shows what is about to be done, on standard error, and asks. */
function agreed({ yes }: Pick<Asked, 'yes'>, terminal: Terminal, blocks: readonly Block[]): Promise<Result<null>> {
  if (!yes) printBlocks(blocks, { ...terminal, stdout: terminal.stderr });
  return confirmed(terminal, 'Do this?', yes);
}
