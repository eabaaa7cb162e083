/** What a hook is told: the facts of its event as variables of the environment, and as JSON on standard input. */
import { printable } from '../text.ts';
import { type Fact, factsOf } from './event-facts.ts';
import type { KeeperEvent } from './events.ts';

/** Commands can be run for what a person or another program has to do something about. */
export const HOOK_NAMES = ['published', 'failed', 'alarm', 'revoked', 'recovered'] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** A staple that does not get to clients is a failure, wherever on the way it stays. */
export const HOOK_OF: Readonly<Record<HookEventType, HookName>> = {
  published: 'published',
  failed: 'failed',
  alarm: 'alarm',
  revoked: 'revoked',
  recovered: 'recovered',
  'server-failed': 'failed',
  'server-recovered': 'recovered',
  mismatch: 'failed',
};
export type HookEventType = HookName | 'server-failed' | 'server-recovered' | 'mismatch';
export type HookEvent = Extract<KeeperEvent, { readonly type: HookEventType }>;

export const isHookEvent = (event: KeeperEvent): event is HookEvent => Object.hasOwn(HOOK_OF, event.type);

/**
 * What a command needs to find programs and to speak to people, and no more. The rest of a daemon's environment is not
 * for hooks: with NOTIFY_SOCKET a hook could speak to systemd as restaple, and proxies are set with passwords.
 */
const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is handed down to any command. */
export function environmentOf(inherited: Environment): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = inherited[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/** `validUntil` is `RESTAPLE_VALID_UNTIL`, and so on. */
export function hookEnvironment(event: HookEvent, inherited: Environment): Record<string, string> {
  const variables = environmentOf(inherited);
  variables['RESTAPLE_EVENT'] = event.type;
  for (const [name, fact] of Object.entries(hookFacts(event))) variables[variableOf(name)] = textOf(fact);
  return variables;
}

/** One line, with the event's type as `event`. Nothing is left out of it, and JSON escapes what a path may hold. */
export const hookInput = (event: HookEvent): string =>
  `${JSON.stringify({ event: event.type, ...hookFacts(event) })}\n`;

/** Paths stay as they are, to be opened. Words are cleaned: they end up in mails and on terminals. */
function hookFacts(event: HookEvent): Record<string, Fact> {
  const facts = { ...factsOf(event) };
  const { message } = facts;
  if (typeof message === 'string') facts['message'] = printable(message);
  return facts;
}

const variableOf = (name: string): string =>
  `RESTAPLE_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/**
 * A path in each line; one that has a line end in it would be read as two, the second chosen by whoever named the file,
 * and stands in the JSON alone. No variable can hold NUL.
 */
function textOf(fact: Fact): string {
  const text =
    typeof fact === 'object' ? fact.filter((path) => !path.includes('\n')).join('\n') : String(fact);
  return text.replaceAll('\0', '');
}
