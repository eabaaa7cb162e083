/**
 * Contenders measured side by side: every round runs each of them once, and they are compared within the round, so that
 * whatever else the machine does meanwhile falls on all alike.
 */

/** What one run took; `cpuMs` is `undefined` where it cannot be told. */
export interface Sample {
  readonly wallMs: number;
  readonly cpuMs: number | undefined;
}

export interface Contender {
  readonly name: string;
  /** Made ready before each run, outside what is timed. */
  readonly prepare?: () => void;
  readonly run: () => Sample | Promise<Sample>;
}

/** Of each contender one sample a round, in the order of the rounds. */
export type Samples = ReadonlyMap<Contender, readonly Sample[]>;

export interface Rounds {
  readonly rounds: number;
  /** Rounds before those that count. */
  readonly warmUp: number;
}

export async function interleave(contenders: readonly Contender[], options: Rounds): Promise<Samples> {
  const samples = new Map<Contender, Sample[]>(contenders.map((contender) => [contender, []]));
  for (let round = -options.warmUp; round < options.rounds; round++) {
    // Every other round backwards: nobody always follows the same neighbour, whose traces are in the caches.
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) {
      contender.prepare?.();
      const sample = await contender.run();
      if (round >= 0) samples.get(contender)?.push(sample);
    }
  }
  return samples;
}

/** Two contenders: how many times the time of `what` is that of `against`. */
export interface Comparison {
  readonly what: string;
  readonly against: string;
  /** Median of the ratios of all rounds, and the quartiles around it. */
  readonly ratio: number;
  readonly quartiles: readonly [lower: number, upper: number];
  /** Ratio of the processor time over all rounds: without waiting, and with the work of all threads. */
  readonly cpuRatio: number | undefined;
  /** Medians. */
  readonly whatMs: number;
  readonly againstMs: number;
}

export function compare(samples: Samples, what: Contender, against: Contender): Comparison {
  const ours = samples.get(what) ?? [];
  const theirs = samples.get(against) ?? [];
  const ratios = ours.map(({ wallMs }, round) => wallMs / (theirs[round]?.wallMs ?? Number.NaN));
  return {
    what: what.name,
    against: against.name,
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    cpuRatio: ratioOf(cpuOf(ours), cpuOf(theirs)),
    whatMs: quantile(
      ours.map(({ wallMs }) => wallMs),
      0.5,
    ),
    againstMs: quantile(
      theirs.map(({ wallMs }) => wallMs),
      0.5,
    ),
  };
}

function cpuOf(samples: readonly Sample[]): number | undefined {
  let sum = 0;
  for (const { cpuMs } of samples) {
    if (cpuMs === undefined) return undefined;
    sum += cpuMs;
  }
  return sum;
}

const ratioOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined || b === 0 ? undefined : a / b;

/** Between the two values around the place that is asked for. */
function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place % 1);
}
