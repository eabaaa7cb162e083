/** The values of options from their text; `undefined` for text that is none. */

export function positiveInteger(text: string): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

/** How often to ask again: seldom, or the responder takes it for an attack. */
export function retries(text: string): number | undefined {
  return /^(?:\d|10)$/.test(text) ? Number(text) : undefined;
}

/** An ISO 8601 date or time; without a zone it is UTC, because that is what certificates speak. */
export function instant(text: string): Date | undefined {
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (!iso) return undefined;
  const date = new Date(iso[1] !== undefined && iso[4] === undefined ? `${text}Z` : text);
  // Date takes February 30th for March 2nd.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(date.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
  return exists ? date : undefined;
}
