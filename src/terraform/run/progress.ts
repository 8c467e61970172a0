import { memberKeyOfAddress, roleKeyOfAddress } from '../addresses.ts';
import type { EngineEvent } from './apply-stream.ts';

interface Step {
  /** What it is to a person: `members of paymaster`. */
  readonly subject: (key: string, policy: string) => string;
  /** What becomes of it, where that is not `created`, `changed` or `deleted`. */
  readonly verbs?: Readonly<Record<string, string>>;
}

const VERBS: Readonly<Record<string, string>> = { create: 'created', update: 'changed', delete: 'deleted' };
const GUARD = { create: 'set', delete: 'lifted' };

const STEPS: Readonly<Record<string, Step>> = {
  aws_iam_user: { subject: (key) => `user ${key}` },
  aws_iam_user_policy: { subject: (key) => `limits of ${key}`, verbs: { create: 'set', delete: 'lifted' } },
  aws_iam_user_policies_exclusive: { subject: (key) => `guard on ${key}'s own policies`, verbs: GUARD },
  aws_iam_user_policy_attachments_exclusive: { subject: (key) => `guard on ${key}'s attached policies`, verbs: GUARD },
  aws_iam_group: { subject: (key) => `group ${key}` },
  aws_iam_group_membership: {
    subject: (key) => `members of ${key}`,
    verbs: { create: 'put in', delete: 'taken out' },
  },
  aws_iam_group_policy_attachment: {
    subject: (key, policy) => (policy === 'own' ? `policy of group ${key}` : `${policy} of group ${key}`),
    verbs: { create: 'attached', delete: 'detached' },
  },
  aws_iam_group_policies_exclusive: { subject: (key) => `guard on group ${key}'s own policies`, verbs: GUARD },
  aws_iam_group_policy_attachments_exclusive: {
    subject: (key) => `guard on group ${key}'s attached policies`,
    verbs: GUARD,
  },
  aws_iam_policy: { subject: (key) => (key === BOUNDARY ? 'permissions boundary' : `policy ${key}`) },
};

/** The name of the boundary in its stack: it belongs to no member and no role. */
const BOUNDARY = 'boundary';

/** `aws_iam_user.member_eve`, `create` -> `user eve created`; an address that is not ours stays as it is. */
export function stepText(address: string, action: string): string {
  const [type = '', name] = address.split('.');
  const step = STEPS[type];
  const verb = step?.verbs?.[action] ?? VERBS[action] ?? action;
  return `${subjectOf(address, step, name === BOUNDARY)} ${verb}`;
}

function subjectOf(address: string, step: Step | undefined, isBoundary: boolean): string {
  const key = isBoundary ? BOUNDARY : (memberKeyOfAddress(address) ?? roleKeyOfAddress(address));
  if (key === null || step === undefined) return address;
  return step.subject(key, /_(own|[A-Z]\w+)$/.exec(address)?.[1] ?? '');
}

/** A line for an event of an apply, null where it needs none: `[3/6] user eve created`. */
export function progressLine(event: EngineEvent): string | null {
  if (event.kind === 'diagnostic') {
    const { severity, summary, address } = event.diagnostic;
    // After Ctrl-C an engine says this for each step that it did not begin.
    if (summary === 'execution halted') return null;
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
        if (line !== null) write(`${drawn ? clear : ''}${line}\n`);
        drawn &&= line === null;
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
