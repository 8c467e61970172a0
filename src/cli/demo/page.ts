import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullScan } from '../../app/drift/run-scan.ts';
import { writeScanReport } from '../../app/drift/write-report.ts';
import { writePage } from '../../app/page.ts';
import { type DemoContext, done, labFor, quiet } from './lab.ts';

/**
 * Writes the access page of the lab as the demo leaves it, with what a last drift check finds, into a folder or a new
 * temporary one. Gives its path.
 */
export async function writeDemoPage(context: DemoContext, folder: string | null): Promise<string> {
  const { directory, source, today } = context;
  const [file, report] = [join(directory, 'team.yaml'), join(directory, 'report.json')];
  await writeFile(file, source);
  const session = labFor(context);
  const completed = await done(fullScan(session, { cloudTrail: false }, quiet(context)));
  await writeScanReport({ file, today, emulator: directory, report }, completed, session);
  const out = folder ?? (await mkdtemp(join(tmpdir(), 'mturk-team-page-')));
  const { path } = await done(writePage({ file, out, today, report, isPublic: false }));
  return path;
}
