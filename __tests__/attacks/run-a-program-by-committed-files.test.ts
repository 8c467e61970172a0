import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { runHere } from '../support/command.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { FIRST_TEAM, scratchLab } from '../support/init-files.ts';
import { recordingEngine } from '../support/recording-engine.ts';

const test = testInTurn(1);

/** What Terraform reads in the directory that it works in, and in the home directory. */
function hostileFiles(folder: string, mark: string): Readonly<Record<string, string>> {
  const system = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const program = `#!/bin/sh\ntouch '${mark}'\n`;
  const installation = `provider_installation {\n  filesystem_mirror {\n    path = "${folder}/terraform.d/plugins"\n  }\n}\n`;
  const plugins = (registry: string) =>
    `terraform.d/plugins/${registry}/hashicorp/evil/1.0.0/${system}/terraform-provider-evil_v1.0.0`;
  return {
    'z.tf': 'data "evil_thing" "x" {}\n',
    'z_override.tf': 'data "evil_thing" "x" {}\n',
    'terraform.tfvars': 'evil = 1\n',
    'z.auto.tfvars': 'evil = 1\n',
    '.terraformrc': installation,
    '.tofurc': installation,
    [plugins('registry.opentofu.org')]: program,
    [plugins('registry.terraform.io')]: program,
  };
}

const FOLDERS = [
  '.',
  '.mturk-team/emulator/work/team',
  '.mturk-team/emulator/work/bootstrap',
  '.mturk-team/account/123456789012/work/team',
  '.mturk-team/account/123456789012/cdktf.out/stacks/team',
];

function hostileRepository() {
  const place = scratchLab();
  const mark = join(place.directory, 'evil-ran');
  for (const folder of FOLDERS) {
    for (const [name, text] of Object.entries(hostileFiles(join(place.directory, folder), mark))) {
      const file = join(place.directory, folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      chmodSync(file, 0o755);
    }
  }
  return { ...place, mark };
}

test('files of the repository, `.mturk-team` included, are not read by a plan', async () => {
  const { directory, mark, remove } = hostileRepository();
  const plan = await runHere(['plan', '--emulator', '--today', '2026-11-25'], { cwd: directory });
  expect({ code: plan.code, evil: existsSync(mark) }).toEqual({ code: 2, evil: false });
  remove();
});

test.each([['preview'], ['history'], ['why', 'ada', 'SendBonus'], ['page', '--out', '../page']])(
  'a folder with a team.yaml that is laid out as a bare repository runs no program of its settings: %s',
  async (...args) => {
    const settings = `[core]
  repositoryformatversion = 1
  bare = false
  worktree = .
[extensions]
  partialClone = origin
[remote "origin"]
  url = ext::sh run.sh
  promisor = true
[protocol "ext"]
  allow = always
`;
    const missing = '0123456789012345678901234567890123456789';
    const place = scratchLab(undefined, {
      'pilot/team.yaml': FIRST_TEAM,
      'pilot/HEAD': `${missing}\n`,
      'pilot/packed-refs': `${missing} refs/remotes/origin/main\n`,
      'pilot/config': settings,
      'pilot/objects/.keep': '',
      'pilot/refs/.keep': '',
      'pilot/run.sh': 'touch ran\n',
    });
    await runHere(args, { cwd: join(place.directory, 'pilot') });
    expect(existsSync(join(place.directory, 'pilot/ran'))).toBe(false);
    place.remove();
  },
);

describe('with a real account', () => {
  const place = hostileRepository();
  afterAll(place.remove);
  const { plan, said } = recordingEngine(place);

  test('the engine works in a directory of the cache, which has our files alone', async () => {
    const cache = join(place.directory, 'cache');
    await plan({ XDG_CACHE_HOME: cache, TF_CLI_CONFIG_FILE: join(place.directory, '.terraformrc') });
    const [own = ''] = readdirSync(join(cache, 'mturk-team'));
    const files = 'cdk.tf.json providers.tfrc';
    expect(said()).toBe(
      `init -input=false -no-color -upgrade ${cache}/mturk-team/${own}/team ${files} provider_installation { ` +
        'direct { include = ["registry.terraform.io/hashicorp/aws","registry.opentofu.org/hashicorp/aws"] } }\n',
    );
    for (const path of ['mturk-team', `mturk-team/${own}`]) {
      expect(statSync(join(cache, path)).mode & 0o777).toBe(0o700);
    }
  });

  test('each account has a directory of its own: no state is refreshed against another account', async () => {
    const cache = join(place.directory, 'cache of two accounts');
    for (const account of ['210987654321', '123456789012']) {
      place.write('team.yaml', FIRST_TEAM.replaceAll('123456789012', account));
      await plan({ XDG_CACHE_HOME: cache }, account);
      expect(said()).toContain(` ${cache}/mturk-team/`);
    }
    expect(readdirSync(join(cache, 'mturk-team'))).toHaveLength(2);
  });

  test.each(['a link', "another user's"])('a directory of the cache that is %s is not used', async (which) => {
    const cache = join(place.directory, `cache of ${which}`);
    const directory = join(cache, 'mturk-team');
    mkdirSync(cache);
    if (which === 'a link') symlinkSync(place.directory, directory);
    else {
      // Only root can give a directory away: elsewhere a file in its place shows the refusal.
      if (process.getuid?.() !== 0) writeFileSync(directory, '');
      else {
        mkdirSync(directory);
        chownSync(directory, 12_345, 12_345);
      }
    }
    expect(await plan({ XDG_CACHE_HOME: cache })).toContain('error[file-not-writable]');
  });

  test('a mirror takes the place of the registry, for the same provider alone', async () => {
    await plan({ MTURK_TEAM_PROVIDER_MIRROR: 'https://mirror.example/tf' });
    expect(said()).toContain(' network_mirror { url = "https://mirror.example/tf/" include = ["registry.terraform.io/');
    await plan({ MTURK_TEAM_PROVIDER_MIRROR: 'mirror' });
    expect(said()).toContain(` filesystem_mirror { path = "${join(place.directory, 'mirror')}" include = [`);
  });

  test('a workflow installs the provider that the lock file pins, or stops', async () => {
    expect(await plan({ GITHUB_ACTIONS: 'true' })).toMatch(/error\[lock-file-missing\][\s\S]*`opentofu.lock.hcl`/);
    place.write('opentofu.lock.hcl', '# pinned');
    await plan({ GITHUB_ACTIONS: 'true' });
    expect(said()).toMatch(/^init -input=false -no-color -lockfile=readonly .*# pinned\n$/);
  });
});
