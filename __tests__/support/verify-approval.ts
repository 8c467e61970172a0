import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHere, scratch } from './command.ts';
import { githubInTest } from './github-client.ts';
import { LAB, LabRepository } from './lab-repository.ts';

/** `verify-approval` for a lab's repository on the stand-in for GitHub, with what the step leaves. */
export function approvalInTest() {
  const { server, repository, ...others } = githubInTest();
  let lab: LabRepository | null = null;
  let directory: ReturnType<typeof scratch>;
  beforeEach(() => {
    directory = scratch({ 'event.json': JSON.stringify({ repository: { default_branch: 'main' } }) });
    lab = new LabRepository(repository());
  });
  afterEach(() => {
    lab?.remove();
    directory.remove();
  });
  const file = (name: string) => join(directory.directory, name);
  const textOf = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');

  return {
    ...others,
    server,
    repository,
    lab: () => lab as LabRepository,
    /** Begins again with another file. */
    begin(team: (text: string) => string): LabRepository {
      lab?.remove();
      repository().branches.clear();
      lab = new LabRepository(repository(), team(LAB));
      return lab;
    },
    async verify(commit: string, ...args: string[]) {
      const env = {
        ...server().environment(),
        GITHUB_EVENT_PATH: file('event.json'),
        GITHUB_OUTPUT: file('output'),
        GITHUB_STEP_SUMMARY: file('summary.md'),
        GITHUB_SHA: commit,
      };
      const result = await runHere(['verify-approval', '--result', 'result.json', ...args], {
        cwd: directory.directory,
        env,
      });
      const outputs = [...textOf('output').matchAll(/^([\w-]+)<<(.+)\n([\s\S]*?)\n\2$/gm)];
      return {
        ...result,
        outputs: Object.fromEntries(outputs.map(([, name = '', , value = '']) => [name, value])),
        failure: textOf('result.json'),
      };
    },
  };
}
