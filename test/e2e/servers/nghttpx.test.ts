/** nghttpx up to 1.65, which calls `fetch-ocsp-response-file` for the staple of each certificate. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithPeer } from '../../support/peers.ts';
import { startProgram } from '../../support/programs/program.ts';
import { itHolds } from './called-command.ts';

describeWithPeer('nghttpx', 'nghttpx with restaple-h2o', (path) => {
  itHolds(
    ({ chain, command, dir, key }) =>
      startProgram(path, async (port) => {
        const config = join(dir, 'nghttpx.conf');
        await writeFile(
          config,
          `frontend=127.0.0.1,${port}
backend=127.0.0.1,9
private-key-file=${key}
certificate-file=${chain}
workers=1
fetch-ocsp-response-file=${command}
ocsp-update-interval=1s
ocsp-startup=yes
no-verify-ocsp=yes
`,
        );
        return [`--conf=${config}`];
      }),
    { waits: true },
  );
});
