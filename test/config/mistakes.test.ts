/** What is told of a config that is wrong: each mistake, where it stands, and what may have been meant. */
import { describe, expect, it } from 'vitest';
import { mistakesOf } from './parsed.ts';

const TOP =
  'version, store, out-dir, rescan, certificates, servers, defaults, responders, relay, policy, log, control, hooks';
const POLICY =
  'refresh-at, spread, retry-first, retry-max, alarm-warning, alarm-critical, alarm-critical-left, connect-timeout, answer-timeout, timeout';
const NO_VALUE = 'give it a value, or leave the key out';

const TEN = `version: 1
rescan: 5 minutes
certificates:
  - files: /etc/ssl/a.pem
    isuer: /etc/ssl/ca.pem
    url:
      - http://ocsp.example.com
      - ocsp.example.com
  - issuer: /etc/ssl/ca.pem
    allow-private: yes
    allow-no-next-update: true
policy:
  refresh-at: 0.5
  retry-first: 2m
  retry-max: 1m
hooks:
  alarm: [tell.sh]
responders:
  - use: http://ocsp.example.net
`;

describe('ten mistakes', () => {
  it('are ten messages, each with its place', () => {
    expect(mistakesOf(TEN)).toEqual([
      '2:9: rescan: expected a duration from 1s to 1h, found "5 minutes"',
      expect.stringMatching(
        /^5:5: certificates\[0\]\.isuer: unknown key; allowed: files, .*issuer, .* \| did you mean issuer\?$/,
      ),
      '8:9: certificates[0].url[1]: expected an http or https URL, found "ocsp.example.com"',
      '9:5: certificates[1].files: missing; expected a file, directory or glob pattern, or a list of such',
      '10:20: certificates[1].allow-private: expected true or false, found "yes" | in YAML 1.2 yes is text',
      '11:27: certificates[1].allow-no-next-update: needs max-age, or a response without nextUpdate would be good for ever',
      '13:15: policy.refresh-at: expected a percentage from 10% to 75%, found 0.5 | write 50%',
      '14:16: policy.retry-first: 2m is more than retry-max 1m',
      '17:11: hooks.alarm[0]: expected the absolute path of a program, found "tell.sh"',
      '19:5: responders[0]: missing; expected url or issuer',
    ]);
  });
});

const certificate = (lines: string): string => `certificates: [{files: a.pem, ${lines}}]`;

