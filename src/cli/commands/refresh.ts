/** `restaple refresh CERT`: the running keeper fetches a staple at once, and this waits for what comes of it. */
import { resolve } from 'node:path';
import { ResponseError, type RestapleError } from '../../errors.ts';
import { formatInstant } from '../../der/time.ts';
import { askRefresh } from '../../keeper/control/client.ts';
import type { RefreshAnswer } from '../../keeper/control/protocol.ts';
import { shellWord } from '../../shell-word.ts';
import { printable } from '../../text.ts';
import { colors } from '../colors.ts';
import { errorJson, printError } from '../error-output.ts';
import { type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { printJson } from '../json-output.ts';
import { updateLines } from '../status-lines.ts';
import { firstKeeper } from '../status/kept.ts';
import { errorOf } from '../status/remote-error.ts';
import { viewJson } from '../status/report-json.ts';
import { exitCodeOfView } from '../status/worry.ts';
import type { RefreshFlags } from '../verbs/refresh.ts';

const KEY = /^[0-9a-f]{64}$/i;

export function refreshCommand(typed: string, flags: RefreshFlags, io: Io): Promise<number> {
  return guarded(io, () => refresh(typed, flags, io), flags.json ? 'refresh' : undefined);
}

async function refresh(typed: string, { json, control }: RefreshFlags, io: Io): Promise<ExitCode> {
  // The keeper may have been started in another directory.
  const certificate = KEY.test(typed) ? typed : resolve(typed);
  const { answer } = await firstKeeper({ control, store: undefined }, io, (socket) =>
    askRefresh(socket, certificate),
  );
  const error = errorIn(answer);
  const exitCode = error ? exitCodeOf(error) : exitCodeOfView(answer.view);
  if (json) {
    const doctor = `restaple doctor ${shellWord(typed)}`;
    printJson(io, {
      verb: 'refresh',
      exitCode,
      certificate: viewJson(answer.view, io.now()),
      published: answer.published,
      error: error ? errorJson(error, doctor) : null,
    });
  } else print(io, typed, answer, error);
  return exitCode;
}

type Answer = Omit<RefreshAnswer, 'v'>;

/** That it is revoked is an answer to the keeper, and no failure. */
function errorIn({ view, failure }: Pick<Answer, 'view' | 'failure'>): RestapleError | undefined {
  if (failure) return errorOf(failure);
  if (view.state !== 'revoked') return undefined;
  return new ResponseError('certificate-revoked', view.error?.message ?? 'the certificate is revoked');
}

function print(io: Io, typed: string, { view, published }: Answer, error: RestapleError | undefined): void {
  const { green, red } = colors(io.colorOut);
  const { state, thisUpdate, validUntil } = view;
  const name = printable(typed);
  const written = published.map((file) => `\tWritten: ${printable(file)}\n`).join('');
  if (!error || state === 'revoked') {
    io.out(`${name}: ${state === 'good' ? green(state) : state === 'revoked' ? red(state) : state}\n`);
  }
  if (error) {
    // It may lie in the store when nobody answers.
    io.out(written);
    printError(io, error, { subject: typed, doctor: `restaple doctor ${shellWord(typed)}` });
    if (state === 'good' && validUntil !== undefined)
      io.err(
        `restaple: ${name}: the staple that is there is good until ${formatInstant(new Date(validUntil))}\n`,
      );
    return;
  }
  if (state !== 'good' || thisUpdate === undefined) {
    io.out(written);
    return;
  }
  const lines = updateLines({
    thisUpdate: new Date(thisUpdate),
    nextUpdate: validUntil === undefined ? undefined : new Date(validUntil),
  });
  io.out(`${lines.join('\n')}\n${written}`);
}
