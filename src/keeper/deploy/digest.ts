/** What a file holds, remembered in few bytes. */
import { createHash } from 'node:crypto';

export const digestOf = (der: Buffer | undefined): string =>
  der ? createHash('sha256').update(der).digest('base64') : '';
