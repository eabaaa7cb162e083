/** The world in which the rows of these tests play: a good CRL about the leaf, and how it is put to the rules. */
import type { DistributionPoint } from '../../src/crl/crl-distribution-points.ts';
import type { VerifyCrlOptions } from '../../src/crl/verify-crl.ts';
import { tlv } from '../../src/der/writer.ts';
import { decodeWhole } from '../../src/der/reader.ts';
import { primitive } from '../../src/der/tags.ts';
import { decodeGeneralName } from '../../src/x509/general-name.ts';
import { type CrlFields, createCrl } from '../support/crl.ts';
import { NOW, type TestPki, createTestPki } from '../support/pki.ts';

export const pki: TestPki = createTestPki();

export const URL_OF_CRL = 'http://crl.example.test/1.crl';

export const POINT: DistributionPoint = {
  name: {
    fullName: [decodeWhole(tlv(primitive(6), Buffer.from(URL_OF_CRL)), 'GeneralName', decodeGeneralName)],
    relativeName: undefined,
  },
  hasReasons: false,
  hasCrlIssuer: false,
};

export const OPTIONS: VerifyCrlOptions = {
  certificate: pki.leaf.certificate,
  issuer: pki.issuer.certificate,
  point: POINT,
  now: NOW,
  allowSha1: false,
};

/** A CRL that the issuer of the leaf signed, with what a row wants otherwise. */
export const crl = (fields: Partial<CrlFields> = {}): Buffer => createCrl({ signer: pki.issuer, ...fields });
