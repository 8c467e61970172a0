import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withS3State } from '../../conformance/s3-state.ts';
import { synthesize } from '../../src/terraform/synth/synth.ts';
import { sampleTeam } from '../support/sample-team.ts';

interface Configuration {
  readonly terraform: { readonly backend: { readonly s3: Readonly<Record<string, unknown>> } };
}

test.each(['team', 'bootstrap'] as const)(
  'the backend of the conformance run is what the %s stack gets',
  async (stack) => {
    const outDir = mkdtempSync(join(tmpdir(), 'mturk-team-s3-'));
    try {
      const state = { bucket: 'perception-lab-terraform', region: 'eu-central-1', key: 'mturk-team' };
      const team = { ...sampleTeam, settings: { ...sampleTeam.settings, state } };
      const { stacks } = await synthesize(team, { today: '2026-11-25', outDir });
      const text = readFileSync(join(stacks[stack], 'cdk.tf.json'), 'utf8');
      const shipped = (JSON.parse(text) as Configuration).terraform.backend.s3;
      const { backend } = (JSON.parse(withS3State(text, 'http://127.0.0.1:9')) as Configuration).terraform;
      expect(backend.s3).toMatchObject(shipped);
      // Beyond it only how to reach a bucket that is not at AWS.
      const added = Object.keys(backend.s3).filter((name) => !(name in shipped));
      expect(added.filter((name) => !/^(endpoints|use_path_style|skip_)/.test(name))).toEqual([]);
    } finally {
      rmSync(outDir, { recursive: true, force: true });
    }
  },
);
