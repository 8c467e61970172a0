import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keysLab, keysTeam } from '../support/keys-lab.ts';

const { command, place } = keysLab(keysTeam());

test.each(['keys sync --yes --out keys', 'keys create zoe --yes --out keys', 'keys sync --yes --out keys/new'])(
  '%s writes nothing where the folder `keys` is a link that came with the repository',
  async (args) => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
    try {
      symlinkSync(elsewhere, join(place().directory, 'keys'));
      const { code } = await command(args);
      expect({ code, written: readdirSync(elsewhere) }).toEqual({ code: 1, written: [] });
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  },
);
