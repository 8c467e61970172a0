import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint, readOrNull, runCommand } from './python-parts.ts';

/**
 * Installs the pinned npm packages of `<sources>/npm` into `<home>/npm`, once, and gives the directory of the packages. They are
 * no dependencies of the project: CDK Terrain's provider package asks for Node 22. Throws if npm cannot.
 */
export async function installNpmParts(home: string, sources: string): Promise<string> {
  const [from, directory, stamp] = [join(sources, 'npm'), join(home, 'npm'), join(home, 'npm.installed')];
  const wanted = fingerprint(await readFile(join(from, 'package-lock.json'), 'utf8'));
  if ((await readOrNull(stamp)) !== wanted) {
    await rm(stamp, { force: true });
    await rm(directory, { recursive: true, force: true });
    await mkdir(home, { recursive: true });
    await cp(from, directory, { recursive: true });
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const installed = await runCommand('npm', args, { cwd: directory });
    if (installed.code !== 0) throw new Error(`npm could not install the pinned packages:\n${installed.stderr.trim()}`);
    await writeFile(stamp, wanted);
  }
  return join(directory, 'node_modules');
}
