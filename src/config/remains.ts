/** A value without what the schema has against it. */
import type { z } from 'zod';

export function withoutIssues(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const rest = structuredClone(value);
  for (const issue of issues) {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') for (const name of issue.keys) cut(rest, [...path, name]);
    else if (isEntry(issue.path)) cut(rest, path, {});
    else cut(rest, path.slice(0, issue.path.findLastIndex((step) => typeof step === 'string') + 1));
  }
  return rest;
}

/** A whole certificate or responder. */
const isEntry = (path: readonly PropertyKey[]): boolean => path.length === 2 && typeof path[1] === 'number';

/** An element of a list is not cut out, its list is: the others keep their indexes. */
function cut(value: unknown, path: readonly string[], instead?: unknown): void {
  const [last, ...above] = path.toReversed();
  let parent: unknown = value;
  for (const step of above.toReversed()) parent = isRecord(parent) ? parent[step] : undefined;
  if (last === undefined || !isRecord(parent)) return;
  if (instead === undefined) delete parent[last];
  else parent[last] = instead;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
