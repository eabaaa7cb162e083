/** The flags of `openssl ocsp` that restaple takes, in the words of openssl's own help where they mean the same. */

export interface Flag {
  /** Without the dash. */
  readonly name: string;
  /** What stands for the value in the help; a flag without one is a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

const WHAT: FlagGroup = {
  title: 'what to ask',
  flags: [
    {
      name: 'issuer',
      value: '<file>',
      help: 'CA certificates, of which one issued the -cert and -serial behind it',
    },
    { name: 'cert', value: '<file>', help: 'ask for this certificate (repeatable)' },
    { name: 'serial', value: '<number>', help: 'ask for this serial number, decimal or 0x hex (repeatable)' },
    { name: 'sha1', help: 'hash of the CertIDs behind it; also -sha256, -sha384, -sha512 (default: sha1)' },
    { name: 'reqin', value: '<file>', help: 'send this request, in DER' },
    { name: 'nonce', help: 'add a nonce, also to the request of -reqin' },
    { name: 'no_nonce', help: 'add no nonce' },
    { name: 'reqout', value: '<file>', help: 'write the request, in DER' },
  ],
};

const WHOM: FlagGroup = {
  title: 'whom to ask',
  flags: [
    { name: 'url', value: '<url>', help: 'the responder, http or https' },
    { name: 'host', value: '<host[:port]>', help: 'the same in parts: http to this host' },
    { name: 'port', value: '<port>', help: 'the port of -host' },
    { name: 'path', value: '<path>', help: 'the path, for that of -url too when it stands behind it' },
    {
      name: 'header',
      value: '<name=value>',
      help: 'send this HTTP header; or as two arguments, -header NAME VALUE',
    },
    { name: 'timeout', value: '<seconds>', help: 'for the whole exchange (default: 45)' },
    { name: 'proxy', value: '<url>', help: 'go through this proxy, http, https, socks5 or socks5h' },
    {
      name: 'no_proxy',
      value: '<hosts>',
      help: 'hosts and networks to which no proxy is used, between commas',
    },
    { name: 'respin', value: '<file>', help: 'ask nobody, read the response from this file, in DER' },
  ],
};

const JUDGED: FlagGroup = {
  title: 'how the response is judged',
  flags: [
    { name: 'noverify', help: 'DANGEROUS: check neither who signed the response nor the nonce' },
    { name: 'no_cert_verify', help: 'DANGEROUS: check the signature, but not who made it' },
    { name: 'CAfile', value: '<file>', help: 'the issuer must lead to one of these certificates' },
    { name: 'CApath', value: '<dir>', help: 'the same with the certificates of a directory' },
    { name: 'no-CAfile', help: 'no default CA certificates, as restaple never takes any' },
    { name: 'no-CApath', help: 'the same' },
    { name: 'no-CAstore', help: 'the same' },
    { name: 'partial_chain', help: 'no root is needed, as restaple never insists on one' },
    { name: 'VAfile', value: '<file>', help: 'certificates whose keys may sign, whatever the CA says' },
    { name: 'verify_other', value: '<file>', help: 'more certificates among which the signer may be' },
    { name: 'trust_other', help: 'take those of -verify_other as those of -VAfile' },
    { name: 'no_intern', help: 'do not look for the signer in the response' },
    { name: 'no_chain', help: 'do not look for CA certificates in the response' },
    { name: 'no_explicit', help: 'no trust in roots marked for OCSP signing, as restaple never has' },
    {
      name: 'validity_period',
      value: '<seconds>',
      help: 'how far ahead the clock of the responder may be (default: 300)',
    },
    {
      name: 'status_age',
      value: '<seconds>',
      help: 'refuse an older response; take one without nextUpdate until then',
    },
    { name: 'attime', value: '<epoch>', help: 'judge as of this time, in seconds since 1970' },
  ],
};

const OUTPUT: FlagGroup = {
  title: 'what is printed and kept',
  flags: [
    {
      name: 'respout',
      value: '<file>',
      help: 'write the response when it passed and says good; - is standard output',
    },
    { name: 'text', help: 'print request and response' },
    { name: 'req_text', help: 'print the request' },
    { name: 'resp_text', help: 'print the response' },
    { name: 'out', value: '<file>', help: 'print into this file' },
    { name: 'help', help: 'show this help' },
  ],
};

export const FLAG_GROUPS: readonly FlagGroup[] = [WHAT, WHOM, JUDGED, OUTPUT];

/** The hashes of a CertID, each a flag of its own; the help shows them in one line. */
export const DIGESTS = ['sha1', 'sha256', 'sha384', 'sha512'] as const;

const MORE_DIGESTS: readonly Flag[] = DIGESTS.slice(1).map((name) => ({ name, help: '' }));

export const FLAGS: ReadonlyMap<string, Flag> = new Map(
  [...FLAG_GROUPS.flatMap(({ flags }) => flags), ...MORE_DIGESTS].map((flag) => [flag.name, flag]),
);
