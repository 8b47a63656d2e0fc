# nono - a capability sandbox: what a process may do, asked and enforced.  SPDX-License-Identifier: Apache-2.0
"""Capability sets, questions about them, and the sandbox that enforces them. See nono.h for what each call promises."""
import ctypes
import enum
import json
import os
from typing import List, Mapping, NamedTuple, Optional, Sequence, Union

from . import _ffi
from ._ffi import encode, lib, strings, text

__all__ = [
    'Access', 'CapabilitySet', 'Entry', 'ErrorCode', 'Explanation', 'Network', 'NonoError', 'Operation', 'QueryContext',
    'QueryResult', 'Reason', 'RunResult', 'SandboxState', 'Source', 'Stop', 'apply', 'is_supported', 'load_profile',
    'merge_report', 'run', 'session_report', 'support_info', 'version',
]

Path = Union[str, bytes, 'os.PathLike[str]']


class Access(enum.IntEnum):
    READ = 0
    WRITE = 1
    READ_WRITE = 2


class Network(enum.IntEnum):
    BLOCKED = 0
    ALLOW_ALL = 1
    PROXY_ONLY = 2


class Source(enum.IntEnum):
    USER = 0
    GROUP = 1
    SYSTEM = 2
    PROFILE = 3


class Reason(enum.IntEnum):
    GRANTED_PATH = 0
    NETWORK_ALLOWED = 1
    PATH_NOT_GRANTED = 2
    INSUFFICIENT_ACCESS = 3
    NETWORK_BLOCKED = 4


class Operation(enum.IntEnum):
    READ = 0
    WRITE = 1
    READ_WRITE = 2
    CREATE = 3
    UNLINK = 4
    EXEC = 5


class Stop(enum.IntEnum):
    NONE = 0
    TIMEOUT = 1
    SIGNAL = 2


class ErrorCode(enum.IntEnum):
    PATH_NOT_FOUND = -1
    EXPECTED_DIRECTORY = -2
    EXPECTED_FILE = -3
    PATH_CANONICALIZATION = -4
    NO_CAPABILITIES = -5
    SANDBOX_INIT = -6
    UNSUPPORTED_PLATFORM = -7
    BLOCKED_COMMAND = -8
    CONFIG_PARSE = -9
    PROFILE_PARSE = -10
    IO = -11
    INVALID_ARG = -12
    TRUST_VERIFICATION = -13
    UNKNOWN = -99


class NonoError(Exception):
    """A call that failed: code (ErrorCode), diagnostic (a number of nono.h), remediation (a dict, or None)."""

    def __init__(self, code: int):
        super().__init__(text(lib.nono_last_error()) or f'nono error {code}')
        self.code = ErrorCode(code)
        self.diagnostic = lib.nono_last_diagnostic_code()
        remediation = text(lib.nono_last_remediation_json())
        self.remediation = json.loads(remediation) if remediation else None
        lib.nono_clear_error()


class Entry(NamedTuple):
    original: str
    resolved: str
    access: Access
    is_file: bool
    source: Source
    group: Optional[str]


class QueryResult(NamedTuple):
    allowed: bool
    reason: Reason
    granted_path: Optional[str]
    access: Optional[str]
    granted: Optional[str]
    requested: Optional[str]


class Explanation(NamedTuple):
    allowed: bool
    reason: str
    path: str
    granted_path: Optional[str]
    access: Optional[str]
    source: Optional[str]
    rule: Optional[str]
    suggested_flag: Optional[str]


class RunResult(NamedTuple):
    exit_code: int
    signal: int
    report: dict
    stop: Stop = Stop.NONE


def _check(code: int) -> None:
    if code:
        raise NonoError(code)


def _need(value):
    """What a call returned, unless it is nothing: then the error that it left."""
    if not value:
        raise NonoError(ErrorCode.UNKNOWN)
    return value


class _Handle:
    """An object of the library's, freed with this one or by close()."""

    _free = None

    def __init__(self, pointer):
        self._pointer = _need(pointer)

    def close(self) -> None:
        pointer, self._pointer = getattr(self, '_pointer', None), None
        if pointer:
            getattr(lib, self._free)(pointer)

    def __del__(self):
        self.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def pointer(self):
        if not self._pointer:
            raise ValueError('closed')
        return self._pointer


