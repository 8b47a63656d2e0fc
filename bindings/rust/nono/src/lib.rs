// lib.rs - a capability sandbox, safely.  SPDX-License-Identifier: Apache-2.0

//! What a process may do, asked and enforced. `nono.h` says what each call promises.
#![deny(unsafe_op_in_unsafe_fn)]

mod caps;
mod error;
mod query;
mod run;

pub use caps::{Access, CapabilitySet, Entry, Network, Source};
pub use error::{Code, Error};
pub use query::{Explanation, Operation, QueryContext, QueryResult, Reason};
pub use run::{apply, Command, Ended, Profile, Stop};

/// The library's version.
pub fn version() -> String {
    // SAFETY: takes nothing, returns a string of ours or NULL.
    unsafe { error::take(nono_sys::nono_version()) }.unwrap_or_default()
}

/// Can this system confine anything?
pub fn is_supported() -> bool {
    // SAFETY: takes nothing.
    unsafe { nono_sys::nono_sandbox_is_supported() }
}

/// The platform, and in a text for people what it can do.
pub fn support_info() -> (String, String) {
    // SAFETY: both strings are ours.
    unsafe {
        let info = nono_sys::nono_sandbox_support_info();
        (error::take(info.platform).unwrap_or_default(), error::take(info.details).unwrap_or_default())
    }
}
