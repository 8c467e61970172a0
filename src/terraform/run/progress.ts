import * as z from 'zod';
import { jsonOf } from '../../diagnostics/parse-data.ts';
import { iamName, workflowRolePath } from '../../team/names.ts';
import { memberKeyOfAddress, roleKeyOfAddress } from '../addresses.ts';
import { BOUNDARY_NAME, RESOURCES } from '../resources.ts';

const VERBS: Readonly<Record<string, string>> = { create: 'created', update: 'changed', delete: 'deleted' };

/** The name in an address as a person knows it; null for an address of another configuration. */
export type KeyOf = (address: string) => string | null;

const keyOfTeam: KeyOf = (address) =>
  memberKeyOfAddress(address) ??
  roleKeyOfAddress(address) ??
  (address.endsWith(`.${BOUNDARY_NAME}`) ? BOUNDARY_NAME : null);

/** Of the bootstrap stack: `/mturk-roles/perception-lab/perception-lab-apply` for `aws_iam_role.apply`. */
export function keyOfBootstrap(lab: string): KeyOf {
  return (address) => {
    const name = address.slice(address.indexOf('.') + 1);
    return name === BOUNDARY_NAME ? name : `${workflowRolePath(lab)}${iamName(lab, name)}`;
  };
}

/** `aws_iam_user.member_eve`, `create` -> `user eve created`; an address of another configuration stays as it is. */
export function stepText(address: string, action: string, keyOf = keyOfTeam): string {
  const [type = ''] = address.split('.');
  const resource = RESOURCES[type];
  const verbs: Readonly<Record<string, string>> = { ...VERBS, ...resource?.verbs };
  const key = keyOf(address);
  const policy = /_(own|[A-Z]\w+)$/.exec(address)?.[1] ?? '';
  return `${key === null ? address : (resource?.label(key, policy) ?? address)} ${verbs[action] ?? action}`;
}

/** A line for an event of an apply, null where it needs none: `[3/6] user eve created`. */
export function progressLine(event: EngineEvent, keyOf = keyOfTeam): string | null {
  if (event.kind === 'diagnostic') {
    const { severity, summary, address } = event.diagnostic;
    // Of steps that did not begin after Ctrl-C; and of the apply that suspends members first, which has targets.
    if (/^(?:execution halted|Resource targeting is|Applied changes may be incomplete)/.test(summary)) return null;
    return `${severity}: ${address === null ? '' : `${stepText(address, '', keyOf).trim()}: `}${summary}`;
  }
  const width = String(event.total).length;
  const count = `[${String(event.done).padStart(width)}/${event.total}]`;
  if (event.kind === 'failed') return `${count} failed: ${stepText(event.address, event.action, keyOf)}`;
  const slow = event.elapsed >= 2 ? ` (${event.elapsed} s)` : '';
  return `${count} ${stepText(event.address, event.action, keyOf)}${slow}`;
}

const BAR = 20;

/** `████████░░░░░░░░░░░░ 3/6` */
function progressBar(done: number, total: number): string {
  const filled = Math.floor((done / total) * BAR);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${done}/${total}`;
}

/** A line of a terminal that is drawn over itself. */
export function redrawnLine(write: (text: string) => void) {
  const clear = '\r\u001b[2K';
  let drawn = false;
  return {
    draw(text: string): void {
      write(`${clear}${text}`);
      drawn = true;
    },
    clear(): void {
      if (drawn) write(clear);
      drawn = false;
    },
    end(): void {
      if (drawn) write('\n');
    },
  };
}

/**
 * Shows an apply as it goes: a bar that is redrawn on a terminal, a line for each step elsewhere. `end` leaves the last state
 * standing, for whatever is printed next.
 */
export function progressView({
  write,
  isTerminal,
  columns = 80,
  keyOf = keyOfTeam,
}: {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Columns of the terminal: a line that wraps cannot be redrawn. */
  readonly columns?: number;
  readonly keyOf?: KeyOf;
}) {
  const redrawn = redrawnLine(write);
  return {
    show(event: EngineEvent): void {
      const line = progressLine(event, keyOf);
      if (!isTerminal) {
        if (line !== null) write(`${line}\n`);
        return;
      }
      if (event.kind === 'diagnostic' || event.kind === 'failed') {
        // What went wrong stays on the screen above the bar.
        if (line === null) return;
        redrawn.clear();
        write(`${line}\n`);
        return;
      }
      const bar = progressBar(event.done, event.total);
      const text = `${bar}  ${stepText(event.address, event.action, keyOf)}`;
      redrawn.draw(text.length > columns - 1 ? `${text.slice(0, columns - 2)}…` : text);
    },
    end: redrawn.end,
  };
}

/** What the engine says while it works, from its `-json` output. */
export type EngineEvent =
  | {
      readonly kind: 'done' | 'failed';
      readonly address: string;
      readonly action: string;
      /** Changes carried out so far, this one included where it is done. */
      readonly done: number;
      readonly total: number;
      /** Whole seconds. */
      readonly elapsed: number;
    }
  | { readonly kind: 'diagnostic'; readonly diagnostic: EngineDiagnostic };

export interface EngineDiagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** The resource that it is about, null where it is about none. */
  readonly address: string | null;
}

const LINE = z.object({
  type: z.string(),
  hook: z
    .object({
      resource: z.object({ addr: z.string() }),
      action: z.string(),
      elapsed_seconds: z.number().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  diagnostic: z
    .object({
      severity: z.string(),
      summary: z.string().default(''),
      detail: z.string().default(''),
      address: z.string().optional(),
    })
    .optional()
    .catch(undefined),
});

/**
 * Reads the lines of a `plan -json` or `apply -json` one by one and keeps the count and the errors. Unknown lines are left
 * out. `total`: the steps of the plan to be applied. A replacement is two, which Terraform announces as one.
 */
export function streamReader(total = 0) {
  const errors: EngineDiagnostic[] = [];
  let done = 0;
  const progress = () => ({ done, total: Math.max(total, done) });

  const read = (text: string): EngineEvent | null => {
    const line = LINE.safeParse(jsonOf(text)).data;
    if (line === undefined) return null;
    if (line.hook !== undefined && (line.type === 'apply_complete' || line.type === 'apply_errored')) {
      const { resource, action, elapsed_seconds: elapsed = 0 } = line.hook;
      const kind = line.type === 'apply_complete' ? 'done' : 'failed';
      if (kind === 'done') done += 1;
      return { kind, address: resource.addr, action, ...progress(), elapsed };
    }
    if (line.diagnostic === undefined) return null;
    const { severity, summary, detail, address } = line.diagnostic;
    const diagnostic: EngineDiagnostic = {
      severity: severity === 'warning' ? 'warning' : 'error',
      summary,
      detail,
      address: address ?? null,
    };
    if (diagnostic.severity === 'error') errors.push(diagnostic);
    return { kind: 'diagnostic', diagnostic };
  };

  return {
    read,
    get progress() {
      return progress();
    },
    errors,
  };
}

/** Shows the events of an apply while it runs. */
export async function withProgress<Value>(
  { stderr, isTerminal }: { stderr(text: string): void; readonly isTerminal: boolean },
  apply: (onEvent: (event: EngineEvent) => void) => Promise<Value>,
  keyOf = keyOfTeam,
): Promise<Value> {
  const view = progressView({ write: stderr, isTerminal, columns: process.stderr.columns, keyOf });
  const applied = await apply(view.show);
  view.end();
  return applied;
}