class CapabilitySet(_Handle):
    """What a process may do. Empty at first: no file, and an open network."""

    _free = 'nono_capability_set_free'

    def __init__(self, pointer=None):
        super().__init__(pointer or lib.nono_capability_set_new())

    def allow_path(self, path: Path, access: int) -> None:
        _check(lib.nono_capability_set_allow_path(self.pointer, encode(path), access))

    def allow_file(self, path: Path, access: int) -> None:
        _check(lib.nono_capability_set_allow_file(self.pointer, encode(path), access))

    def set_network_mode(self, mode: int) -> None:
        _check(lib.nono_capability_set_set_network_mode(self.pointer, mode))

    def set_network_blocked(self, blocked: bool) -> None:
        _check(lib.nono_capability_set_set_network_blocked(self.pointer, blocked))

    def set_proxy_port(self, port: int) -> None:
        _check(lib.nono_capability_set_set_proxy_port(self.pointer, port))

    def allow_command(self, name: str) -> None:
        _check(lib.nono_capability_set_allow_command(self.pointer, encode(name)))

    def block_command(self, name: str) -> None:
        _check(lib.nono_capability_set_block_command(self.pointer, encode(name)))

    def add_platform_rule(self, rule: str) -> None:
        _check(lib.nono_capability_set_add_platform_rule(self.pointer, encode(rule)))

    def deduplicate(self) -> None:
        lib.nono_capability_set_deduplicate(self.pointer)

    def path_covered(self, path: Path) -> bool:
        return lib.nono_capability_set_path_covered(self.pointer, encode(path))

    def explain(self, path: Path, operation: int) -> Explanation:
        found = _ffi.Explanation()
        _check(lib.nono_explain_path(self.pointer, encode(path), operation, ctypes.byref(found)))
        try:
            words = [getattr(found, name) for name in Explanation._fields[1:]]
            return Explanation(found.allowed, *(w.decode('utf-8') if w is not None else None for w in words))
        finally:
            lib.nono_explanation_clear(ctypes.byref(found))

    @property
    def network_mode(self) -> Network:
        return Network(lib.nono_capability_set_network_mode(self.pointer))

    @property
    def proxy_port(self) -> int:
        return lib.nono_capability_set_proxy_port(self.pointer)

    @property
    def is_network_blocked(self) -> bool:
        return lib.nono_capability_set_is_network_blocked(self.pointer)

    @property
    def summary(self) -> str:
        return _need(text(lib.nono_capability_set_summary(self.pointer)))

    @property
    def notes(self) -> List[str]:
        return (text(lib.nono_capability_set_notes(self.pointer)) or '').splitlines()

    @property
    def entries(self) -> List[Entry]:
        p = self.pointer
        return [Entry(text(lib.nono_capability_set_fs_original(p, i)), text(lib.nono_capability_set_fs_resolved(p, i)),
                      Access(lib.nono_capability_set_fs_access(p, i)), lib.nono_capability_set_fs_is_file(p, i),
                      Source(lib.nono_capability_set_fs_source_tag(p, i)),
                      text(lib.nono_capability_set_fs_source_group_name(p, i)))
                for i in range(lib.nono_capability_set_fs_count(p))]


class QueryContext(_Handle):
    """A copy of a set, to ask questions of."""

    _free = 'nono_query_context_free'

    def __init__(self, caps: CapabilitySet):
        super().__init__(lib.nono_query_context_new(caps.pointer))

    @staticmethod
    def _result(found) -> QueryResult:
        return QueryResult(found.status == 0, Reason(found.reason), text(found.granted_path), text(found.access),
                           text(found.granted), text(found.requested))

    def query_path(self, path: Path, access: int) -> QueryResult:
        found = _ffi.QueryResult()
        _check(lib.nono_query_context_query_path(self.pointer, encode(path), access, ctypes.byref(found)))
        return self._result(found)

    def query_network(self) -> QueryResult:
        found = _ffi.QueryResult()
        _check(lib.nono_query_context_query_network(self.pointer, ctypes.byref(found)))
        return self._result(found)


