import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { Progress } from '../../src/cli/progress.ts';

/** A terminal whose clock is moved by hand; what is written to it is kept. */
function terminalAt(
  start: number,
  terminal = true,
): { io: Io; written: string[]; move: (ms: number) => void } {
  let now = start;
  const written: string[] = [];
  const io: Io = {
    input: () => [],
    out: () => {},
    err: (text) => void written.push(text),
    terminal,
    colorOut: false,
    colorErr: false,
    columnsOut: undefined,
    rowsOut: undefined,
    env: {},
    now: () => new Date(now),
  };
  return { io, written, move: (ms) => void (now += ms) };
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await sleep(10);
};

describe('Progress', () => {
  it('is drawn once the work takes more than a second, and goes when it is done', async () => {
    const { io, written, move } = terminalAt(0);
    let done = 0;
    const progress = new Progress(io, () => `${done} of 9`);
    // Longer than it takes between two drawings: there was time to draw, had the clock said so.
    await sleep(300);
    expect(written).toEqual([]);
    done = 4;
    move(1001);
    await until(() => written.length > 0);
    expect(written[0]).toBe('\r\u001B[K4 of 9');
    progress.end();
    expect(written.at(-1)).toBe('\r\u001B[K');
    const all = written.length;
    await sleep(300);
    expect(written.length).toBe(all);
  });

  it('makes way for other lines, and writes nothing when there is nothing to take away', async () => {
    const { io, written, move } = terminalAt(0);
    const progress = new Progress(io, () => 'busy');
    progress.clear();
    expect(written).toEqual([]);
    move(2000);
    await until(() => written.length > 0);
    progress.clear();
    expect(written.at(-1)).toBe('\r\u001B[K');
    progress.end();
  });

  it('is never shown on anything but a terminal', async () => {
    const { io, written, move } = terminalAt(0, false);
    const progress = new Progress(io, () => 'busy');
    move(5000);
    await sleep(300);
    progress.end();
    expect(written).toEqual([]);
  });
});
