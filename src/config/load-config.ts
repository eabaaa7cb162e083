/** From a file to a Config. */
import { isUtf8 } from 'node:buffer';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import { readInputFile } from '../issuer/load-certificates.ts';
import type { Config } from './config.ts';

/** A machine with ten thousand certificates, each with an entry of its own, needs half of it. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/**
 * yaml and zod take as long to load as all the rest, and are loaded when there is a file to be read.
 *
 * @throws ConfigError with everything that is wrong.
 * @throws InputError `file-unreadable`
 */
export async function loadConfig(path: string): Promise<Config> {
  const bytes = readInputFile(path);
  if (bytes.length > MAX_CONFIG_BYTES)
    throw refusal(path, `${bytes.length} bytes, more than the ${MAX_CONFIG_BYTES} allowed`);
  const text = bytes.toString('utf8');
  if (!isUtf8(bytes)) throw refusal(path, 'no UTF-8', text.slice(0, text.indexOf('\ufffd')));
  const { parseConfig } = await import('./parse-config.ts');
  const { config, problems } = parseConfig(text, path, dirname(resolve(path)));
  if (config === undefined) throw new ConfigError(problems);
  return config;
}

/** @param before what stands before the mistake. */
function refusal(file: string, message: string, before = ''): ConfigError {
  const lines = before.split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return new ConfigError([{ file, line: lines.length, column, path: '', message }]);
}
