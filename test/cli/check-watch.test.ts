/** The table of `restaple check --watch`. */
import { describe, expect, it } from 'vitest';
import { watchTable } from '../../src/cli/check/watch-table.ts';
import type { ServerReport } from '../../src/cli/check/presentation.ts';
import type { Finding } from '../../src/cli/check/states.ts';
import { type CheckTarget, parseTarget } from '../../src/cli/check/target.ts';
import type { Io } from '../../src/cli/io.ts';

const target = (text: string): CheckTarget => parseTarget(text) ?? { name: text, host: text, port: 443 };
const failure = (message: string): Finding => ({
  state: 'unreachable',
  message,
  code: undefined,
  hint: undefined,
});
const report = (one: CheckTarget, message: string): ServerReport => ({
  target: one,
  presentations: [],
  failures: [failure(message)],
});

const io = (columnsOut: number): Io => ({
  input: () => [],
  out: () => {},
  err: () => {},
  terminal: true,
  colorOut: false,
  colorErr: false,
  columnsOut,
  rowsOut: undefined,
  env: { LANG: 'C.UTF-8' },
  now: () => new Date(0),
});

describe('the table', () => {
  const [one, two] = [target('a.example'), target(`${'very-long.'.repeat(6)}example:8443`)];

  it('has a row for each server, also before it has answered', () => {
    const reports = new Map([[two, report(two, 'cannot connect')]]);
    const lines = watchTable([one, two], reports, io(200), undefined).split('\n');
    expect(lines[0]).toMatch(/^server +severity +used +left +finding$/);
    expect(lines[1]).toMatch(/^a\.example +- +- +-$/);
    expect(lines[2]).toMatch(/^….*example:8443 +CRITICAL +- +- +cannot connect$/);
    expect(lines).toHaveLength(4);
  });

  it.each([80, 60, 20])('is no wider than a terminal of %i columns, if it can be', (columns) => {
    const reports = new Map([[one, report(one, `no\u001B[2J ${'words '.repeat(50)}`)]]);
    const table = watchTable([one], reports, io(columns), undefined);
    expect(table).not.toContain('\u001B');
    const widest = Math.max(...table.split('\n').map((line) => line.length));
    // The columns before the finding are never cut.
    expect(widest).toBeLessThanOrEqual(Math.max(columns, 'a.example  CRITICAL  used  left'.length + 2));
  });

  describe('on a terminal that is lower than it', () => {
    const many = Array.from({ length: 9 }, (_, i) => target(`s${i}.example`));
    const bad = new Map(many.slice(6).map((each) => [each, report(each, 'cannot connect')]));
    const namesAt = (height: number | undefined, targets = many): readonly string[] =>
      watchTable(targets, bad, io(80), height)
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.replace(/ {2}.*/, ''));

    it('has the gravest first, and says how many more there are', () => {
      expect(namesAt(7)).toEqual(['s6.example', 's7.example', 's8.example', 's0.example', '… and 5 more']);
      expect(namesAt(5)).toEqual(['s6.example', 's7.example', '… and 7 more']);
    });

    it.each([11, 100, undefined])('has all in the order given where they fit into %s lines', (height) => {
      expect(namesAt(height)).toEqual(many.map(({ name }) => name));
    });

    it.each([3, 4, 5, 6, 7, 8, 9, 10])('leaves a line of %i to the cursor', (height) => {
      expect(watchTable(many, bad, io(80), height).split('\n').length).toBeLessThanOrEqual(
        Math.max(height, 4),
      );
    });
  });
});
