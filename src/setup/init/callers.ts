import apply from '../../../.github/workflows/apply.yml';
import drift from '../../../.github/workflows/drift.yml';
import plan from '../../../.github/workflows/plan.yml';
import { docsUrl, type Release } from '../release.ts';

const CALLERS = { plan, apply, drift };

/** A lab's three workflows by file name: this repository's own, which call a commit of a release in place of a build. */
export function labCallers(release: Release): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(CALLERS).map(([name, text]) => [`${name}.yml`, pinned(text, release)]));
}

function pinned(text: string, release: Release): string {
  const { repository, commit, version } = release;
  const comment = version === null ? '' : ` # v${version}`;
  return (
    text
      .replace(/^ {2}build:\n(?: {4}.*\n)+\n/m, '')
      .replace(/^ {4}needs: build\n/m, '')
      .replace(/uses: \.\/(\.github\/workflows\/called-\w+\.yml)/, `uses: ${repository}/$1@${commit}${comment}`)
      // Of what can change a plan, a lab repository holds the file and the pinned commit.
      .replace(/^( {4}paths: ).*$/m, '$1[team.yaml, "*.lock.hcl", ".github/**"]')
      .replace('docs/setup.md sets it up.', `How it is set up:\n# ${docsUrl(release, 'setup.md')}`)
  );
}
