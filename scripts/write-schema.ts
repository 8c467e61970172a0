import { writeFileSync } from 'node:fs';
import { teamSchemaText } from '../src/team/schema.ts';

writeFileSync(new URL('../team.schema.json', import.meta.url), teamSchemaText());
