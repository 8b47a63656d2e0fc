// index.js - a capability sandbox: what a process may do, asked and enforced.  SPDX-License-Identifier: Apache-2.0
'use strict';

const native = require(process.env.NONO_ADDON || './build/Release/nono.node');

const Access = Object.freeze({ READ: 0, WRITE: 1, READ_WRITE: 2 });
const Network = Object.freeze({ BLOCKED: 0, ALLOW_ALL: 1, PROXY_ONLY: 2 });
const Source = Object.freeze({ USER: 0, GROUP: 1, SYSTEM: 2, PROFILE: 3 });
const Reason = Object.freeze({
  GRANTED_PATH: 0, NETWORK_ALLOWED: 1, PATH_NOT_GRANTED: 2, INSUFFICIENT_ACCESS: 3, NETWORK_BLOCKED: 4,
});
const Operation = Object.freeze({ READ: 0, WRITE: 1, READ_WRITE: 2, CREATE: 3, UNLINK: 4, EXEC: 5 });
const Stop = Object.freeze({ NONE: 0, TIMEOUT: 1, SIGNAL: 2 });
const ErrorCode = Object.freeze({
  PATH_NOT_FOUND: -1, EXPECTED_DIRECTORY: -2, EXPECTED_FILE: -3, PATH_CANONICALIZATION: -4, NO_CAPABILITIES: -5,
  SANDBOX_INIT: -6, UNSUPPORTED_PLATFORM: -7, BLOCKED_COMMAND: -8, CONFIG_PARSE: -9, PROFILE_PARSE: -10, IO: -11,
  INVALID_ARG: -12, TRUST_VERIFICATION: -13, UNKNOWN: -99,
});

// Errors thrown by the calls have code (ErrorCode), diagnostic (a number of nono.h) and remediation (JSON, or null).

/** What a process may do. Empty at first: no file, and an open network. */
class CapabilitySet {
  #set;

  constructor() {
    this.#set = native.capsNew();
  }

  static #of(set) {
    const caps = new CapabilitySet();
    caps.#set = set;
    return caps;
  }

  /** A set of the built-in groups and a profile (null: the groups alone). Nothing is read from the environment. */
  static loadProfile(name, options) {
    return CapabilitySet.#of(native.loadProfile(name, { ...options, env: pairs(options.env) }));
  }

  /** A set of what toJSON wrote. Each path is opened anew and must lead to itself still. */
  static fromJSON(text) {
    return CapabilitySet.#of(native.fromJSON(text));
  }

  allowPath(path, access) { native.allowPath(this.#set, path, access); }
  allowFile(path, access) { native.allowFile(this.#set, path, access); }
  allowCommand(name) { native.allowCommand(this.#set, name); }
  blockCommand(name) { native.blockCommand(this.#set, name); }
  addPlatformRule(rule) { native.addPlatformRule(this.#set, rule); }
  setNetworkMode(mode) { native.setNetworkMode(this.#set, mode); }
  setProxyPort(port) { native.setProxyPort(this.#set, port); }
  deduplicate() { native.deduplicate(this.#set); }
  pathCovered(path) { return native.pathCovered(this.#set, path); }
  explain(path, operation) { return native.explain(this.#set, path, operation); }
  stringify() { return native.toJSON(this.#set); }
  query() { return new QueryContext(native.contextNew(this.#set)); }
  apply() { native.apply(this.#set); }

  run(argv, options = {}) {
    const ended = native.run(this.#set, argv, { ...options, env: pairs(options.env) });
    return { ...ended, report: JSON.parse(ended.report) };
  }

  get networkMode() { return native.network(this.#set).mode; }
  get proxyPort() { return native.network(this.#set).proxyPort; }
  get summary() { return native.summary(this.#set); }
  get notes() { return native.notes(this.#set).split('\n').filter(Boolean); }
  get entries() { return native.entries(this.#set); }
}

function pairs(env) {
  return env && Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/** A copy of a set, to ask questions of: caps.query(). */
class QueryContext {
  #context;

  constructor(context) { this.#context = context; }

  path(path, access) { return native.queryPath(this.#context, path, access); }
  network() { return native.queryNetwork(this.#context); }
}

module.exports = {
  Access, Network, Source, Reason, Operation, Stop, ErrorCode, CapabilitySet, QueryContext,
  version: native.version,
  supportInfo: native.supportInfo,
  loadProfile: CapabilitySet.loadProfile,
  /** Confine this process, every thread of it, for good. */
  apply: (caps) => caps.apply(),
  /** Run one command in the sandbox and wait for its end; nothing else runs meanwhile. */
  runSync: (caps, argv, options) => caps.run(argv, options),
};
