/** What deploying touches of the world. */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../attempt.ts';
import type { ReadStaple } from '../../probe/tls.ts';
import { replaceFile, writeFileAtomically } from '../../store/atomic-file.ts';
import { readStapleFile } from '../../store/staple-file.ts';
import type { Clock } from '../clock.ts';
import type { KeeperEvent } from '../events.ts';
import type { Identity } from './identity.ts';
import type { RunCommand } from './command.ts';

export interface Files {
  /** `undefined` when nothing is there, or it cannot be read. */
  read(path: string): Buffer | undefined;
  /** When it was written last, in milliseconds since 1970. */
  writtenAt(path: string): number | undefined;
  /** @throws InputError `output-unwritable` */
  write(path: string, bytes: Buffer): Promise<void>;
}

export interface DeployTools {
  readonly clock: Clock;
  readonly files: Files;
  readonly notes: ServerNotes;
  readonly run: RunCommand;
  readonly look: ReadStaple;
  readonly identify: (path: string) => Identity | undefined;
  readonly report: (event: KeeperEvent) => void;
}

export const SYSTEM_FILES: Files = {
  read: (path) => attempt(() => readStapleFile(path)),
  writtenAt: (path) => attempt(() => statSync(path).mtimeMs),
  write: writeFileAtomically,
};

/** What is written down about servers, so that a restart of restaple does not cost each a reload. */
export interface ServerNotes {
  /** When this server began to read its files last, as far as restaple has made it; in milliseconds since 1970. */
  readAt(server: string): number | undefined;
  /** Never throws, and is lost at no harm. */
  wasRead(server: string, at: number): void;
}

/** @param directory is made when something is to be written. */
export function serverNotes(directory: string): ServerNotes {
  const pathOf = (server: string): string => join(directory, server);
  return {
    readAt: (server) => {
      const at = Number(attempt(() => readFileSync(pathOf(server), 'latin1')) || NaN);
      return Number.isFinite(at) ? at : undefined;
    },
    wasRead: (server, at) => {
      attempt(() => mkdirSync(directory, { recursive: true }));
      attempt(() => replaceFile(pathOf(server), `${at}\n`));
    },
  };
}