class SandboxState(_Handle):
    """A set that can be written down."""

    _free = 'nono_sandbox_state_free'

    @classmethod
    def from_caps(cls, caps: CapabilitySet) -> 'SandboxState':
        return cls(lib.nono_sandbox_state_from_caps(caps.pointer))

    @classmethod
    def from_json(cls, data: str) -> 'SandboxState':
        return cls(lib.nono_sandbox_state_from_json(encode(data)))

    def to_json(self) -> str:
        return _need(text(lib.nono_sandbox_state_to_json(self.pointer)))

    def to_caps(self) -> CapabilitySet:
        return CapabilitySet(_need(lib.nono_sandbox_state_to_caps(self.pointer)))


def version() -> str:
    return _need(text(lib.nono_version()))


def is_supported() -> bool:
    return lib.nono_sandbox_is_supported()


def support_info() -> dict:
    info = lib.nono_sandbox_support_info()
    return {'is_supported': info.is_supported, 'platform': text(info.platform), 'details': text(info.details)}


def apply(caps: CapabilitySet) -> None:
    """Confine this process, every thread of it, for good."""
    _check(lib.nono_sandbox_apply(caps.pointer))


def _pairs(env: Optional[Mapping[str, str]]):
    return None if env is None else strings(f'{k}={v}' for k, v in env.items())


def load_profile(name_or_path: Optional[str], *, home: Path, workdir: Path, config_dir: Optional[Path] = None,
                 env: Optional[Mapping[str, str]] = None, share_workdir: bool = False,
                 create_missing: bool = False) -> CapabilitySet:
    """A set of the built-in groups and a profile (None: the groups alone). Nothing is read from the environment."""
    options = _ffi.ProfileOptions(ctypes.sizeof(_ffi.ProfileOptions), encode(home), encode(workdir),
                                  None if config_dir is None else encode(config_dir), _pairs(env), share_workdir,
                                  create_missing)
    pointer = ctypes.c_void_p()
    _check(lib.nono_profile_load_caps(None if name_or_path is None else encode(name_or_path), ctypes.byref(options),
                                      ctypes.byref(pointer)))
    return CapabilitySet(pointer.value)


def _milliseconds(seconds: Optional[float]) -> int:
    """At least one, for 0 is no limit."""
    if seconds is None:
        return 0
    if not 0 <= seconds < 2 ** 32 // 1000:
        raise ValueError('not a number of seconds from 0 to 4294966')
    return max(1, round(seconds * 1000))


def run(caps: CapabilitySet, argv: Sequence[str], *, env: Optional[Mapping[str, str]] = None,
        cwd: Optional[Path] = None, stdin: int = -1, stdout: int = -1, stderr: int = -1,
        timeout: Optional[float] = None, grace: float = 2.0, signal_fd: int = -1, own_group: bool = False) -> RunResult:
    """Run one command in the sandbox and wait for it. Descriptors are numbers; -1 is this process's own.

    After timeout seconds it gets SIGTERM, grace seconds later SIGKILL. Each byte that can be read from signal_fd is the
    number of a signal for it. own_group: it leads a process group, and all of that is meant.
    """
    options = _ffi.RunOptions(ctypes.sizeof(_ffi.RunOptions), _pairs(env), None if cwd is None else encode(cwd), stdin,
                              stdout, stderr)
    control = _ffi.RunControl(ctypes.sizeof(_ffi.RunControl), _milliseconds(timeout), _milliseconds(grace or None),
                              signal_fd, own_group)
    result, stop = _ffi.RunResult(), ctypes.c_int()
    _check(lib.nono_run_command_controlled(caps.pointer, strings(argv), ctypes.byref(options), ctypes.byref(control),
                                           ctypes.byref(result), ctypes.byref(stop)))
    return RunResult(result.exit_code, result.signal, json.loads(text(result.report_json)), Stop(stop.value))


def session_report(exit_code: int, denials=(), ipc_denials=(), violations=()) -> dict:
    lists = [json.dumps(list(x)).encode('utf-8') for x in (denials, ipc_denials, violations)]
    return json.loads(_need(text(lib.nono_session_diagnostic_report_to_json(exit_code, *lists))))


def merge_report(session: dict, proxy=None) -> dict:
    rows = None if proxy is None else json.dumps(list(proxy)).encode('utf-8')
    return json.loads(_need(text(lib.nono_merge_diagnostic_report_json(json.dumps(session).encode('utf-8'), rows))))
