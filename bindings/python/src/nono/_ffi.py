# _ffi.py - the calls of nono.h, as ctypes sees them.  SPDX-License-Identifier: Apache-2.0
import ctypes
import os
from ctypes import POINTER, c_bool, c_char_p, c_int, c_int32, c_size_t, c_uint16, c_uint32, c_void_p


class QueryResult(ctypes.Structure):
    _fields_ = [('status', c_int), ('reason', c_int), ('granted_path', c_void_p), ('access', c_void_p),
                ('granted', c_void_p), ('requested', c_void_p)]


class SupportInfo(ctypes.Structure):
    _fields_ = [('is_supported', c_bool), ('platform', c_void_p), ('details', c_void_p)]


class ProfileOptions(ctypes.Structure):
    _fields_ = [('size', c_size_t), ('home', c_char_p), ('workdir', c_char_p), ('config_dir', c_char_p),
                ('env', POINTER(c_char_p)), ('share_workdir', c_bool), ('create_missing', c_bool)]


class Explanation(ctypes.Structure):
    _fields_ = [('allowed', c_bool)] + [(name, c_char_p) for name in (
        'reason', 'path', 'granted_path', 'access', 'source', 'rule', 'suggested_flag')]


class RunOptions(ctypes.Structure):
    _fields_ = [('size', c_size_t), ('env', POINTER(c_char_p)), ('workdir', c_char_p), ('stdin_fd', c_int),
                ('stdout_fd', c_int), ('stderr_fd', c_int)]


class RunControl(ctypes.Structure):
    _fields_ = [('size', c_size_t), ('timeout_ms', c_uint32), ('grace_ms', c_uint32), ('signal_fd', c_int),
                ('own_group', c_bool)]


class RunResult(ctypes.Structure):
    _fields_ = [('exit_code', c_int32), ('signal', c_int32), ('report_json', c_void_p)]


# A returned string is the caller's, so its address is kept: text() copies and frees it.
_TEXT, _HANDLE, _CODE = c_void_p, c_void_p, c_int
_CALLS = {
    'nono_last_error': (_TEXT, []),
    'nono_clear_error': (None, []),
    'nono_last_diagnostic_code': (c_int, []),
    'nono_last_remediation_json': (_TEXT, []),
    'nono_string_free': (None, [_TEXT]),
    'nono_version': (_TEXT, []),
    'nono_capability_set_new': (_HANDLE, []),
    'nono_capability_set_free': (None, [_HANDLE]),
    'nono_capability_set_allow_path': (_CODE, [_HANDLE, c_char_p, c_uint32]),
    'nono_capability_set_allow_file': (_CODE, [_HANDLE, c_char_p, c_uint32]),
    'nono_capability_set_set_network_blocked': (_CODE, [_HANDLE, c_bool]),
    'nono_capability_set_set_network_mode': (_CODE, [_HANDLE, c_uint32]),
    'nono_capability_set_network_mode': (c_uint32, [_HANDLE]),
    'nono_capability_set_set_proxy_port': (_CODE, [_HANDLE, c_uint16]),
    'nono_capability_set_proxy_port': (c_uint16, [_HANDLE]),
    'nono_capability_set_allow_command': (_CODE, [_HANDLE, c_char_p]),
    'nono_capability_set_block_command': (_CODE, [_HANDLE, c_char_p]),
    'nono_capability_set_add_platform_rule': (_CODE, [_HANDLE, c_char_p]),
    'nono_capability_set_deduplicate': (None, [_HANDLE]),
    'nono_capability_set_path_covered': (c_bool, [_HANDLE, c_char_p]),
    'nono_capability_set_is_network_blocked': (c_bool, [_HANDLE]),
    'nono_capability_set_summary': (_TEXT, [_HANDLE]),
    'nono_capability_set_notes': (_TEXT, [_HANDLE]),
    'nono_capability_set_fs_count': (c_size_t, [_HANDLE]),
    'nono_capability_set_fs_original': (_TEXT, [_HANDLE, c_size_t]),
    'nono_capability_set_fs_resolved': (_TEXT, [_HANDLE, c_size_t]),
    'nono_capability_set_fs_access': (c_uint32, [_HANDLE, c_size_t]),
    'nono_capability_set_fs_is_file': (c_bool, [_HANDLE, c_size_t]),
    'nono_capability_set_fs_source_tag': (c_int, [_HANDLE, c_size_t]),
    'nono_capability_set_fs_source_group_name': (_TEXT, [_HANDLE, c_size_t]),
    'nono_query_context_new': (_HANDLE, [_HANDLE]),
    'nono_query_context_free': (None, [_HANDLE]),
    'nono_query_context_query_path': (_CODE, [_HANDLE, c_char_p, c_uint32, POINTER(QueryResult)]),
    'nono_query_context_query_network': (_CODE, [_HANDLE, POINTER(QueryResult)]),
    'nono_sandbox_apply': (_CODE, [_HANDLE]),
    'nono_sandbox_is_supported': (c_bool, []),
    'nono_sandbox_support_info': (SupportInfo, []),
    'nono_sandbox_state_from_caps': (_HANDLE, [_HANDLE]),
    'nono_sandbox_state_free': (None, [_HANDLE]),
    'nono_sandbox_state_to_json': (_TEXT, [_HANDLE]),
    'nono_sandbox_state_from_json': (_HANDLE, [c_char_p]),
    'nono_sandbox_state_to_caps': (_HANDLE, [_HANDLE]),
    'nono_session_diagnostic_report_to_json': (_TEXT, [c_int32, c_char_p, c_char_p, c_char_p]),
    'nono_merge_diagnostic_report_json': (_TEXT, [c_char_p, c_char_p]),
    'nono_profile_load_caps': (_CODE, [c_char_p, POINTER(ProfileOptions), POINTER(_HANDLE)]),
    'nono_explain_path': (_CODE, [_HANDLE, c_char_p, c_uint32, POINTER(Explanation)]),
    'nono_explanation_clear': (None, [POINTER(Explanation)]),
    'nono_run_command': (_CODE, [_HANDLE, POINTER(c_char_p), POINTER(RunOptions), POINTER(RunResult)]),
    'nono_run_command_controlled': (_CODE, [_HANDLE, POINTER(c_char_p), POINTER(RunOptions), POINTER(RunControl),
                                            POINTER(RunResult), POINTER(c_int)]),
}


def _load():
    library = ctypes.CDLL(os.environ.get('NONO_LIBRARY', 'libnono.so.1'))
    for name, (result, arguments) in _CALLS.items():
        call = getattr(library, name)
        call.restype, call.argtypes = result, arguments
    return library


lib = _load()


def text(address):
    """The string at an address that the library returned, which is freed; None for NULL."""
    if not address:
        return None
    try:
        return ctypes.string_at(address).decode('utf-8')
    finally:
        lib.nono_string_free(address)


def encode(value):
    """A path or text for the library. A NUL would end it early, so it is refused."""
    data = os.fsencode(value)
    if b'\0' in data:
        raise ValueError('embedded null byte')
    return data


def strings(values):
    """A NULL-terminated array of strings; None for None."""
    if values is None:
        return None
    items = [encode(v) for v in values]
    return (c_char_p * (len(items) + 1))(*items, None)
