import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import * as z from 'zod';
import { newIdentity } from '../src/keys/encryption.ts';
import { teamSchemaText } from '../src/team/schema.ts';
import { stableJson } from './canonical.ts';
import type { PythonParts } from './python-parts.ts';
import type { Row } from './report.ts';
import { builtCommand } from './s3-state.ts';

/** By schema and document: where it is refused; null if it is accepted. */
const ANSWER = z.record(z.string(), z.record(z.string(), z.string().nullable()));

interface Options {
  readonly parts: Pick<PythonParts, 'python'>;
  readonly sources: string;
  readonly directory: string;
  /** The text of docs/operations.md. */
  readonly page: string;
}

/** A lab repository of a release before access keys, upgraded by the page: another program judges by its two schemas. */
export async function schemaUpgradeRow({ parts, sources, directory, page }: Options): Promise<Row> {
  const before = schemaBefore();
  const file = join(directory, 'team.schema.json');
  await mkdir(directory, { recursive: true });
  await writeFile(file, before);
  await carryOutPage(page, directory);
  const after = await readFile(file, 'utf8');
  const { recipient } = await newIdentity();
  const documents = {
    'a file of that release': teamWith('', ''),
    'a recipient': teamWith(`, recipient: ${recipient}`, ''),
    'an identity in its place': teamWith(', recipient: AGE-SECRET-KEY-1QQQ', ''),
    'a rotation': teamWith('', 'settings: { keys: { rotate-after-days: 180 } }'),
  };
  const running = promisify(execFile)(parts.python, [join(sources, 'validate_schema.py')]);
  const schemas = { before: JSON.parse(before), after: JSON.parse(after) };
  running.child.stdin?.end(JSON.stringify({ schemas, documents }));
  const answer = ANSWER.parse(JSON.parse((await running).stdout));
  const [member, settings] = ['data.members.bo', 'data.settings'];
  const names = Object.keys(documents);
  const expected = {
    before: Object.fromEntries(names.map((name, index) => [name, [null, member, member, settings][index]])),
    after: Object.fromEntries(names.map((name, index) => [name, [null, null, `${member}.recipient`, null][index]])),
  };
  const problems = [
    ...(after === teamSchemaText() ? [] : ['the page leaves another schema than that of this release']),
    ...(stableJson(answer) === stableJson(expected) ? [] : [`refused are ${stableJson(answer)}`]),
  ];
  return {
    ...{ account: 'none', provider: 'none', engine: 'fastjsonschema 2.22.3' },
    compared:
      'a lab repository made before access keys gets the new `team.schema.json` by [Upgrade mturk-team](../docs/operations.md#upgrade-mturk-team): the old one refuses a recipient and a rotation, the new one refuses only an identity',
    result: problems.length === 0 ? 'holds' : `${problems.length} unexpected`,
    ...{ onPurpose: [], problems, checks: 1 + 2 * names.length },
  };
}

/** The schema of the release before: the same without what access keys brought. */
function schemaBefore(): string {
  const schema = JSON.parse(teamSchemaText());
  delete schema.properties.members.additionalProperties.properties.recipient;
  delete schema.properties.settings.properties.keys;
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Runs the page's commands about the schema, with the command as it is built. */
async function carryOutPage(page: string, directory: string): Promise<void> {
  const [, section = ''] = page.split('\n## Upgrade mturk-team\n');
  const [upgrade = ''] = section.split('\n## ', 1);
  const commands = [...upgrade.matchAll(/`(mturk-team schema[^`]*)`/g)].map(([, command = '']) => command);
  if (commands.length !== 1) throw new Error(`the page has ${commands.length} commands about the schema`);
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'mturk-team.cjs'), await builtCommand());
  const starter = `#!/bin/sh\nexec '${process.execPath}' '${bin}/mturk-team.cjs' "$@"\n`;
  await writeFile(join(bin, 'mturk-team'), starter);
  await chmod(join(bin, 'mturk-team'), 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
  await promisify(execFile)('sh', ['-c', commands.join('\n')], { cwd: directory, env });
}

function teamWith(ofMember: string, settings: string): unknown {
  return parse(`version: 1
lab: perception-lab
account: "123456789012"
owners: [ada]
roles: { reader: { allow: [results:read] } }
members:
  ada: { name: Ada, github: ada, roles: [reader] }
  bo: { name: Bo, roles: [reader]${ofMember} }
${settings}
`);
}
