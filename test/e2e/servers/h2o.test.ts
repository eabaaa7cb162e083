/** h2o, which calls `ocsp-update-cmd` for the staple of each certificate. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithPeer } from '../../support/peers.ts';
import { startProgram } from '../../support/programs/program.ts';
import { itHolds } from './called-command.ts';

describeWithPeer('h2o', 'h2o with restaple-h2o', (path) => {
  itHolds(
    ({ chain, command, dir, key }) =>
      startProgram(path, async (port) => {
        const config = join(dir, 'h2o.conf');
        await writeFile(
          config,
          `num-threads: 1
${process.getuid?.() === 0 ? 'user: root' : ''}
listen:
  host: 127.0.0.1
  port: ${port}
  ssl:
    certificate-file: ${chain}
    key-file: ${key}
    ocsp-update-cmd: ${command}
    ocsp-update-interval: 1
hosts:
  default:
    paths:
      /:
        file.dir: ${dir}
`,
        );
        return ['-m', 'worker', '-c', config];
      }),
    { waits: false },
  );
});
