import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Writes what Mechanical Turk's operations take, from the model that AWS's SDK for Python is made of: the SDK for
 * JavaScript keeps names and types of it, but no patterns and lengths.
 */
const PACKAGE = 'botocore==1.44.8';
const MODEL = 'botocore/data/mturk/2017-01-17/service-2.json.gz';
const TARGET = new URL('../src/emulator/account/mturk-model.json', import.meta.url);

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly [keyword: string]: unknown;
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

function readModel(): Model {
  const directory = mkdtempSync(join(tmpdir(), 'mturk-model-'));
  try {
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', directory];
    execFileSync('python3', [...pip, PACKAGE], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [wheel = ''] = readdirSync(directory);
    const packed = execFileSync('unzip', ['-p', join(directory, wheel), MODEL], { maxBuffer: 16 * 1024 * 1024 });
    return JSON.parse(gunzipSync(packed).toString('utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const KEYWORDS = ['type', 'required', 'enum', 'min', 'max', 'pattern'];

/** A shape without prose; members have the name of their shape as their value. */
function slim({ members, member, ...shape }: Shape): object {
  const named = Object.entries(members ?? {}).map(([name, value]) => [name, value.shape]);
  return {
    ...Object.fromEntries(KEYWORDS.flatMap((keyword) => (keyword in shape ? [[keyword, shape[keyword]]] : []))),
    ...(members === undefined ? {} : { members: Object.fromEntries(named) }),
    ...(member === undefined ? {} : { member: member.shape }),
  };
}

const model = readModel();
const operations: Record<string, string> = {};
const shapes: Record<string, object> = {};
const add = (name: string): void => {
  const shape = model.shapes[name];
  if (shape === undefined || shapes[name] !== undefined) return;
  shapes[name] = slim(shape);
  for (const { shape: inner } of [...Object.values(shape.members ?? {}), ...(shape.member ? [shape.member] : [])]) {
    add(inner);
  }
};
for (const [name, { input }] of Object.entries(model.operations)) {
  if (input === undefined) continue;
  operations[name] = input.shape;
  add(input.shape);
}
const source = { package: PACKAGE, file: MODEL, license: 'Apache-2.0, Amazon.com, Inc.' };
writeFileSync(TARGET, `${JSON.stringify({ source, operations, shapes })}\n`);
