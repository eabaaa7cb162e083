/**
 * From what the schema has against a config to what is told. The schema's messages say what would be right; here is added
 * what was found, where it stands, and what was probably meant.
 */
import type { z } from 'zod';
import { nearest } from '../nearest.ts';
import { type Item, itemAt, itemsAlong } from './item.ts';
import { type Fault, type Path, quoted } from './problem.ts';
import { HOMES } from './schema.ts';
import { COMMAND } from './values.ts';

type Issue = z.core.$ZodIssue;

export function issueFaults(issues: readonly Issue[], root: Item): readonly Fault[] {
  return issues
    .flatMap((issue) => faultsOf(issue, [], root))
    .filter(({ path }) => !itemsAlong(root, path).some(({ isSpoiled }) => isSpoiled));
}

function faultsOf(issue: Issue, above: Path, root: Item): readonly Fault[] {
  const path = [...above, ...issue.path.filter((step) => typeof step !== 'symbol')];
  const item = itemAt(root, path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => unknownKey(name, issue.message, path, root));
  if (issue.code === 'invalid_union') {
    // Of a list what its elements are, of a single value what it is: the other way of writing it was not meant.
    const isMeant = Array.isArray(item?.value)
      ? (one: Issue): boolean => one.path.length > 0
      : (one: Issue): boolean => one.code === 'custom';
    const meant = issue.errors.flat().filter(isMeant);
    if (meant.length > 0) return meant.flatMap((one) => faultsOf(one, path, root));
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues.map(({ message }) => message).join(', ');
    const offset = item?.keyOffset ?? 0;
    return [{ offset, path, message: `expected ${expected}, found "${quoted(String(path.at(-1)))}"` }];
  }
  if (!item) {
    const { offset } = itemsAlong(root, path).at(-1) ?? root;
    return [{ offset, path, message: `missing; expected ${issue.message}`, isAbsence: true }];
  }
  const found = isSecret(path) ? kindOf(item) : shown(item);
  const message = `expected ${issue.message}${found === undefined ? '' : `, found ${found}`}`;
  return [{ offset: item.offset, path, message, hint: hintFor(issue, item), isAbsence: item.value === null }];
}

function unknownKey(name: string, allowed: string, above: Path, root: Item): Fault {
  const path = [...above, name];
  const offset = itemAt(root, path)?.keyOffset ?? root.offset;
  return {
    offset,
    path,
    message: `unknown key; allowed: ${allowed}`,
    hint: meantBy(name, allowed.split(', ')),
  };
}

function meantBy(name: string, allowed: readonly string[]): string | undefined {
  if (name === '<<')
    return 'YAML 1.2 has no merge keys; what is common to all certificates goes under defaults';
  // A file of the size that is allowed has room for thousands of long keys.
  const meant = name.length <= 40 ? nearest(name, allowed) : undefined;
  const home = HOMES.find(([, keys]) => keys.includes(name))?.[0];
  if (home !== undefined) return `it belongs to ${home}`;
  return meant && `did you mean ${meant}?`;
}

function hintFor(issue: Issue, { value, source = '' }: Item): string | undefined {
  if (value === null) return 'give it a value, or leave the key out';
  const { message } = issue;
  if (typeof value === 'number' && message.startsWith('a percentage'))
    return `write ${value > 0 && value < 1 ? value * 100 : value}%`;
  if (message === 'true or false' && /^(?:yes|no|on|off|y|n)$/i.test(source))
    return `in YAML 1.2 ${quoted(source)} is text`;
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const words = issue.values.filter((one) => typeof one === 'string');
    const meant = nearest(value.slice(0, 40), words);
    return meant && `did you mean ${meant}?`;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof value !== 'object')
    return `as text put it in quotes: "${quoted(source)}"`;
  if (
    issue.code === 'invalid_type' &&
    issue.expected === 'array' &&
    message === COMMAND &&
    typeof value === 'string'
  )
    return `write [${quoted(source)}]`;
  if (typeof value === 'string' && value.startsWith('~'))
    return '~ is known to shells alone; write the directory out';
  return undefined;
}

/** Headers and proxies may hold passwords. */
const isSecret = (path: Path): boolean => path.includes('header') || path.includes('proxy');

/** What is no scalar, by its kind. */
function kindOf({ value }: Item): string | undefined {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' ? 'a mapping' : undefined;
}

/** URLs without the user name and password that they may hold. */
function shown(item: Item): string {
  const text = typeof item.value === 'string' ? `"${item.value}"` : (item.source ?? '');
  return kindOf(item) ?? quoted(text.replace(/\/\/[^/?#]*@/, '//…@'));
}
