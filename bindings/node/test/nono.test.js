// nono.test.js - the Node binding.  SPDX-License-Identifier: Apache-2.0
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');
const nono = require('..');

// The process that TestApply starts: it confines itself, and then no thread of it may read the secret.
async function confined(granted, secret) {
  fs.readFileSync(secret);
  await Promise.all([1, 2, 3, 4].map(() => fs.promises.readFile(secret))); // the pool's threads are there now
  const caps = new nono.CapabilitySet();
  caps.allowPath(granted, nono.Access.READ);
  nono.apply(caps);
  assert.throws(() => fs.readFileSync(secret), { code: 'EACCES' });
  for (let i = 0; i < 8; i++) await assert.rejects(fs.promises.readFile(secret), { code: 'EACCES' });
  assert.strictEqual(await fs.promises.readFile(path.join(granted, 'file'), 'utf8'), 'text');
  console.log('confined');
}

if (process.env.NONO_TEST_SECRET) {
  confined(process.env.NONO_TEST_GRANTED, process.env.NONO_TEST_SECRET);
  return;
}

function world(t) {
  const dir = fs.mkdtempSync('/var/tmp/nono-node-');
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const granted = path.join(dir, 'granted');
  const secret = path.join(dir, 'secret');
  fs.mkdirSync(granted);
  fs.writeFileSync(secret, 'text');
  fs.writeFileSync(path.join(granted, 'file'), 'text');
  return { dir, granted, secret };
}

function capsFor(dir, access = nono.Access.READ) {
  const caps = new nono.CapabilitySet();
  caps.allowPath(dir, access);
  return caps;
}

test('about', () => {
  assert.match(nono.version(), /^\d+\.\d+/);
  assert.strictEqual(nono.supportInfo().platform, 'linux');
});

test('questions', (t) => {
  const { granted, secret } = world(t);
  const ctx = capsFor(granted).query();
  assert.deepStrictEqual(ctx.path(path.join(granted, 'new'), nono.Access.READ), {
    allowed: true, reason: nono.Reason.GRANTED_PATH, grantedPath: granted, access: 'read', granted: null, requested: null,
  });
  const no = ctx.path(granted, nono.Access.WRITE);
  assert.deepStrictEqual([no.allowed, no.granted, no.requested], [false, 'read', 'write']);
  assert.strictEqual(ctx.path(secret, nono.Access.READ).reason, nono.Reason.PATH_NOT_GRANTED);
  assert.ok(ctx.network().allowed);
  assert.match(capsFor(granted).explain(secret, nono.Operation.READ).suggestedFlag, /--read-file/);
});

test('errors', (t) => {
  const { secret } = world(t);
  const caps = new nono.CapabilitySet();
  assert.throws(() => caps.allowPath('/no/such/path', nono.Access.READ),
    (e) => e.code === nono.ErrorCode.PATH_NOT_FOUND && e.message.includes('/no/such/path'));
  assert.throws(() => caps.allowPath(secret, nono.Access.READ),
    (e) => e.code === nono.ErrorCode.EXPECTED_DIRECTORY && JSON.parse(e.remediation).is_file);
  assert.throws(() => nono.apply(caps), { code: nono.ErrorCode.NO_CAPABILITIES });
  assert.throws(() => caps.allowPath('/tmp\0/x', 0), TypeError);
  assert.throws(() => caps.allowPath(7, 0), TypeError);
  assert.throws(() => caps.allowPath(undefined, 0), { code: nono.ErrorCode.INVALID_ARG });
  assert.throws(() => caps.setProxyPort(65536), RangeError);
  assert.throws(() => nono.CapabilitySet.fromJSON('{}'), /missing/);
});

test('state', (t) => {
  const { granted } = world(t);
  const caps = capsFor(granted, nono.Access.READ_WRITE);
  caps.setProxyPort(3128);
  caps.setNetworkMode(nono.Network.PROXY_ONLY);
  const text = caps.stringify();
  const back = nono.CapabilitySet.fromJSON(text);
  assert.strictEqual(back.stringify(), text);
  assert.deepStrictEqual([back.networkMode, back.proxyPort], [nono.Network.PROXY_ONLY, 3128]);
  assert.deepStrictEqual(back.entries, caps.entries);
  assert.strictEqual(back.entries[0].resolved, granted);
  assert.ok(back.summary.includes(granted));
});

test('run', (t) => {
  const { dir, secret } = world(t);
  const caps = new nono.CapabilitySet();
  for (const d of ['/usr', '/bin', '/lib', '/lib64', '/etc']) if (fs.existsSync(d)) caps.allowPath(d, nono.Access.READ);
  const stderr = fs.openSync(path.join(dir, 'errors'), 'w');
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const ended = nono.runSync(caps, ['cat', secret], { env, stderr });
  assert.strictEqual(ended.exitCode, 1);
  assert.strictEqual(ended.report.denials[0].path, secret);
  assert.match(fs.readFileSync(path.join(dir, 'errors'), 'utf8'), /Permission denied/);
  assert.strictEqual(nono.runSync(caps, ['sh', '-c', 'exit 5'], { env }).exitCode, 5);
  const slow = ['sh', '-c', 'exec sleep 100'];
  const late = nono.runSync(caps, slow, { env, timeout: 100 });
  assert.deepStrictEqual([late.exitCode, late.signal, late.stop], [143, 15, nono.Stop.TIMEOUT]);
  const killed = nono.runSync(caps, slow, { env, timeout: 1, grace: 0, ownGroup: true });
  assert.deepStrictEqual([killed.signal, killed.stop], [9, nono.Stop.TIMEOUT]);
  assert.strictEqual(nono.runSync(caps, ['sh', '-c', 'exit 5'], { env, timeout: 50000 }).stop, nono.Stop.NONE);
  assert.throws(() => nono.runSync(caps, ['no-such-command'], { env }), { code: nono.ErrorCode.PATH_NOT_FOUND });
});

test('profile', (t) => {
  const { dir, granted } = world(t);
  fs.mkdirSync(path.join(dir, '.ssh'));
  const caps = nono.loadProfile(null, { home: dir, workdir: granted, shareWorkdir: true });
  const why = caps.explain(path.join(dir, '.ssh'), nono.Operation.READ);
  assert.deepStrictEqual([why.allowed, why.source], [false, 'group:deny_credentials']);
  assert.ok(caps.explain(granted, nono.Operation.READ).allowed);
  assert.throws(() => nono.loadProfile('no-such-profile', { home: dir, workdir: granted }),
    { code: nono.ErrorCode.PATH_NOT_FOUND });
});

test('apply', (t) => {
  const { granted, secret } = world(t);
  const child = spawnSync(process.execPath, [__filename], {
    env: { ...process.env, NODE_TEST_CONTEXT: '', NONO_TEST_GRANTED: granted, NONO_TEST_SECRET: secret }, encoding: 'utf8',
  });
  assert.strictEqual(child.stdout, 'confined\n', child.stderr);
  assert.strictEqual(child.status, 0);
});
