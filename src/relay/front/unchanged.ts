/** Whether a client has the very answer already (RFC 9110 section 13.2.2). */
import type { IncomingHttpHeaders } from 'node:http';
import { httpDate } from '../../http/http-date.ts';
import type { Prepared } from './prepared.ts';

/** Who sends an ETag is not asked for the time as well; what is no HTTP date counts as not sent. */
export function isUnchanged(headers: IncomingHttpHeaders, { etag, lastModified }: Prepared): boolean {
  if (etag === undefined || lastModified === undefined) return false;
  const match = headers['if-none-match'];
  if (match !== undefined)
    return match.trim() === '*' || match.split(',').some((one) => opaque(one) === etag);
  const since = headers['if-modified-since'];
  return since !== undefined && lastModified <= httpDate(since);
}

/** For the weak comparison (RFC 9110 section 8.8.3.2), which is that of If-None-Match. */
const opaque = (etag: string): string => etag.trim().replace(/^W\//, '');
