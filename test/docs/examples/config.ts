/** How the error about a config comes about. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config.ts';
import { type ConfigCode, ConfigError } from '../../../src/errors.ts';
import { withTempDir } from '../../support/files.ts';
import type { Examples } from './example.ts';

export const CONFIG_EXAMPLES: Examples<ConfigCode> = {
  'config-invalid': () =>
    withTempDir(async (dir) => {
      const path = join(dir, 'restaple.yaml');
      await writeFile(path, 'rescan: 2h\ncertificates: []\nlog: {level: warning}\n');
      try {
        await loadConfig(path);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        throw new ConfigError(error.problems.map((one) => ({ ...one, file: 'restaple.yaml' })));
      }
    }),
};