describe('one mistake', () => {
  it.each([
    // Keys.
    ['polcy: {}', `1:1: polcy: unknown key; allowed: ${TOP} | did you mean policy?`],
    [
      'retry-max: 1h',
      `1:1: retry-max: unknown key; allowed: ${TOP} | it belongs to the policy of the top level`,
    ],
    ['files: a', `1:1: files: unknown key; allowed: ${TOP} | it belongs to an entry of certificates`],
    ['nothing-like-it: a', `1:1: nothing-like-it: unknown key; allowed: ${TOP}`],
    ['log: {level: info, level: warn}', '1:20: log.level: is there twice, first in line 1'],
    [
      certificate('policy: {requests: 5}'),
      `1:40: certificates[0].policy.requests: unknown key; allowed: ${POLICY} | it belongs to the policy of the top level`,
    ],
    [
      '<<: {rescan: 1s}',
      `1:1: <<: unknown key; allowed: ${TOP} | YAML 1.2 has no merge keys; what is common to all certificates goes under defaults`,
    ],
    ['__proto__: {a: 1}', '1:1: __proto__: unknown key'],
    ['defaults: {header: {__proto__: a}}', '1:21: defaults.header.__proto__: unknown key'],
    // Kinds of values.
    ['certificates: a.pem', '1:15: certificates: expected a list of mappings, found "a.pem"'],
    ['certificates: [a.pem]', '1:16: certificates[0]: expected a mapping of keys, found "a.pem"'],
    ['rescan:', `1:1: rescan: expected a duration from 1s to 1h, found nothing | ${NO_VALUE}`],
    ['rescan: ~', `1:9: rescan: expected a duration from 1s to 1h, found nothing | ${NO_VALUE}`],
    ['rescan: [1s]', '1:9: rescan: expected a duration from 1s to 1h, found a list'],
    ['store: 5', '1:8: store: expected a path, found 5 | as text put it in quotes: "5"'],
    ['store: {}', '1:8: store: expected a path, found a mapping'],
    ['- a', '1:1: expected a mapping of keys, found a list'],
    ['a', '1:1: expected a mapping of keys, found "a"'],
    ['version: "1"', '1:10: version: expected 1, the only version there is, found "1"'],
    // Numbers, durations, percentages.
    ['rescan: 0s', '1:9: rescan: expected a duration from 1s to 1h, found "0s"'],
    ['rescan: -1s', '1:9: rescan: expected a duration from 1s to 1h, found "-1s"'],
    ['rescan: 3601', '1:9: rescan: expected a duration from 1s to 1h, found 3601'],
    ['rescan: 1:30', '1:9: rescan: expected a duration from 1s to 1h, found "1:30"'],
    ['policy: {requests: -1}', '1:20: policy.requests: expected a whole number from 1 to 1024, found -1'],
    ['policy: {requests: 1.5}', '1:20: policy.requests: expected a whole number from 1 to 1024, found 1.5'],
    [
      'policy: {refresh-at: 9%}',
      '1:22: policy.refresh-at: expected a percentage from 10% to 75%, found "9%"',
    ],
    [
      'policy: {refresh-at: 50}',
      '1:22: policy.refresh-at: expected a percentage from 10% to 75%, found 50 | write 50%',
    ],
    [
      certificate('max-age: 0'),
      '1:40: certificates[0].max-age: expected a duration such as 45s, 4h or 7d, found 0',
    ],
    // Words.
    ['log: {level: warning}', '1:14: log.level: expected debug, info, warn or error, found "warning"'],
    [
      'log: {level: eror}',
      '1:14: log.level: expected debug, info, warn or error, found "eror" | did you mean error?',
    ],
    [
      certificate('allow-sha1: "true"'),
      '1:43: certificates[0].allow-sha1: expected true or false, found "true"',
    ],
    // Paths and commands.
    [
      'store: ~/x',
      '1:8: store: expected a path, found "~/x" | ~ is known to shells alone; write the directory out',
    ],
    ['store: ""', '1:8: store: expected a path, found ""'],
    ['store: "/a\\0b"', '1:8: store: expected a path, found "/a\\u{0}b"'],
    [
      'certificates: [{files: []}]',
      '1:24: certificates[0].files: expected a file, directory or glob pattern, or a list of such, found an empty list',
    ],
    [
      'hooks: {failed: /bin/x}',
      '1:17: hooks.failed: expected a list of a program and its arguments, found "/bin/x" | write [/bin/x]',
    ],
    [
      'hooks: {failed: []}',
      '1:17: hooks.failed: expected a list of a program and its arguments, found an empty list',
    ],
    ['hooks: {failed: [./x]}', '1:18: hooks.failed[0]: expected the absolute path of a program, found "./x"'],
    [
      'hooks: {failed: [/x, 7]}',
      '1:22: hooks.failed[1]: expected text, found 7 | as text put it in quotes: "7"',
    ],
    // The network.
    [
      certificate('url: ftp://a.test'),
      '1:36: certificates[0].url: expected an http or https URL, found "ftp://a.test"',
    ],
    [
      certificate('url: ftp://u:secret@a.test'),
      '1:36: certificates[0].url: expected an http or https URL, found "ftp://…@a.test"',
    ],
    [
      certificate(`url: [${'http://a.test, '.repeat(9)}]`),
      '1:36: certificates[0].url: expected an http or https URL, or a list of such, 8 at most, found a list',
    ],
    [
      certificate('proxy: "ftp://u:secret@a"'),
      '1:38: certificates[0].proxy: expected http, https, socks5 or socks5h://HOST:PORT, or "" for none',
    ],
    [
      certificate('header: {"a b": c}'),
      '1:40: certificates[0].header.a b: expected the name of a header, found "a b"',
    ],
    [
      certificate('header: {"a:": c}'),
      '1:40: certificates[0].header.a:: expected the name of a header, found "a:"',
    ],
    [
      certificate('header: {Cookie: "secret\\nX: y"}'),
      '1:48: certificates[0].header.Cookie: expected text in one line',
    ],
    [
      certificate('header: {A: 7}'),
      '1:43: certificates[0].header.A: expected text | as text put it in quotes: "7"',
    ],
    [
      certificate('header: [A]'),
      '1:39: certificates[0].header: expected a mapping from header names to text, found a list',
    ],
    [
      certificate('connect-to: "a:b"'),
      '1:43: certificates[0].connect-to: expected HOST:PORT:HOST2:PORT2, each part may be empty, found "a:b"',
    ],
    [
      certificate('resolve: ["a:80:1.2.3.4", "a:80:b"]'),
      '1:57: certificates[0].resolve[1]: expected HOST:PORT:ADDRESS[,ADDRESS...], found "a:80:b"',
    ],
    [
      certificate('allow-host: "a:80"'),
      '1:43: certificates[0].allow-host: expected a host name or an IP address, found "a:80"',
    ],
    [
      'responders: [{issuer: R3, disable: true}]',
      '1:23: responders[0].issuer: expected the name of an issuer, such as "C=US, O=Example, CN=R3", found "R3"',
    ],
    // What is legal YAML and not what was meant.
    [
      'policy: {requests: 010}',
      '1:20: policy.requests: expected a plain decimal number, found 010 | YAML 1.2 reads 10 in it, older readers something else; as text put it in quotes',
    ],
    [
      'policy: {requests: 0o10}',
      '1:20: policy.requests: expected a plain decimal number, found 0o10 | YAML 1.2 reads 8 in it, older readers something else; as text put it in quotes',
    ],
    [
      'policy: {requests: 1e1}',
      '1:20: policy.requests: expected a plain decimal number, found 1e1 | YAML 1.2 reads 10 in it, older readers something else; as text put it in quotes',
    ],
    [
      'store: *.pem',
      "1:8: store: *.pem is an alias of YAML, and no &.pem stands before it | a value that begins with * needs quotes: '*.pem'",
    ],
    // Keys that clash.
    [
      certificate('output: a.ocsp, out-dir: b'),
      '1:39: certificates[0].output: output and out-dir exclude each other',
    ],
    [
      'certificates: [{files: [a, b], output: c}]',
      '1:40: certificates[0].output: output is for one certificate file, and files may be several | out-dir takes the staples of several',
    ],
    [
      'certificates: [{files: "*.pem", output: c}]',
      '1:41: certificates[0].output: output is for one certificate file, and files may be several | out-dir takes the staples of several',
    ],
    [
      'certificates: [{files: a, output: c}, {files: b, output: ./c}]',
      '1:58: certificates[1].output: is the same file as certificates[0].output',
    ],
    [
      'certificates: [{files: a}, {files: [b, ./a]}]',
      '1:40: certificates[1].files[1]: is named already by certificates[0].files[0]',
    ],
    [
      certificate('header: {host: a, Host: b}'),
      '1:55: certificates[0].header.Host: is the same header as host',
    ],
    [
      'defaults: {allow-no-next-update: true}',
      '1:34: defaults.allow-no-next-update: needs max-age, or a response without nextUpdate would be good for ever',
    ],
    [
      'responders: [{url: http://a, issuer: CN=a, disable: true}]',
      '1:38: responders[0].issuer: url and issuer exclude each other',
    ],
    ['responders: [{url: http://a}]', '1:14: responders[0]: missing; expected use, header or disable'],
    [
      'responders: [{url: http://a, use: http://b, disable: true}]',
      '1:54: responders[0].disable: whom nobody asks needs neither use nor header',
    ],
    [
      'responders: [{url: http://a, disable: true}, {url: http://A/, disable: true}]',
      '1:52: responders[1].url: never counts: it is the same as responders[0].url',
    ],
    ['policy: {alarm-warning: 40%}', '1:25: policy.alarm-warning: 40% is not more than refresh-at 50%'],
    ['policy: {alarm-critical: 75%}', '1:26: policy.alarm-critical: 75% is not more than alarm-warning 75%'],
    ['policy: {refresh-at: 10%, spread: 10%}', '1:35: policy.spread: 10% is not less than refresh-at 10%'],
    [
      'policy: {timeout: 10s, answer-timeout: 20s}',
      '1:40: policy.answer-timeout: 20s is more than timeout 10s',
    ],
    [
      'policy: {requests: 4, requests-per-responder: 5}',
      '1:47: policy.requests-per-responder: 5 is more than requests 4',
    ],
    [
      `policy: {retry-first: 10m}\n${certificate('policy: {retry-max: 5m}')}`,
      '2:51: certificates[0].policy.retry-max: 5m is less than retry-first 10m',
    ],
    [
      'relay: {listen: 192.0.2.1:2560}',
      '1:17: relay.listen: 192.0.2.1:2560 is open to other machines: allow has to say to which | 127.0.0.1:2560 is open to this machine alone',
    ],
    [
      `control: /${'a'.repeat(107)}`,
      '1:10: control: expected a path of 107 bytes at most, as sockets have it, found 108',
    ],
    // Syntax.
    ['', '1:1: the file is empty | a config that sets nothing is {}'],
    ['# all of it\n', '1:1: the file is empty | a config that sets nothing is {}'],
    ['log:\n\tlevel: info', '2:1: tabs are not allowed as indentation | indent with spaces'],
    ['version: 1\n---\nversion: 1', '2:1: a second document begins here'],
    ['store: !!binary aGk=', '1:8: unknown tag binary'],
    ['store: @x', '1:8: plain value cannot start with reserved character @ | put the value in quotes'],
    ['? [a]\n: 1', '1:3: with stringKeys, all keys must be strings'],
  ])('%j', (text, message) => {
    expect(mistakesOf(text)).toEqual([message]);
  });
});

describe('a mistake in the syntax', () => {
  it('is told with those before it, and nothing is made of what is behind it', () => {
    const text = 'version: 2\ncertificates:\n  - issuer: a\nlog:\n\tlevel: loud\nrescn: 1s\n';
    expect(mistakesOf(text)).toEqual([
      '1:10: version: expected 1, the only version there is, found 2',
      '5:1: tabs are not allowed as indentation | indent with spaces',
    ]);
  });
});

describe('a certificate that is none', () => {
  it('does not keep what clashes in the others from being told', () => {
    const text = 'certificates:\n- text\n- {files: a, output: b, out-dir: c}\nresponders: [5]\n';
    expect(mistakesOf(text)).toEqual([
      '2:3: certificates[0]: expected a mapping of keys, found "text"',
      '3:22: certificates[1].output: output and out-dir exclude each other',
      '4:14: responders[0]: expected a mapping of keys, found 5',
    ]);
  });
});
