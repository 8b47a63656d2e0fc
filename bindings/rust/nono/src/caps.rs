// caps.rs - capability sets.  SPDX-License-Identifier: Apache-2.0

use crate::error::{check, need, take, text, Error};
use nono_sys as sys;

/// Access to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read = 0,
    Write = 1,
    ReadWrite = 2,
}

/// What of the network may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Blocked = 0,
    AllowAll = 1,
    ProxyOnly = 2,
}

/// Who put an entry into a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    User,
    Group,
    System,
    Profile,
}

/// One granted path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub original: String,
    pub resolved: String,
    pub access: Access,
    pub is_file: bool,
    pub source: Source,
    pub group: Option<String>,
}

/// What a process may do. Empty at first: no file, and an open network.
#[derive(Debug)]
pub struct CapabilitySet(pub(crate) *mut sys::NonoCapabilitySet);

// SAFETY: a set may be read from several threads, and changed from one: that is what & and &mut say.
unsafe impl Send for CapabilitySet {}
unsafe impl Sync for CapabilitySet {}

impl Drop for CapabilitySet {
    fn drop(&mut self) {
        // SAFETY: ours, and not used afterwards.
        unsafe { sys::nono_capability_set_free(self.0) }
    }
}

// In each call below the set is alive, and the strings are for the call.
impl CapabilitySet {
    pub fn new() -> Result<CapabilitySet, Error> {
        // SAFETY: takes nothing.
        need(unsafe { sys::nono_capability_set_new() }).map(CapabilitySet)
    }

    pub fn allow_path(&mut self, path: &str, access: Access) -> Result<(), Error> {
        check(unsafe { sys::nono_capability_set_allow_path(self.0, text(path)?.as_ptr(), access as u32) })
    }

    pub fn allow_file(&mut self, path: &str, access: Access) -> Result<(), Error> {
        check(unsafe { sys::nono_capability_set_allow_file(self.0, text(path)?.as_ptr(), access as u32) })
    }

    pub fn set_network_mode(&mut self, mode: Network) -> Result<(), Error> {
        check(unsafe { sys::nono_capability_set_set_network_mode(self.0, mode as u32) })
    }

    pub fn set_proxy_port(&mut self, port: u16) -> Result<(), Error> {
        check(unsafe { sys::nono_capability_set_set_proxy_port(self.0, port) })
    }

    pub fn allow_command(&mut self, name: &str) -> Result<(), Error> {
        check(unsafe { sys::nono_capability_set_allow_command(self.0, text(name)?.as_ptr()) })
    }

    pub fn block_command(&mut self, name: &str) -> Result<(), Error> {
        check(unsafe { sys::nono_capability_set_block_command(self.0, text(name)?.as_ptr()) })
    }

    pub fn add_platform_rule(&mut self, rule: &str) -> Result<(), Error> {
        check(unsafe { sys::nono_capability_set_add_platform_rule(self.0, text(rule)?.as_ptr()) })
    }

    pub fn deduplicate(&mut self) {
        unsafe { sys::nono_capability_set_deduplicate(self.0) }
    }

    pub fn path_covered(&self, path: &str) -> Result<bool, Error> {
        Ok(unsafe { sys::nono_capability_set_path_covered(self.0, text(path)?.as_ptr()) })
    }

    pub fn network_mode(&self) -> Network {
        match unsafe { sys::nono_capability_set_network_mode(self.0) } {
            1 => Network::AllowAll,
            2 => Network::ProxyOnly,
            _ => Network::Blocked,
        }
    }

    pub fn proxy_port(&self) -> u16 {
        unsafe { sys::nono_capability_set_proxy_port(self.0) }
    }

    pub fn summary(&self) -> String {
        unsafe { take(sys::nono_capability_set_summary(self.0)) }.unwrap_or_default()
    }

    /// What a person should know of how the set was composed, one a line.
    pub fn notes(&self) -> String {
        unsafe { take(sys::nono_capability_set_notes(self.0)) }.unwrap_or_default()
    }

    pub fn entries(&self) -> Vec<Entry> {
        (0..unsafe { sys::nono_capability_set_fs_count(self.0) }).map(|i| self.entry(i)).collect()
    }

    fn entry(&self, i: usize) -> Entry {
        unsafe {
            Entry {
                original: take(sys::nono_capability_set_fs_original(self.0, i)).unwrap_or_default(),
                resolved: take(sys::nono_capability_set_fs_resolved(self.0, i)).unwrap_or_default(),
                access: match sys::nono_capability_set_fs_access(self.0, i) {
                    0 => Access::Read,
                    1 => Access::Write,
                    _ => Access::ReadWrite,
                },
                is_file: sys::nono_capability_set_fs_is_file(self.0, i),
                source: match sys::nono_capability_set_fs_source_tag(self.0, i) {
                    1 => Source::Group,
                    2 => Source::System,
                    3 => Source::Profile,
                    _ => Source::User,
                },
                group: take(sys::nono_capability_set_fs_source_group_name(self.0, i)),
            }
        }
    }

    /// The set as JSON.
    pub fn to_json(&self) -> Result<String, Error> {
        unsafe {
            let state = need(sys::nono_sandbox_state_from_caps(self.0))?;
            let json = need(sys::nono_sandbox_state_to_json(state));
            sys::nono_sandbox_state_free(state);
            Ok(take(json?).unwrap_or_default())
        }
    }

    /// A set of what was written down. Each path is opened anew and must lead to itself still.
    pub fn from_json(json: &str) -> Result<CapabilitySet, Error> {
        unsafe {
            let state = need(sys::nono_sandbox_state_from_json(text(json)?.as_ptr()))?;
            let caps = need(sys::nono_sandbox_state_to_caps(state));
            sys::nono_sandbox_state_free(state);
            caps.map(CapabilitySet)
        }
    }
}
