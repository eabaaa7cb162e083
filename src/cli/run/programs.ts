/** Whether the commands that servers are checked and reloaded by could be run. */
import { accessSync, constants, statSync } from 'node:fs';
import type { ServerConfig } from '../../config/config.ts';
import { InputError } from '../../errors.ts';
import { systemReason } from '../../issuer/load-certificates.ts';
import { createAdapter } from '../../servers/adapters.ts';
import type { Problem } from './problems.ts';

/** The usual one of a type is looked at like one of the config: on this machine there may be none. */
export function* missingPrograms(servers: readonly ServerConfig[]): Generator<Problem> {
  for (const server of servers) {
    const { check, reload } = createAdapter(server.type, server);
    // Hitch is only reloaded for the odd certificate.
    const usual = server.type === 'hitch' ? server.reload : reload;
    for (const [key, command] of Object.entries({ check, reload: usual })) {
      const [program] = command ?? [];
      const reason = program === undefined ? undefined : whyNot(program);
      if (program === undefined || reason === undefined) continue;
      const message = `cannot be run to ${key} the server ${server.name}: ${reason}`;
      const hint = `give the right command as ${key} of ${server.name} in the config, or [/bin/true] where there is nothing to ${key}`;
      yield { path: program, error: new InputError('file-unreadable', message, program), hint };
    }
  }
}

function whyNot(program: string): string | undefined {
  try {
    if (!statSync(program).isFile()) return 'is no regular file';
    accessSync(program, constants.X_OK);
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}
