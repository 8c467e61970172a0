import { memberKeyOfAddress, roleKeyOfAddress } from '../addresses.ts';
import { BOUNDARY_NAME, RESOURCES } from '../resources.ts';
import type { EngineEvent } from './apply-stream.ts';

const VERBS: Readonly<Record<string, string>> = { create: 'created', update: 'changed', delete: 'deleted' };

/** `aws_iam_user.member_eve`, `create` -> `user eve created`; an address of another configuration stays as it is. */
export function stepText(address: string, action: string): string {
  const [type = '', name] = address.split('.');
  const resource = RESOURCES[type];
  const verbs: Readonly<Record<string, string>> = { ...VERBS, ...resource?.verbs };
  const key = name === BOUNDARY_NAME ? name : (memberKeyOfAddress(address) ?? roleKeyOfAddress(address));
  const policy = /_(own|[A-Z]\w+)$/.exec(address)?.[1] ?? '';
  return `${key === null ? address : (resource?.label(key, policy) ?? address)} ${verbs[action] ?? action}`;
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
