/** `--check`: everything that would keep a keeper from starting, without starting one. */
import { resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import { findTargets } from '../../subject/targets.ts';
import { loadSubject } from '../../subject/subject.ts';
import { printable } from '../../text.ts';
import { printError } from '../error-output.ts';
import { EXIT, type ExitCode, exitCodeOf, gravest } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { groupsOf } from './groups.ts';
import { Clients } from './transport.ts';

/** @throws InputError for a file named in the config that cannot be read. */
export async function checkConfig(config: Config, io: Io): Promise<ExitCode> {
  const clients = new Clients(io.env);
  const groups = await groupsOf(config, clients);
  clients.close();
  const found = new Set<string>();
  const exitCodes: ExitCode[] = [EXIT.ok];
  for (const { args } of groups) {
    for (const target of await findTargets(args)) {
      try {
        if (target.problem) throw target.problem;
        if (await loadSubject(target)) found.add(resolve(target.path));
      } catch (error) {
        printError(io, error, { subject: target.path });
        exitCodes.push(exitCodeOf(error));
      }
    }
  }
  const exitCode = gravest(exitCodes);
  if (exitCode === EXIT.ok) io.out(`the config is good: ${printable(filesText(found.size))}\n`);
  return exitCode;
}

const filesText = (count: number): string =>
  count === 1 ? '1 certificate file' : `${count} certificate files`;
