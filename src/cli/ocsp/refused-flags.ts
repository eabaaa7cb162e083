/** Flags of `openssl ocsp` whose meaning cannot be had here, and why: none is passed over in silence. */

const RESPONDER = "it belongs to openssl's responder, and this is the client";
const SIGNING = 'restaple does not sign requests, and public responders do not ask for it';
const CHAIN = 'it steers how openssl builds chains; restaple goes from the issuer to -CAfile and no further';
const PROVIDER = 'restaple uses the cryptography of Node.js, which has no such thing';
const DIGEST = 'a CertID is hashed by sha1, sha256, sha384 or sha512';

const named = (reason: string, names: string): [string, string][] =>
  names.split(' ').map((name) => [name, reason]);

export const REFUSED_FLAGS: ReadonlyMap<string, string> = new Map([
  ...named(
    RESPONDER,
    'index CA rsigner rkey passin rother rmd rsigopt rcid nmin ndays nrequest multi badsig resp_no_certs resp_key_id',
  ),
  ...named(SIGNING, 'signer signkey sign_other no_certs'),
  ...named(
    CHAIN,
    'policy purpose verify_name verify_depth auth_level verify_hostname verify_email verify_ip ignore_critical ' +
      'issuer_checks crl_check crl_check_all policy_check explicit_policy inhibit_any inhibit_map x509_strict ' +
      'extended_crl use_deltas policy_print check_ss_sig trusted_first suiteB_128_only suiteB_128 suiteB_192 ' +
      'no_alt_chains no_check_time allow_proxy_certs',
  ),
  ...named(PROVIDER, 'provider-path provider propquery propq engine'),
  ...named(
    DIGEST,
    'md4 md5 md5-sha1 mdc2 ripemd ripemd160 rmd160 sha224 sha512-224 sha512-256 sha3-224 sha3-256 sha3-384 sha3-512 ' +
      'shake128 shake256 blake2b512 blake2s256 sm3 whirlpool',
  ),
  ['CAstore', 'restaple opens no stores; give the certificates with -CAfile or -CApath'],
  ['ignore_err', 'an error of the responder is never passed over'],
  [
    'no_signature_verify',
    'a response without a good signature is the word of nobody; -noverify asks for that openly',
  ],
  [
    'no_cert_checks',
    'the owner of any certificate of the CA could sign then; name the signer that you trust with -VAfile',
  ],
  ['json', 'this verb prints as openssl does; restaple fetch and restaple verify have --json'],
]);
