/** Shows the progress of a scan on a terminal, and nothing elsewhere. */
export function scanProgress({
  write,
  isTerminal,
}: {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
}): { show(done: number, total: number): void; end(): void } {
  let drawn = false;
  const clear = '\r\u001b[2K';
  return {
    show(done, total) {
      if (!isTerminal) return;
      write(`${clear}Checking members: ${done} of ${total}`);
      drawn = true;
    },
    end() {
      if (drawn) write(clear);
      drawn = false;
    },
  };
}
