/** `npm run simulate`: runs seeds one after the other, prints what was found, and ends with 1 when one of them fails. */
import { parseArgs } from 'node:util';
import { formatReport, problemsOf } from './report.ts';
import { simulate } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    certificates: { type: 'string', default: '10000' },
    days: { type: 'string', default: '365' },
  },
});
const [first, seeds, certificates, days] = [values.seed, values.seeds, values.certificates, values.days].map(
  whole,
);

let failed = 0;
for (let seed = first ?? 1; seed < (first ?? 1) + (seeds ?? 1); seed++) {
  const options = { seed, certificates: certificates ?? 0, days: days ?? 0 };
  const start = performance.now();
  const figures = await simulate(options);
  const problems = problemsOf(figures, options);
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(formatReport(options, figures, problems, seconds));
  if (problems.length === 0) continue;
  failed += 1;
  process.stdout.write(
    `seed ${seed} fails; again: npm run simulate -- --seed ${seed} --certificates ${options.certificates} --days ${options.days}\n`,
  );
}
process.exitCode = failed > 0 ? 1 : 0;

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${text} is not a whole number above 0`);
}
