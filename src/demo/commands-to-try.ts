/** What to try in a world that was kept: every line can be pasted into a shell as it is. */
import { shellWord } from '../shell-word.ts';
import { RESPONDER_NAME, type World } from './world.ts';

/** `restaple` is how the command is called on this machine, in words of a shell. */
export function commandsToTry({ files, edge, tlsPort, addressUrl }: World, restaple: string): string[] {
  const flags = 'ocsp -issuer issuer.crt -CAfile root.crt -verify_other issuer.crt';
  const url = `http://${RESPONDER_NAME}:${edge.port}/`;
  return [
    `cd ${shellWord(files.dir)}`,
    `${restaple} inspect domain.crt`,
    `${restaple} fetch domain.crt --allow-host ${RESPONDER_NAME}`,
    `${restaple} fetch revoked.crt --allow-host ${RESPONDER_NAME}`,
    `${restaple} fetch domain.crt --url ${addressUrl}`,
    `${restaple} fetch domain.crt --url ${addressUrl} --header 'Host: ${RESPONDER_NAME}'`,
    `${restaple} inspect domain.ocsp`,
    `${restaple} verify domain.ocsp --cert domain.crt`,
    `${restaple} doctor domain.crt --url ${addressUrl}`,
    `${restaple} doctor localhost:${tlsPort} --allow-host ${RESPONDER_NAME}`,
    `${restaple} ${flags} -cert domain.crt -url ${url}`,
    `${restaple} ${flags} -cert revoked.crt -url ${url}`,
    `openssl ${flags} -cert domain.crt -url ${url}`,
    `openssl ${flags} -cert revoked.crt -url ${url}`,
    `openssl ${flags} -cert domain.crt -respin domain.ocsp`,
    `openssl s_client -connect 127.0.0.1:${tlsPort} -status -CAfile root.crt </dev/null`,
    `curl --cert-status --cacert root.crt https://localhost:${tlsPort}/`,
  ];
}
