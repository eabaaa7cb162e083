/** One server: all handshakes, all certificates, all findings. */
import { assess } from './assess.ts';
import { type Failure, failureWords } from './failures.ts';
import { foundError } from './find.ts';
import { takeLooks } from './looks.ts';
import type { Presentation, ServerReport } from './presentation.ts';
import { type Finding, type Severity, byGravity, gravest, severityOf } from './states.ts';
import type { CheckTarget } from './target.ts';
import type { CheckTools } from './tools.ts';

/** Never throws for what a server or a responder does. */
export async function checkServer(target: CheckTarget, tools: CheckTools): Promise<ServerReport> {
  const { groups, failures } = await takeLooks(target, tools);
  const assessed = await Promise.all(groups.map((group) => assess(group, tools)));
  const presentations: Presentation[] = [];
  const unreadable: Finding[] = [];
  for (const one of assessed) {
    if ('look' in one) presentations.push(one);
    else unreadable.push(one);
  }
  return { target, presentations, failures: [...unreachable(failures, target), ...unreadable] };
}

/** The same reason is said once. */
function unreachable(failures: readonly Failure[], target: CheckTarget): Finding[] {
  const same = new Map<string, Failure[]>();
  for (const failure of failures) {
    const words = failureWords(failure, target);
    same.set(words, [...(same.get(words) ?? []), failure]);
  }
  return [...same].flatMap(([words, [first, ...others]]) => {
    const times = others.length === 0 ? '' : ` (${others.length + 1} times)`;
    return first ? [foundError('unreachable', first.error, words + times)] : [];
  });
}

/** All that was found, the gravest first. */
export const findingsOf = ({ presentations, failures }: ServerReport): Finding[] =>
  byGravity([...failures, ...presentations.flatMap(({ findings }) => findings)]);

export const severityOfServer = (report: ServerReport): Severity =>
  gravest(findingsOf(report).map(severityOf));
