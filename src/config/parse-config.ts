/** From text to a Config, or to everything that is wrong with it. Pure. */
import { dirname } from 'node:path';
import type { z } from 'zod';
import type { ConfigProblem } from '../errors.ts';
import { buildConfig } from './build-config.ts';
import { clashFaults } from './clashes.ts';
import type { Config } from './config.ts';
import { issueFaults } from './issue-faults.ts';
import { parseYaml } from './parse-yaml.ts';
import { type Fault, problemsOf } from './problem.ts';
import { readItems } from './read-items.ts';
import { withoutIssues } from './remains.ts';
import { configSchema, remainsSchema } from './schema.ts';
import type { ConfigShape } from './shape.ts';

/**
 * Returned and not thrown: what is imported when called is bundled apart, with error classes of its own, which nobody
 * else would know again.
 */
export type ParsedConfig =
  | { readonly config: Config; readonly problems?: undefined }
  | { readonly config?: undefined; readonly problems: readonly ConfigProblem[] };

/**
 * @param file how the file is called in messages.
 * @param directory where paths begin that are not absolute.
 */
export function parseConfig(text: string, file: string, directory: string = dirname(file)): ParsedConfig {
  const { contents, faults: syntax, lines } = parseYaml(text);
  const refuse = (faults: readonly Fault[]): ParsedConfig => ({
    problems: problemsOf(faults, file, (offset) => lines.linePos(offset)),
  });
  if (contents === null) {
    return refuse(syntax.length > 0 ? syntax : [{ offset: 0, path: [], message: EMPTY, hint: EMPTY_HINT }]);
  }
  const { root, faults } = readItems(contents, lines);
  const read = configSchema.safeParse(root.value);
  const shape = read.success ? read.data : remains(root.value, read.error.issues);
  const wrong = [...faults, ...(read.success ? [] : issueFaults(read.error.issues, root))];
  // Behind the first mistake in the syntax nobody knows what was meant, nor what is missing or at odds.
  const broken = Math.min(...syntax.map(({ offset }) => offset));
  const all =
    syntax.length > 0
      ? [...syntax, ...wrong.filter(({ offset, isAbsence }) => offset < broken && isAbsence !== true)]
      : [...wrong, ...clashFaults(shape, root, directory)];
  return all.length > 0 || !read.success ? refuse(all) : { config: buildConfig(shape, directory) };
}

/** What is right about a config that is wrong, so that what clashes is told in the same breath. */
function remains(value: unknown, issues: readonly z.core.$ZodIssue[]): ConfigShape {
  const { data = {} } = remainsSchema.safeParse(withoutIssues(value, issues));
  return data;
}

const EMPTY = 'the file is empty';
const EMPTY_HINT = 'a config that sets nothing is {}';
