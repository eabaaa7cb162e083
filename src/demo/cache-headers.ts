/** What a responder tells the caches before it (RFC 9919 section 7.2). */
import { createHash } from 'node:crypto';

export interface CacheTimes {
  readonly now: Date;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/**
 * Headers for a signed response. A cache may keep it for a quarter of its life: a client that comes at the end of that
 * time still gets one with most of its life before it.
 */
export function cacheHeaders(
  der: Buffer,
  { now, thisUpdate, nextUpdate }: CacheTimes,
): Record<string, string> {
  const life = nextUpdate.getTime() - thisUpdate.getTime();
  const seconds = Math.max(0, Math.floor((thisUpdate.getTime() + life / 4 - now.getTime()) / 1000));
  return {
    'Cache-Control': `max-age=${seconds}, public, no-transform, must-revalidate`,
    ETag: `"${createHash('sha256').update(der).digest('hex')}"`,
    'Last-Modified': thisUpdate.toUTCString(),
    Expires: nextUpdate.toUTCString(),
  };
}
