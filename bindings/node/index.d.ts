// index.d.ts - types of the Node binding.  SPDX-License-Identifier: Apache-2.0
export const Access: Readonly<{ READ: 0; WRITE: 1; READ_WRITE: 2 }>;
export const Network: Readonly<{ BLOCKED: 0; ALLOW_ALL: 1; PROXY_ONLY: 2 }>;
export const Source: Readonly<{ USER: 0; GROUP: 1; SYSTEM: 2; PROFILE: 3 }>;
export const Reason: Readonly<Record<
  'GRANTED_PATH' | 'NETWORK_ALLOWED' | 'PATH_NOT_GRANTED' | 'INSUFFICIENT_ACCESS' | 'NETWORK_BLOCKED', number>>;
export const Operation: Readonly<Record<'READ' | 'WRITE' | 'READ_WRITE' | 'CREATE' | 'UNLINK' | 'EXEC', number>>;
export const ErrorCode: Readonly<Record<string, number>>;

export interface NonoError extends Error { code: number; diagnostic: number; remediation: string | null }
export interface Entry {
  original: string; resolved: string; access: number; isFile: boolean; source: number; group: string | null;
}
export interface QueryResult {
  allowed: boolean; reason: number; grantedPath: string | null; access: string | null; granted: string | null;
  requested: string | null;
}
export interface Explanation {
  allowed: boolean; reason: string; path: string; grantedPath: string | null; access: string | null;
  source: string | null; rule: string | null; suggestedFlag: string | null;
}
export interface RunOptions {
  env?: Record<string, string>; cwd?: string; stdin?: number; stdout?: number; stderr?: number;
  /** Milliseconds to SIGTERM (0: no limit), and from there to SIGKILL (2000). */
  timeout?: number; grace?: number;
  /** The command leads a process group, and all of that is ended. */
  ownGroup?: boolean;
}
export interface Ended { exitCode: number; signal: number; stop: number; report: any }
export const Stop: Readonly<Record<'NONE' | 'TIMEOUT' | 'SIGNAL', number>>;
export interface ProfileOptions {
  home: string; workdir: string; configDir?: string; env?: Record<string, string>; shareWorkdir?: boolean;
  createMissing?: boolean;
}

export class QueryContext {
  path(path: string, access: number): QueryResult;
  network(): QueryResult;
}

export class CapabilitySet {
  static loadProfile(name: string | null, options: ProfileOptions): CapabilitySet;
  static fromJSON(text: string): CapabilitySet;
  allowPath(path: string, access: number): void;
  allowFile(path: string, access: number): void;
  allowCommand(name: string): void;
  blockCommand(name: string): void;
  addPlatformRule(rule: string): void;
  setNetworkMode(mode: number): void;
  setProxyPort(port: number): void;
  deduplicate(): void;
  pathCovered(path: string): boolean;
  explain(path: string, operation: number): Explanation;
  stringify(): string;
  query(): QueryContext;
  apply(): void;
  run(argv: string[], options?: RunOptions): Ended;
  readonly networkMode: number;
  readonly proxyPort: number;
  readonly summary: string;
  readonly notes: string[];
  readonly entries: Entry[];
}

export function version(): string;
export function supportInfo(): { isSupported: boolean; platform: string; details: string };
export function loadProfile(name: string | null, options: ProfileOptions): CapabilitySet;
export function apply(caps: CapabilitySet): void;
export function runSync(caps: CapabilitySet, argv: string[], options?: RunOptions): Ended;
