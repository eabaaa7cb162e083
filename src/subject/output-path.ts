/** Where the staple of a certificate file goes. */
import { basename, dirname, extname, join, resolve } from 'node:path';

/** How certbot, acme.sh, lego, Kubernetes and administrators name the file of a certificate in a directory of its own. */
const GENERIC: ReadonlySet<string> = new Set([
  'cert',
  'certificate',
  'fullchain',
  'combined',
  'server',
  'tls',
  'bundle',
]);

/**
 * Beside the certificate, its extension replaced: `domain.crt` → `domain.ocsp`. In `outDir`, under the same name; but
 * `live/example.com/fullchain.pem` → `example.com.ocsp`, or all of a machine's certificates would be called the same.
 */
export function outputPath(certificatePath: string, outDir: string | undefined): string {
  const name = basename(certificatePath, extname(certificatePath));
  if (outDir === undefined) return join(dirname(certificatePath), `${name}.ocsp`);
  const parent = GENERIC.has(name) ? basename(dirname(resolve(certificatePath))) : '';
  return join(outDir, `${parent === '' ? name : parent}.ocsp`);
}
