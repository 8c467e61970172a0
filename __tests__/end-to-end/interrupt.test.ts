import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s to us lets the engine end in order, and we outlive it to say so',
  async (signal) => {
    const script = join(import.meta.dirname, '../support/interrupted-apply.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: Record<string, unknown>[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(JSON.parse(line));
      if (lines.length === 1) child.kill(signal);
    }
    const [, end] = lines;
    rmSync(String(end?.directory), { recursive: true, force: true });
    expect(end).toMatchObject({
      applied: { ok: false, failure: { code: 'interrupted', args: { progress: { total: 3 } } } },
    });
    // The state was written: what had been done is not done again.
    expect(end?.left).not.toContain('terraform_data.a');
    expect(end?.left).toContain('terraform_data.c');
  },
);
