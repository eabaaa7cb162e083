/** The response, put to each rule of verification. */
import { explainResponse } from '../ocsp/explain-response.ts';
import { judging } from './ask.ts';
import { type Check, NOTHING } from './check.ts';
import { note, ok, problem } from './finding.ts';

export const checkRules: Check = ({ certificate, issuer, asked }, tools) => {
  if (!certificate || !issuer || !asked?.der) return NOTHING;
  const outcomes = explainResponse(asked.der, { ...judging(certificate, issuer, tools), nonce: asked.nonce });
  return {
    findings: outcomes.map(({ rule, outcome, detail }) => {
      const title = `rule ${rule.number}`;
      const text = `${rule.name}: ${detail}`;
      if (outcome === 'passed') return ok(title, text);
      return outcome === 'unreached' ? note(title, text) : problem(title, text, { meaning: rule.source });
    }),
  };
};
