/** What is wrong with a config, as the command prints it. */
import { describe, expect, it } from 'vitest';
import { printError } from '../../src/cli/error-output.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { Io } from '../../src/cli/io.ts';
import { ConfigError, type ConfigProblem } from '../../src/errors.ts';

function printed(problems: readonly ConfigProblem[]): string {
  let err = '';
  const io: Io = {
    input: () => [],
    out: () => {},
    err: (text) => void (err += text),
    terminal: false,
    colorOut: false,
    colorErr: false,
    columnsOut: undefined,
    rowsOut: undefined,
    env: {},
    now: () => new Date(0),
  };
  printError(io, new ConfigError(problems));
  return err;
}

const problem = (line: number, hint?: string): ConfigProblem => ({
  file: 'restaple.yaml',
  line,
  column: 3,
  path: `key-${line}`,
  message: 'unknown key',
  hint,
});
const HINT = 'hint: mend these lines; every key stands in docs/reference/config.md\n';

describe('a config with mistakes', () => {
  it('has each printed in a line of its own, with its hint', () => {
    expect(printed([problem(1, 'did you mean key?'), { ...problem(2), path: '' }])).toBe(
      `restaple.yaml:1:3: key-1: unknown key\nhint: did you mean key?\nrestaple.yaml:2:3: unknown key\n${HINT}`,
    );
  });

  it('has a hundred printed, and the others counted', () => {
    const lines = printed(Array.from({ length: 250 }, (_, i) => problem(i + 1))).split('\n');
    expect(lines.slice(98)).toEqual([
      'restaple.yaml:99:3: key-99: unknown key',
      'restaple.yaml:100:3: key-100: unknown key',
      'and 150 more',
      HINT.trim(),
      '',
    ]);
  });

  it('cannot send its file name to the terminal', () => {
    expect(printed([{ ...problem(1), file: '\u{1b}[2J' }])).toContain('\\u{1b}[2J:1:3: key-1: unknown key\n');
  });

  it('is exit code 78', () => {
    expect(exitCodeOf(new ConfigError([problem(1)]))).toBe(78);
  });
});
