import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { commitOf } from '../../../src/app/session/records.ts';
import { scratch } from '../../support/command.ts';

test('the commit of the applied file is that of its clone, if it is the one of which approvals are asked', async () => {
  const place = scratch({ 'team.yaml': 'a', 'other.yaml': 'a', 'sub/team.yaml': 'a' });
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], {
      cwd: place.directory,
      encoding: 'utf8',
    }).trim();
  try {
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    const of = (file: string) => commitOf(join(place.directory, file));
    expect(await of('team.yaml')).toBe(git('rev-parse', 'HEAD'));
    expect([await of('other.yaml'), await of('sub/team.yaml')]).toEqual([null, null]);
  } finally {
    place.remove();
  }
});
