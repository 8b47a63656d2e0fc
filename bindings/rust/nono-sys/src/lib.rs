// lib.rs - what nono.h declares; see there.  SPDX-License-Identifier: Apache-2.0

//! Declarations of libnono. The safe wrapper is the crate `nono`.
#![allow(non_camel_case_types)]

use std::os::raw::{c_char, c_int};

/// A NonoErrorCode: 0, or what kind of failure it was.
pub type NonoErrorCode = c_int;
/// A NonoDiagnosticCode.
pub type NonoDiagnosticCode = c_int;
/// A NonoCapabilitySourceTag.
pub type NonoCapabilitySourceTag = c_int;

/// Of no size: only its address is known.
#[repr(C)]
pub struct NonoCapabilitySet {
    _private: [u8; 0],
}
/// Of no size: only its address is known.
#[repr(C)]
pub struct NonoQueryContext {
    _private: [u8; 0],
}
/// Of no size: only its address is known.
#[repr(C)]
pub struct NonoSandboxState {
    _private: [u8; 0],
}

#[repr(C)]
pub struct NonoQueryResult {
    pub status: c_int,
    pub reason: c_int,
    pub granted_path: *mut c_char,
    pub access: *mut c_char,
    pub granted: *mut c_char,
    pub requested: *mut c_char,
}

#[repr(C)]
pub struct NonoSupportInfo {
    pub is_supported: bool,
    pub platform: *mut c_char,
    pub details: *mut c_char,
}

#[repr(C)]
pub struct NonoProfileOptions {
    pub size: usize,
    pub home: *const c_char,
    pub workdir: *const c_char,
    pub config_dir: *const c_char,
    pub env: *const *const c_char,
    pub share_workdir: bool,
    pub create_missing: bool,
}

#[repr(C)]
pub struct NonoExplanation {
    pub allowed: bool,
    pub reason: *mut c_char,
    pub path: *mut c_char,
    pub granted_path: *mut c_char,
    pub access: *mut c_char,
    pub source: *mut c_char,
    pub rule: *mut c_char,
    pub suggested_flag: *mut c_char,
}

#[repr(C)]
pub struct NonoRunOptions {
    pub size: usize,
    pub env: *const *const c_char,
    pub workdir: *const c_char,
    pub stdin_fd: c_int,
    pub stdout_fd: c_int,
    pub stderr_fd: c_int,
}

#[repr(C)]
pub struct NonoRunControl {
    pub size: usize,
    pub timeout_ms: u32,
    pub grace_ms: u32,
    pub signal_fd: c_int,
    pub own_group: bool,
}

/// A NonoRunStop.
pub type NonoRunStop = c_int;

#[repr(C)]
pub struct NonoRunResult {
    pub exit_code: i32,
    pub signal: i32,
    pub report_json: *mut c_char,
}

