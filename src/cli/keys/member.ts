import { readText } from '../../app/files.ts';
import { connectKey, type KeyPlace } from '../../app/keys/connection.ts';
import { identityDirectory, type MemberOfAccount, ownIdentity } from '../../app/keys/identities.ts';
import { openKey } from '../../app/keys/open.ts';
import { type KeyTestOptions, type TestedCall, testKey } from '../../app/keys/test.ts';
import { readNewestTeam } from '../../app/merged-team.ts';
import { readTeam } from '../../app/session/read-team.ts';
import { confirmed, type Terminal } from '../../app/terminal.ts';
import { fail, type Result, succeed } from '../../diagnostics/failure.ts';
import { iamName } from '../../team/names.ts';
import { type Block, codeBlock, list, paragraph } from '../../text/document.ts';
import { pasted, visible } from '../../text/escape.ts';
import { codeText, proseText, type Text, t, trusted } from '../../text/text.ts';
import { printBlocks, printJson, reportFailure } from '../io.ts';

export interface RequestOptions extends Pick<KeyTestOptions, 'file' | 'today'> {
  readonly member: string;
  /** In place of the team file. */
  readonly lab: string | null;
  readonly account: string | null;
  readonly json: boolean;
}

/** `keys request`: 0, or 1 if no identity can be made or read; 2 for an unreadable file. */
export async function requestKey(options: RequestOptions, terminal: Terminal): Promise<number> {
  const of = await memberOf(options);
  if (!of.ok) return reportFailure(of.failure, terminal);
  const made = await ownIdentity(identityDirectory(process.env), of.value);
  if (!made.ok) return reportFailure(made.failure, terminal);
  const { isNew, stored } = made.value;
  const { lab, member, account, recipient, file } = stored;
  if (options.json) {
    printJson({ lab, member, account, recipient, file, isNew }, terminal);
    return 0;
  }
  const user = t`${codeText(iamName(lab, member))} of account ${codeText(account)}`;
  const which = isNew ? t`Made an identity for ${user}.` : t`The identity for ${user} exists already.`;
  printBlocks(
    [
      paragraph(t`${which} It is secret and stays in ${codeText(file)}.`),
      paragraph(t`Send the lab this line for ${codeText(member)} in ${codeText('team.yaml')}. It is public:`),
      codeBlock('yaml', [`recipient: ${recipient}`]),
      paragraph(t`When your key arrives, run ${codeText('mturk-team keys open')} on this computer.`),
    ],
    terminal,
  );
  return 0;
}

async function memberOf({ member, file, today, lab, account }: RequestOptions): Promise<Result<MemberOfAccount>> {
  if (lab !== null && account !== null) return succeed({ lab, account, member });
  const team = await readTeam(file, today);
  if (!team.ok) return team;
  const merged = account === null ? await readNewestTeam(file, today) : null;
  if (merged !== null && merged.account !== team.value.account) {
    return fail('account-not-merged', { file, account: team.value.account, merged: merged.account });
  }
  return succeed({ lab: lab ?? team.value.lab, account: account ?? team.value.account, member });
}

export interface OpenOptions extends KeyPlace {
  /** Null for standard input. */
  readonly message: string | null;
  readonly yes: boolean;
  readonly json: boolean;
}

/** `keys open`: 0 stored, 1 not opened, not the member's, not confirmed or not writable; 2 for an unreadable file. */
export async function openMessage(options: OpenOptions, terminal: Terminal): Promise<number> {
  const text = await messageText(options.message, terminal);
  if (!text.ok) return reportFailure(text.failure, terminal);
  const opened = await openKey(
    text.value,
    { env: process.env, connect: (account) => connectKey(options, account, terminal) },
    ({ user, account, file }) => {
      const question = `Replace the access key of profile ${user} in ${file} by one of account ${account}?`;
      return confirmed(terminal, visible(question), options.yes);
    },
  );
  if (!opened.ok) return reportFailure(opened.failure, terminal);
  const { user, account, file, written } = opened.value;
  if (options.json) {
    printJson({ user, account, profile: user, file, written }, terminal);
    return 0;
  }
  const profile = t`profile ${codeText(user)} in ${codeText(file)}`;
  const key = t`access key of account ${codeText(account)}`;
  printBlocks(
    [
      paragraph(written === 'unchanged' ? t`This ${key} is already ${profile}.` : t`Your ${key} is now ${profile}.`),
      paragraph(t`To use it on Mechanical Turk, or on Amazon's sandbox, which costs nothing:`),
      codeBlock(
        'sh',
        ['', SANDBOX].map((endpoint) => `${EXAMPLE} --profile ${pasted(user)}${endpoint}`),
      ),
      paragraph(t`Next: ${codeText('mturk-team keys test')}. Delete every other copy of the key.`),
    ],
    terminal,
  );
  return 0;
}

const EXAMPLE = 'aws mturk list-hits --max-results 1 --region us-east-1';
const SANDBOX = ' --endpoint-url https://mturk-requester-sandbox.us-east-1.amazonaws.com';

async function messageText(file: string | null, { stderr, canAsk }: Terminal): Promise<Result<string>> {
  if (file !== null) return readText(file);
  if (canAsk) stderr('Paste the message, from its first line to its last, and press Enter.\n');
  return succeed(await inputText(canAsk === true));
}

/** Standard input, which stays open for questions; of a person, who does not end it, up to the end of a message. */
function inputText(isPerson: boolean): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (isPerson && text.includes('-----END AGE ENCRYPTED FILE-----')) finish();
    };
    const finish = () => {
      process.stdin.off('data', take).off('end', finish).pause();
      resolve(text);
    };
    process.stdin.on('data', take).once('end', finish);
  });
}

/** `keys test`: 0 if everything is as the team file says, else 1; 2 for an unreadable file. */
export async function testStored(options: KeyTestOptions & { readonly json: boolean }, terminal: Terminal) {
  const tested = await testKey(options, terminal);
  if (!tested.ok) return reportFailure(tested.failure, terminal);
  const { account, user, member, calls } = tested.value;
  const others = calls.filter((call) => !isExpected(call));
  if (options.json) printJson({ account, user, member, calls }, terminal);
  else {
    const items = calls.map((call) => t`${codeText(call.operation)}: ${callText(call)}`);
    const blocks: readonly Block[] = [
      paragraph(
        t`AWS accepts the key of ${codeText(user)} in account ${codeText(account)}, and Mechanical Turk answers.`,
      ),
      list(items),
      paragraph(
        others.length > 0
          ? OTHERWISE
          : member === null
            ? NOT_COMPARED
            : t`All is as ${codeText(`mturk-team explain ${pasted(member)}`)} says.`,
      ),
    ];
    printBlocks(blocks, terminal);
  }
  return others.length > 0 ? 1 : 0;
}

const OTHERWISE = t`Not all is as the team file says: this clone may be old, or someone changed AWS. Run ${codeText('git pull')}, then ask an owner of the lab.`;
const NOT_COMPARED = t`No team file here has this user: run it in a clone of the lab's repository to compare.`;

function isExpected({ outcome, expected }: TestedCall): boolean {
  return outcome !== 'refused' && (expected === null || expected === (outcome === 'allowed'));
}

function callText(call: TestedCall): Text {
  const { outcome, reason, expected } = call;
  if (outcome === 'refused') return t`refused (${proseText(reason ?? '')})`;
  const instead = t`, but the team file ${trusted(expected === true ? 'allows' : 'does not allow')} it`;
  return t`${trusted(outcome)}${isExpected(call) ? t`` : instead}`;
}
