/** From what was typed to a certificate file or a server. */
import { existsSync } from 'node:fs';
import type { Target } from '../../doctor/check.ts';
import { host } from '../option-values.ts';

const DEFAULT_PORT = '443';
/** A file that is not there is not a server of that name. */
const FILE_NAME = /[/\\]|\.(?:crt|cer|cert|pem|der|p7b|p7c)$/i;

/** What is there as a file is a file; else what reads as `HOST`, with a dot in it, or `HOST:PORT` is a server. */
export function targetOf(text: string): Target {
  const file = { kind: 'file', path: text } as const;
  if (existsSync(text) || FILE_NAME.test(text)) return file;
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const spelt = name === '' ? undefined : host(name);
  const number = Number(port ?? DEFAULT_PORT);
  const isServer = port !== undefined || /[.[]|^localhost$/i.test(name);
  if (spelt === undefined || !isServer || number < 1 || number > 65_535) return file;
  return { kind: 'server', host: spelt, port: String(number) };
}
