/** Runs the benches that are named, or all, and prints one table; `NAME=VALUE` are their parameters. It ends with 0 also where a goal is missed. */
import { describeMachine } from './machine.ts';
import type { BenchModule, Section } from './section.ts';
import { formatTable } from './table.ts';

/** In this order: whatever is loaded here makes a process larger, and a large one starts others more slowly. */
const BENCHES: ReadonlyMap<string, () => Promise<BenchModule>> = new Map([
  ['cold-start', () => import('./cold-start.bench.ts')],
  ['verify', () => import('./verify.bench.ts')],
  ['tls', () => import('./tls.bench.ts')],
  ['keeper', () => import('./keeper.bench.ts')],
  ['bulk', () => import('./bulk/bulk.bench.ts')],
  ['relay', () => import('./relay.bench.ts')],
  ['relay-soak', () => import('./relay-soak.bench.ts')],
]);

export async function main(args: readonly string[]): Promise<void> {
  const names = args.filter((arg) => !arg.includes('='));
  const parameters = args.filter((arg) => arg.includes('='));
  const unknown = names.filter((name) => !BENCHES.has(name));
  if (unknown.length > 0) {
    throw new Error(`no bench ${unknown.join(', ')}; there are ${[...BENCHES.keys()].join(', ')}`);
  }
  const machine = describeMachine();
  const sections: Section[] = [];
  for (const [name, load] of BENCHES) {
    if (names.length > 0 && !names.includes(name)) continue;
    process.stderr.write(`${name} ...\n`);
    const { bench } = await load();
    sections.push(await bench(parameters));
  }
  const rows = sections.flatMap((section) => section.rows);
  const tables = [
    ...(rows.length > 0 ? [formatTable(rows)] : []),
    ...sections.flatMap(({ table = [] }) => table),
  ];
  const notes = sections.flatMap((section) => section.notes);
  process.stdout.write(`${machine}\n${tables.join('\n')}\n${notes.map((note) => `- ${note}\n`).join('')}`);
}
