/** An OCSPResponse as `openssl ocsp -resp_text` prints it. */
import { formatTime } from '../../der/time.ts';
import { type BasicOCSPResponse, decodeBasicOCSPResponse } from '../../ocsp/basic-ocsp-response.ts';
import { type CertStatus, crlReasonName } from '../../ocsp/cert-status.ts';
import type { OCSPResponse } from '../../ocsp/ocsp-response.ts';
import type { SingleResponse } from '../../ocsp/single-response.ts';
import { hex } from '../../text.ts';
import { OID } from '../../x509/oids.ts';
import { certIDLines, certificatesText, extensionLines, signatureLines } from './text.ts';
import { nameText } from './name-text.ts';

/** @throws DerError for a basic response that cannot be read. */
export function responseText({ responseBytes }: OCSPResponse): string {
  const head = 'OCSP Response Data:\n    OCSP Response Status: successful (0x0)\n';
  if (!responseBytes) return head;
  const { responseType, response } = responseBytes;
  if (responseType !== OID.ocspBasic)
    return `${head}    Response Type: ${responseType} (unknown response type)\n`;
  return `${head}    Response Type: Basic OCSP Response\n${basicText(decodeBasicOCSPResponse(response))}`;
}

function basicText({ tbsResponseData, signatureAlgorithm, signature, certs }: BasicOCSPResponse): string {
  const { version, responderID, producedAt, responses, responseExtensions } = tbsResponseData;
  const lines = [
    `    Version: ${version} (0x${(version - 1).toString(16)})`,
    `    Responder Id: ${responderID.type === 'byName' ? nameText(responderID.name) : hex(responderID.keyHash)}`,
    `    Produced At: ${formatTime(producedAt)}`,
    '    Responses:',
    ...responses.flatMap(singleLines),
    ...extensionLines('Response Extensions', responseExtensions, 4),
    ...signatureLines(signatureAlgorithm, signature),
  ];
  return `${lines.join('\n')}\n${certificatesText(certs)}`;
}

function singleLines({
  certID,
  certStatus,
  thisUpdate,
  nextUpdate,
  singleExtensions,
}: SingleResponse): string[] {
  return [
    ...certIDLines(certID, 4),
    `    Cert Status: ${certStatus.type}`,
    ...revocationLines(certStatus),
    `    This Update: ${formatTime(thisUpdate)}`,
    ...(nextUpdate ? [`    Next Update: ${formatTime(nextUpdate)}`] : []),
    ...extensionLines('Response Single Extensions', singleExtensions, 8),
    '',
  ];
}

function revocationLines(status: CertStatus): string[] {
  if (status.type !== 'revoked') return [];
  const { revocationTime, reason } = status;
  const time = `    Revocation Time: ${formatTime(revocationTime)}`;
  if (reason === undefined) return [time];
  return [time, `    Revocation Reason: ${crlReasonName(reason)} (0x${reason.toString(16)})`];
}
