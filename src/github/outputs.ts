import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, statSync } from 'node:fs';

/** GitHub drops the whole summary of a step above 1 MiB, with only an annotation. */
const LARGEST_SUMMARY = 1024 * 1024;

/**
 * Appends a step's outputs to GITHUB_OUTPUT, or does nothing outside GitHub Actions. A value may have several
 * lines: its delimiter is random, so that no value can end itself and set another output.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function writeOutputs(env: NodeJS.ProcessEnv, outputs: Readonly<Record<string, string | number>>): void {
  const file = env.GITHUB_OUTPUT;
  if (file === undefined || file === '') return;
  appendFileSync(
    file,
    Object.entries(outputs)
      .map(([name, value]) => outputText(name, String(value)))
      .join(''),
  );
}

/** One output in the form that GITHUB_OUTPUT is read in. */
export function outputText(name: string, value: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) throw new Error(`"${name}" is not the name of an output`);
  const end = `end-${randomUUID()}`;
  return `${name}<<${end}\n${value}\n${end}\n`;
}

/**
 * Appends to the step's summary, if there is one. False if the summary would get too large: then nothing is written, since
 * GitHub would drop what is there already.
 */
export function writeSummary(env: NodeJS.ProcessEnv, markdown: string): boolean {
  const file = env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === '') return true;
  const size = existsSync(file) ? statSync(file).size : 0;
  const text = markdown.endsWith('\n') ? markdown : `${markdown}\n`;
  if (size + Buffer.byteLength(text) > LARGEST_SUMMARY) return false;
  appendFileSync(file, text);
  return true;
}
