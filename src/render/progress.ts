import { memberKeyOfAddress, roleKeyOfAddress } from '../terraform/addresses.ts';
import type { EngineEvent } from '../terraform/apply-stream.ts';

type Words = (key: string, suffix: string) => string;

const DONE: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  read: 'read',
};

/** What each resource is to a person; the verb follows. */
const SUBJECTS: Readonly<Record<string, Words>> = {
  aws_iam_user: (key) => `user ${key}`,
  aws_iam_user_policy: (key) => `limits of ${key}`,
  aws_iam_user_policies_exclusive: (key) => `guard on ${key}'s own policies`,
  aws_iam_user_policy_attachments_exclusive: (key) => `guard on ${key}'s attached policies`,
  aws_iam_group: (key) => `group ${key}`,
  aws_iam_group_membership: (key) => `members of ${key}`,
  aws_iam_group_policy_attachment: (key, suffix) => `${suffix === 'own' ? 'policy' : suffix} on group ${key}`,
  aws_iam_group_policies_exclusive: (key) => `guard on group ${key}'s own policies`,
  aws_iam_group_policy_attachments_exclusive: (key) => `guard on group ${key}'s attached policies`,
  aws_iam_policy: (key) => `policy ${key}`,
};

/** `aws_iam_user.member_eve`, `create` -> `user eve created`; an address that is not ours stays as it is. */
export function stepText(address: string, action: string): string {
  const [type = ''] = address.split('.');
  const key = memberKeyOfAddress(address) ?? roleKeyOfAddress(address);
  const suffix = /_((?:own|[A-Z]\w+))$/.exec(address)?.[1] ?? '';
  const subject = key === null ? address : (SUBJECTS[type]?.(key, suffix) ?? address);
  return `${subject} ${DONE[action] ?? action}`;
}

/** A line for an event of an apply, null where it needs none: `[3/6] user eve created`. */
export function progressLine(event: EngineEvent): string | null {
  if (event.kind === 'diagnostic') {
    const { severity, summary, address } = event.diagnostic;
    return `${severity}: ${address === null ? '' : `${stepText(address, '').trim()}: `}${summary}`;
  }
  if (event.kind !== 'done' && event.kind !== 'failed') return null;
  const width = String(event.total).length;
  const count = `[${String(event.done).padStart(width)}/${event.total}]`;
  if (event.kind === 'failed') return `${count} failed: ${stepText(event.address, event.action)}`;
  const slow = event.elapsed >= 2 ? ` (${event.elapsed} s)` : '';
  return `${count} ${stepText(event.address, event.action)}${slow}`;
}

/** `████████░░░░░░░░░░░░ 3/6`; ASCII where the terminal may not have the blocks. */
export function progressBar(done: number, total: number, width = 20, ascii = false): string {
  const filled = total === 0 ? width : Math.min(width, Math.floor((done / total) * width));
  const [full, empty] = ascii ? ['#', '.'] : ['█', '░'];
  return `${full.repeat(filled)}${empty.repeat(width - filled)} ${done}/${total}`;
}

/** Shows an apply as it goes: a bar that is redrawn on a terminal, a line for each step elsewhere. */
export interface ProgressView {
  show(event: EngineEvent): void;
  /** Leaves the last state standing, for whatever is printed next. */
  end(): void;
}

export function progressView(options: {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Columns of the terminal: a line that wraps cannot be redrawn. */
  readonly columns?: number;
}): ProgressView {
  const { write, isTerminal, columns = 80 } = options;
  let drawn = false;
  const clear = '\r\u001b[2K';
  return {
    show(event) {
      const line = progressLine(event);
      if (!isTerminal) {
        if (line !== null) write(`${line}\n`);
        return;
      }
      if (event.kind === 'diagnostic' || event.kind === 'failed') {
        // What went wrong stays on the screen above the bar.
        write(`${drawn ? clear : ''}${line ?? ''}\n`);
        drawn = false;
        return;
      }
      if (event.kind !== 'done') return;
      const bar = progressBar(event.done, event.total);
      const text = `${bar}  ${stepText(event.address, event.action)}`;
      write(`${clear}${text.length > columns - 1 ? `${text.slice(0, columns - 2)}…` : text}`);
      drawn = true;
    },
    end() {
      if (drawn) write('\n');
      drawn = false;
    },
  };
}
