// error.rs - errors and strings of the library.  SPDX-License-Identifier: Apache-2.0

use std::ffi::{CStr, CString};
use std::fmt;
use std::os::raw::{c_char, c_int};

/// What kind of failure a call ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    PathNotFound,
    ExpectedDirectory,
    ExpectedFile,
    PathCanonicalization,
    NoCapabilities,
    SandboxInit,
    UnsupportedPlatform,
    BlockedCommand,
    ConfigParse,
    ProfileParse,
    Io,
    InvalidArg,
    TrustVerification,
    Unknown,
}

impl Code {
    fn of(code: c_int) -> Code {
        match code {
            -1 => Code::PathNotFound,
            -2 => Code::ExpectedDirectory,
            -3 => Code::ExpectedFile,
            -4 => Code::PathCanonicalization,
            -5 => Code::NoCapabilities,
            -6 => Code::SandboxInit,
            -7 => Code::UnsupportedPlatform,
            -8 => Code::BlockedCommand,
            -9 => Code::ConfigParse,
            -10 => Code::ProfileParse,
            -11 => Code::Io,
            -12 => Code::InvalidArg,
            -13 => Code::TrustVerification,
            _ => Code::Unknown,
        }
    }
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub code: Code,
    pub message: String,
    /// A NonoDiagnosticCode.
    pub diagnostic: i32,
    /// What would help, as JSON.
    pub remediation: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl Error {
    fn last(code: c_int) -> Error {
        // SAFETY: these concern this thread's last error only; the strings are ours.
        unsafe {
            let error = Error {
                code: Code::of(code),
                message: take(nono_sys::nono_last_error()).unwrap_or_else(|| format!("nono error {code}")),
                diagnostic: nono_sys::nono_last_diagnostic_code(),
                remediation: take(nono_sys::nono_last_remediation_json()),
            };
            nono_sys::nono_clear_error();
            error
        }
    }
}

/// Ok, or the error that a call left.
pub(crate) fn check(code: c_int) -> Result<(), Error> {
    if code == 0 {
        Ok(())
    } else {
        Err(Error::last(code))
    }
}

/// The pointer, or the error that a call left which returned NULL.
pub(crate) fn need<T>(pointer: *mut T) -> Result<*mut T, Error> {
    if pointer.is_null() {
        Err(Error::last(-99))
    } else {
        Ok(pointer)
    }
}

/// Copies and frees a string of the library's; None for NULL.
///
/// # Safety
/// `s` is NULL or was returned by the library and not freed.
pub(crate) unsafe fn take(s: *mut c_char) -> Option<String> {
    if s.is_null() {
        return None;
    }
    unsafe {
        let copy = CStr::from_ptr(s).to_string_lossy().into_owned();
        nono_sys::nono_string_free(s);
        Some(copy)
    }
}

/// A text for the library. A NUL would end it early, so it is refused.
pub(crate) fn text(s: &str) -> Result<CString, Error> {
    CString::new(s).map_err(|_| Error {
        code: Code::InvalidArg,
        message: "a string has a NUL byte".into(),
        diagnostic: 11,
        remediation: None,
    })
}
