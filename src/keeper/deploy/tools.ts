/** What deploying touches of the world. */
import { attempt } from '../../attempt.ts';
import type { ReadStaple } from '../../probe/tls.ts';
import { writeFileAtomically } from '../../store/atomic-file.ts';
import { readStapleFile } from '../../store/staple-file.ts';
import type { Clock } from '../clock.ts';
import type { KeeperEvent } from '../events.ts';
import type { RunCommand } from './command.ts';

export interface Files {
  /** `undefined` when nothing is there, or it cannot be read. */
  read(path: string): Buffer | undefined;
  /** @throws InputError `output-unwritable` */
  write(path: string, bytes: Buffer): Promise<void>;
}

export interface DeployTools {
  readonly clock: Clock;
  readonly files: Files;
  readonly run: RunCommand;
  readonly look: ReadStaple;
  readonly report: (event: KeeperEvent) => void;
}

export const SYSTEM_FILES: Files = {
  read: (path) => attempt(() => readStapleFile(path)),
  write: writeFileAtomically,
};
