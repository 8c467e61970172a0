/** The calls that each engine has running, by its connection, so that they can be ended together. */
export interface EngineCalls {
  /** A signal for one call of the engine; `done` must be called when it has ended. */
  begin(engine: string): { readonly signal: AbortSignal; abort(): void; done(): void };
  /** Ends everything that runs for one engine. */
  stop(engine: string): void;
  stopAll(): void;
}

export function trackEngineCalls(): EngineCalls {
  const running = new Map<string, Set<AbortController>>();
  const stop = (engine: string) => {
    for (const controller of running.get(engine) ?? []) controller.abort();
  };
  return {
    begin(engine) {
      const controller = new AbortController();
      const ofEngine = running.get(engine) ?? new Set();
      running.set(engine, ofEngine.add(controller));
      return {
        signal: controller.signal,
        abort: () => controller.abort(),
        done() {
          ofEngine.delete(controller);
          if (ofEngine.size === 0 && running.get(engine) === ofEngine) running.delete(engine);
        },
      };
    },
    stop,
    stopAll() {
      for (const engine of running.keys()) stop(engine);
    },
  };
}
