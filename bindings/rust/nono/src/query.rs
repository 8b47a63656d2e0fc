// query.rs - questions about a set.  SPDX-License-Identifier: Apache-2.0

use crate::caps::{Access, CapabilitySet};
use crate::error::{check, need, take, text, Error};
use nono_sys as sys;
use std::ffi::CStr;
use std::os::raw::c_char;
use std::ptr::null_mut;

/// Why something is allowed or denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    GrantedPath,
    NetworkAllowed,
    PathNotGranted,
    InsufficientAccess,
    NetworkBlocked,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryResult {
    pub allowed: bool,
    pub reason: Reason,
    pub granted_path: Option<String>,
    pub access: Option<String>,
    pub granted: Option<String>,
    pub requested: Option<String>,
}

/// A copy of a set, to ask questions of.
#[derive(Debug)]
pub struct QueryContext(*mut sys::NonoQueryContext);

// SAFETY: a context is only read.
unsafe impl Send for QueryContext {}
unsafe impl Sync for QueryContext {}

impl Drop for QueryContext {
    fn drop(&mut self) {
        // SAFETY: ours, and not used afterwards.
        unsafe { sys::nono_query_context_free(self.0) }
    }
}

fn empty() -> sys::NonoQueryResult {
    sys::NonoQueryResult {
        status: 1,
        reason: 2,
        granted_path: null_mut(),
        access: null_mut(),
        granted: null_mut(),
        requested: null_mut(),
    }
}

fn result(r: sys::NonoQueryResult) -> QueryResult {
    // SAFETY: the strings are ours.
    unsafe {
        QueryResult {
            allowed: r.status == 0,
            reason: match r.reason {
                0 => Reason::GrantedPath,
                1 => Reason::NetworkAllowed,
                3 => Reason::InsufficientAccess,
                4 => Reason::NetworkBlocked,
                _ => Reason::PathNotGranted,
            },
            granted_path: take(r.granted_path),
            access: take(r.access),
            granted: take(r.granted),
            requested: take(r.requested),
        }
    }
}

impl QueryContext {
    pub fn new(caps: &CapabilitySet) -> Result<QueryContext, Error> {
        // SAFETY: the set is alive and is copied.
        need(unsafe { sys::nono_query_context_new(caps.0) }).map(QueryContext)
    }

    pub fn query_path(&self, path: &str, access: Access) -> Result<QueryResult, Error> {
        let mut r = empty();
        // SAFETY: all is alive for the call.
        check(unsafe { sys::nono_query_context_query_path(self.0, text(path)?.as_ptr(), access as u32, &mut r) })?;
        Ok(result(r))
    }

    pub fn query_network(&self) -> Result<QueryResult, Error> {
        let mut r = empty();
        // SAFETY: all is alive for the call.
        check(unsafe { sys::nono_query_context_query_network(self.0, &mut r) })?;
        Ok(result(r))
    }
}

/// What may be done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Read = 0,
    Write = 1,
    ReadWrite = 2,
    Create = 3,
    Unlink = 4,
    Exec = 5,
}

/// Why something is allowed or denied, and what would allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub allowed: bool,
    pub reason: String,
    pub path: String,
    pub granted_path: Option<String>,
    pub access: Option<String>,
    pub source: Option<String>,
    pub rule: Option<String>,
    pub suggested_flag: Option<String>,
}

unsafe fn copy(s: *const c_char) -> Option<String> {
    if s.is_null() {
        None
    } else {
        Some(unsafe { CStr::from_ptr(s) }.to_string_lossy().into_owned())
    }
}

impl CapabilitySet {
    /// By which rule may this be done to a path, or not?
    pub fn explain(&self, path: &str, operation: Operation) -> Result<Explanation, Error> {
        let n = null_mut();
        let mut e = sys::NonoExplanation {
            allowed: false,
            reason: n,
            path: n,
            granted_path: n,
            access: n,
            source: n,
            rule: n,
            suggested_flag: n,
        };
        // SAFETY: all is alive for the call; the strings are freed together after they were copied.
        unsafe {
            check(sys::nono_explain_path(self.0, text(path)?.as_ptr(), operation as u32, &mut e))?;
            let found = Explanation {
                allowed: e.allowed,
                reason: copy(e.reason).unwrap_or_default(),
                path: copy(e.path).unwrap_or_default(),
                granted_path: copy(e.granted_path),
                access: copy(e.access),
                source: copy(e.source),
                rule: copy(e.rule),
                suggested_flag: copy(e.suggested_flag),
            };
            sys::nono_explanation_clear(&mut e);
            Ok(found)
        }
    }
}
