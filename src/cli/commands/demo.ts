/** `restaple demo`: the whole story in a world of its own. */
import { basename } from 'node:path';
import { commandsToTry } from '../../demo/commands-to-try.ts';
import { Interruption } from '../../demo/interruption.ts';
import { STORY, type Stage } from '../../demo/story.ts';
import { type World, startWorld } from '../../demo/world.ts';
import { shellWord } from '../../shell-word.ts';
import { EXIT } from '../exit-codes.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { main } from '../main.ts';
import type { DemoFlags } from '../verbs/demo.ts';
import { colors } from '../colors.ts';

/** @returns 0, or 128 and the number of the signal that ended the story before its end. */
export function demoCommand(flags: DemoFlags, io: Io): Promise<number> {
  return guarded(io, () => demo(flags, io));
}

async function demo({ keep }: DemoFlags, io: Io): Promise<number> {
  const interruption = new Interruption();
  let world: World | undefined;
  try {
    world = await startWorld(() => io.now());
    const stage = stageFor(world, io);
    for (const step of STORY) {
      if (interruption.exitCode !== undefined) return interruption.exitCode;
      await step(stage);
    }
    if (keep) await keepWorld(world, interruption, io);
    return EXIT.ok;
  } finally {
    await world?.close();
    interruption.release();
  }
}

function stageFor(world: World, io: Io): Stage {
  const { bold, dim } = colors(io.colorOut);
  // The story is told as if from inside the world's directory.
  const short = (text: string): string => text.replaceAll(`${world.files.dir}/`, '');
  const indented = (text: string | Uint8Array): void =>
    io.out(short(text.toString()).replaceAll(/^(?=.)/gm, '  '));
  // Without an environment: whoever sees the story has no cache and no proxy.
  const inner: Io = { ...io, out: indented, err: indented, colorErr: io.colorOut, terminal: false, env: {} };
  return {
    world,
    now: () => io.now(),
    say: (line) => io.out(line.startsWith(' ') ? `${line}\n` : `${bold(line)}\n`),
    restaple: (args) => {
      io.out(`  ${dim('$')} restaple ${short(args.join(' '))}\n`);
      return main(args, inner);
    },
  };
}

async function keepWorld(world: World, interruption: Interruption, io: Io): Promise<void> {
  const { bold } = colors(io.colorOut);
  world.restore();
  io.out(
    `${bold('The world stays, with domain.crt good again and revoked.crt revoked. Try, in another shell:')}\n`,
  );
  for (const line of commandsToTry(world, invocation()))
    io.out(`  ${line}
`);
  io.out('press Ctrl-C to end\n');
  await interruption.wait();
}

/** How to call this very command: by its name when it is installed, else by its file. */
function invocation(): string {
  const script = process.argv[1] ?? '';
  const installed = basename(script) === 'restaple' && !script.includes('/node_modules/');
  return installed ? 'restaple' : `node ${shellWord(script)}`;
}
