/** A config out of its text, or what is wrong with it as it is printed. */
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { formatProblem } from '../../src/errors.ts';

/** Paths begin in `/etc/restaple`. */
export function configOf(text: string): Config {
  const { config, problems = [] } = parseConfig(text, '/etc/restaple/restaple.yaml');
  if (!config) throw new Error(problems.map((problem) => formatProblem(problem)).join('\n'));
  return config;
}

/** `LINE:COLUMN: key: message`, and after ` | ` the hint. */
export function mistakesOf(text: string): readonly string[] {
  const { problems = [] } = parseConfig(text, 'f');
  return problems.map((problem) => {
    const hint = problem.hint === undefined ? '' : ` | ${problem.hint}`;
    return `${formatProblem(problem).replace(/^f:/, '')}${hint}`;
  });
}
