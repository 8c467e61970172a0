/** Shows on a terminal how far a look is; elsewhere nothing, for nothing is changed that somebody would have to follow. */
export function lookProgress({
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
      write(`${clear}Looking at members: ${done} of ${total}`);
      drawn = true;
    },
    end() {
      if (drawn) write(clear);
      drawn = false;
    },
  };
}