extern "C" {
    pub fn nono_last_error() -> *mut c_char;
    pub fn nono_clear_error();
    pub fn nono_last_diagnostic_code() -> NonoDiagnosticCode;
    pub fn nono_last_remediation_json() -> *mut c_char;
    pub fn nono_string_free(s: *mut c_char);
    pub fn nono_version() -> *mut c_char;

    pub fn nono_capability_set_new() -> *mut NonoCapabilitySet;
    pub fn nono_capability_set_free(caps: *mut NonoCapabilitySet);
    pub fn nono_capability_set_allow_path(
        caps: *mut NonoCapabilitySet,
        path: *const c_char,
        mode: u32,
    ) -> NonoErrorCode;
    pub fn nono_capability_set_allow_file(
        caps: *mut NonoCapabilitySet,
        path: *const c_char,
        mode: u32,
    ) -> NonoErrorCode;
    pub fn nono_capability_set_set_network_blocked(caps: *mut NonoCapabilitySet, blocked: bool) -> NonoErrorCode;
    pub fn nono_capability_set_set_network_mode(caps: *mut NonoCapabilitySet, mode: u32) -> NonoErrorCode;
    pub fn nono_capability_set_network_mode(caps: *const NonoCapabilitySet) -> u32;
    pub fn nono_capability_set_set_proxy_port(caps: *mut NonoCapabilitySet, port: u16) -> NonoErrorCode;
    pub fn nono_capability_set_proxy_port(caps: *const NonoCapabilitySet) -> u16;
    pub fn nono_capability_set_allow_command(caps: *mut NonoCapabilitySet, cmd: *const c_char) -> NonoErrorCode;
    pub fn nono_capability_set_block_command(caps: *mut NonoCapabilitySet, cmd: *const c_char) -> NonoErrorCode;
    pub fn nono_capability_set_add_platform_rule(caps: *mut NonoCapabilitySet, rule: *const c_char) -> NonoErrorCode;
    pub fn nono_capability_set_deduplicate(caps: *mut NonoCapabilitySet);
    pub fn nono_capability_set_path_covered(caps: *const NonoCapabilitySet, path: *const c_char) -> bool;
    pub fn nono_capability_set_is_network_blocked(caps: *const NonoCapabilitySet) -> bool;
    pub fn nono_capability_set_summary(caps: *const NonoCapabilitySet) -> *mut c_char;
    pub fn nono_capability_set_notes(caps: *const NonoCapabilitySet) -> *mut c_char;
    pub fn nono_capability_set_fs_count(caps: *const NonoCapabilitySet) -> usize;
    pub fn nono_capability_set_fs_original(caps: *const NonoCapabilitySet, index: usize) -> *mut c_char;
    pub fn nono_capability_set_fs_resolved(caps: *const NonoCapabilitySet, index: usize) -> *mut c_char;
    pub fn nono_capability_set_fs_access(caps: *const NonoCapabilitySet, index: usize) -> u32;
    pub fn nono_capability_set_fs_is_file(caps: *const NonoCapabilitySet, index: usize) -> bool;
    pub fn nono_capability_set_fs_source_tag(caps: *const NonoCapabilitySet, index: usize) -> NonoCapabilitySourceTag;
    pub fn nono_capability_set_fs_source_group_name(caps: *const NonoCapabilitySet, index: usize) -> *mut c_char;

    pub fn nono_query_context_new(caps: *const NonoCapabilitySet) -> *mut NonoQueryContext;
    pub fn nono_query_context_free(ctx: *mut NonoQueryContext);
    pub fn nono_query_context_query_path(
        ctx: *const NonoQueryContext,
        path: *const c_char,
        mode: u32,
        out_result: *mut NonoQueryResult,
    ) -> NonoErrorCode;
    pub fn nono_query_context_query_network(
        ctx: *const NonoQueryContext,
        out_result: *mut NonoQueryResult,
    ) -> NonoErrorCode;

    pub fn nono_sandbox_apply(caps: *const NonoCapabilitySet) -> NonoErrorCode;
    pub fn nono_sandbox_is_supported() -> bool;
    pub fn nono_sandbox_support_info() -> NonoSupportInfo;
    pub fn nono_sandbox_state_from_caps(caps: *const NonoCapabilitySet) -> *mut NonoSandboxState;
    pub fn nono_sandbox_state_free(state: *mut NonoSandboxState);
    pub fn nono_sandbox_state_to_json(state: *const NonoSandboxState) -> *mut c_char;
    pub fn nono_sandbox_state_from_json(json: *const c_char) -> *mut NonoSandboxState;
    pub fn nono_sandbox_state_to_caps(state: *const NonoSandboxState) -> *mut NonoCapabilitySet;

    pub fn nono_session_diagnostic_report_to_json(
        exit_code: i32,
        denials_json: *const c_char,
        ipc_denials_json: *const c_char,
        violations_json: *const c_char,
    ) -> *mut c_char;
    pub fn nono_merge_diagnostic_report_json(
        session_json: *const c_char,
        proxy_diagnostics_json: *const c_char,
    ) -> *mut c_char;

    pub fn nono_profile_load_caps(
        name_or_path: *const c_char,
        opts: *const NonoProfileOptions,
        out: *mut *mut NonoCapabilitySet,
    ) -> NonoErrorCode;
    pub fn nono_explain_path(
        caps: *const NonoCapabilitySet,
        path: *const c_char,
        operation: u32,
        out: *mut NonoExplanation,
    ) -> NonoErrorCode;
    pub fn nono_explanation_clear(explanation: *mut NonoExplanation);
    pub fn nono_run_command(
        caps: *const NonoCapabilitySet,
        argv: *const *const c_char,
        opts: *const NonoRunOptions,
        out: *mut NonoRunResult,
    ) -> NonoErrorCode;
    pub fn nono_run_command_controlled(
        caps: *const NonoCapabilitySet,
        argv: *const *const c_char,
        opts: *const NonoRunOptions,
        control: *const NonoRunControl,
        out: *mut NonoRunResult,
        out_stop: *mut NonoRunStop,
    ) -> NonoErrorCode;
}
