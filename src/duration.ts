/** Durations as people write them: `45s`, `4h`, `1d12h`. */

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y;

/** Text to milliseconds; a bare number is seconds. `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  let total = 0;
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (!match) return undefined;
    total += Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0);
    at = PART.lastIndex;
  }
  return text === '' ? undefined : total;
}

/** A hundred years: longer than any certificate, and far from where a Date ends. */
const MAX_DURATION_MS = 36_525 * 86_400_000;
/** Node's timers count in 31 bits, and one that is set for longer goes off at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** For what takes time at all: no zero, and nothing longer than any certificate. */
export function duration(text: string): number | undefined {
  const ms = parseDuration(text);
  return ms !== undefined && ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

/** The same for what a timer waits for. */
export function timeout(text: string): number | undefined {
  const ms = duration(text);
  return ms !== undefined && ms <= MAX_TIMEOUT_MS ? ms : undefined;
}

/** Milliseconds as text of at most two units: `1d12h`, `5m`, `45s`; below a second `200ms`. */
export function formatDuration(ms: number): string {
  if (ms !== 0 && Math.abs(ms) < 1000) return `${Math.round(ms)}ms`;
  const parts: string[] = [];
  let left = Math.abs(Math.round(ms / 1000)) * 1000;
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = UNITS[unit] ?? 1;
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return (ms < 0 ? '-' : '') + (parts.join('') || '0s');
}
