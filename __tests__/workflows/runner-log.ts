/** What a runner does with a line of a log, besides printing it. */
export interface LogCommands {
  /** `set-output`: deprecated, and still obeyed. */
  readonly outputs: Record<string, string>;
  /** Whatever else was obeyed: `error`, `add-mask`, `stop-commands` and the like. */
  readonly others: string[];
}

/** https://github.com/actions/runner, the extensions in ActionCommandManager.cs, and `stop-commands`. */
const KNOWN = [
  ...['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'notice', 'remove-matcher'],
  ...['save-state', 'set-env', 'set-output', 'stop-commands', 'warning'],
];

/**
 * Obeys workflow commands in lines of a step, in both forms: `::name key=value::data` at the start of a line after white
 * space, `##[name key=value]data` anywhere in it. https://github.com/actions/runner, ActionCommand.cs
 */
export function logReader(): LogCommands & { line(text: string): void } {
  const outputs: Record<string, string> = {};
  const others: string[] = [];
  let stopped: string | null = null;
  return {
    outputs,
    others,
    line(text) {
      const known = stopped === null ? KNOWN : [...KNOWN, stopped];
      const command = parse(text, known);
      if (command === null) return;
      if (stopped !== null) {
        if (same(command.name, stopped)) stopped = null;
        return;
      }
      if (same(command.name, 'stop-commands')) {
        if (command.data === '' || known.some((name) => same(name, command.data))) throw new Error('a token of no use');
        stopped = command.data;
      }
      if (same(command.name, 'set-output')) outputs[command.properties.name ?? ''] = command.data;
      else others.push(command.name);
    },
  };
}

interface LogCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

function parse(text: string, known: readonly string[]): LogCommand | null {
  for (const form of [/^\s*::(.*?)::(.*)$/, /##\[(.*?)\](.*)$/]) {
    const [, info = '', data = ''] = form.exec(text) ?? [];
    const [, name = '', rest = ''] = /^(\S*) ?(.*)$/.exec(info) ?? [];
    if (!known.some((each) => same(each, name))) continue;
    const pairs = rest.split(/[,;]/).map((pair) => pair.trim().split(/=(.*)/s) as [string, string?]);
    return { name, properties: Object.fromEntries(pairs.map(([key, value = '']) => [key, value])), data };
  }
  return null;
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
