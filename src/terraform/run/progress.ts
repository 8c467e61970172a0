import * as z from 'zod';
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
    // After Ctrl-C an engine says this for each step that it did not begin.
    if (summary === 'execution halted') return null;
    return `${severity}: ${address === null ? '' : `${stepText(address, '', keyOf).trim()}: `}${summary}`;
  }
  if (event.kind !== 'done' && event.kind !== 'failed') return null;
  const width = String(event.total).length;
  const count = `[${String(event.done).padStart(width)}/${event.total}]`;
  if (event.kind === 'failed') return `${count} failed: ${stepText(event.address, event.action, keyOf)}`;
  const slow = event.elapsed >= 2 ? ` (${event.elapsed} s)` : '';
  return `${count} ${stepText(event.address, event.action, keyOf)}${slow}`;
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
  readonly keyOf?: KeyOf;
}): ProgressView {
  const { write, isTerminal, columns = 80, keyOf = keyOfTeam } = options;
  let drawn = false;
  const clear = '\r\u001b[2K';
  return {
    show(event) {
      const line = progressLine(event, keyOf);
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
      const text = `${bar}  ${stepText(event.address, event.action, keyOf)}`;
      write(`${clear}${text.length > columns - 1 ? `${text.slice(0, columns - 2)}…` : text}`);
      drawn = true;
    },
    end() {
      if (drawn) write('\n');
      drawn = false;
    },
  };
}

/** What the engine says while it works, from its `-json` output. */
export type EngineEvent =
  | { readonly kind: 'planned'; readonly address: string; readonly action: string; readonly total: number }
  | {
      readonly kind: 'start';
      readonly address: string;
      readonly action: string;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: 'done' | 'failed';
      readonly address: string;
      readonly action: string;
      /** The object's id if Terraform prints it (a user's name, a policy's ARN). */
      readonly id: string | null;
      /** Changes carried out so far, this one included where it is done. */
      readonly done: number;
      readonly total: number;
      /** Whole seconds. */
      readonly elapsed: number;
    }
  | {
      readonly kind: 'summary';
      readonly done: number;
      readonly total: number;
      readonly add: number;
      readonly change: number;
      readonly remove: number;
      readonly imported: number;
    }
  | { readonly kind: 'diagnostic'; readonly diagnostic: EngineDiagnostic };

export interface EngineDiagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** The resource that it is about, null where it is about none. */
  readonly address: string | null;
}

const RESOURCE = z.object({ addr: z.string() });
const LINE = z.object({
  type: z.string(),
  change: z.object({ resource: RESOURCE, action: z.string() }).optional().catch(undefined),
  hook: z
    .object({
      resource: RESOURCE,
      action: z.string(),
      id_value: z.string().optional().catch(undefined),
      elapsed_seconds: z.number().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  changes: z
    .object({
      add: z.number().default(0),
      change: z.number().default(0),
      remove: z.number().default(0),
      import: z.number().default(0),
      operation: z.string().default(''),
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

/** Reads the lines of a `plan -json` or `apply -json` one by one and keeps the count. Unknown lines are left out. */
export interface StreamReader {
  /** The event of a line; null for any other line. */
  read(line: string): EngineEvent | null;
  readonly progress: { readonly done: number; readonly total: number };
  /** Errors only, in order. */
  readonly errors: readonly EngineDiagnostic[];
}

/**
 * `total` is what the plan to be applied holds: a saved plan that is applied tells it again only in part (Terraform
 * repeats its planned changes, but a replacement is one of them and two steps).
 */
export function streamReader(total = 0): StreamReader {
  const errors: EngineDiagnostic[] = [];
  let planned = 0;
  let done = 0;
  const all = (): number => Math.max(total, planned, done);

  const read = (text: string): EngineEvent | null => {
    const line = parse(text);
    if (line === null) return null;
    if (line.type === 'planned_change' && line.change !== undefined) {
      const { resource, action } = line.change;
      planned += action === 'replace' ? 2 : action === 'noop' || action === 'import' || action === 'move' ? 0 : 1;
      return { kind: 'planned', address: resource.addr, action, total: all() };
    }
    if (line.hook !== undefined && line.type === 'apply_start') {
      return { kind: 'start', address: line.hook.resource.addr, action: line.hook.action, done, total: all() };
    }
    if (line.hook !== undefined && (line.type === 'apply_complete' || line.type === 'apply_errored')) {
      const { resource, action, id_value, elapsed_seconds } = line.hook;
      const kind = line.type === 'apply_complete' ? 'done' : 'failed';
      if (kind === 'done') done += 1;
      return {
        kind,
        address: resource.addr,
        action,
        id: id_value ?? null,
        done,
        total: all(),
        elapsed: elapsed_seconds ?? 0,
      };
    }
    if (line.type === 'change_summary' && line.changes !== undefined && line.changes.operation !== 'plan') {
      const { add, change, remove } = line.changes;
      return { kind: 'summary', done, total: all(), add, change, remove, imported: line.changes.import };
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
      return { done, total: all() };
    },
    errors,
  };
}

function parse(text: string): z.infer<typeof LINE> | null {
  if (!text.startsWith('{')) return null;
  try {
    const line = LINE.safeParse(JSON.parse(text));
    return line.success ? line.data : null;
  } catch {
    return null;
  }
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
