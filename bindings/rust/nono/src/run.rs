// run.rs - confining, running a command, profiles.  SPDX-License-Identifier: Apache-2.0

use crate::caps::CapabilitySet;
use crate::error::{check, take, text, Error};
use nono_sys as sys;
use std::ffi::CString;
use std::mem::size_of;
use std::os::raw::{c_char, c_int};
use std::ptr::{null, null_mut};
use std::time::Duration;

/// Confine this process, every thread of it, for good.
pub fn apply(caps: &CapabilitySet) -> Result<(), Error> {
    // SAFETY: the set is alive and only read.
    check(unsafe { sys::nono_sandbox_apply(caps.0) })
}

/// Texts, and the NULL-terminated array of them that C wants.
struct Strings {
    _texts: Vec<CString>,
    array: Vec<*const c_char>,
}

impl Strings {
    fn new(items: &[String]) -> Result<Strings, Error> {
        let texts = items.iter().map(|s| text(s)).collect::<Result<Vec<_>, _>>()?;
        let array = texts.iter().map(|s| s.as_ptr()).chain([null()]).collect();
        Ok(Strings { _texts: texts, array })
    }
}

/// Was a command ended from outside?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    No,
    /// Its time was over.
    Timeout,
    /// A signal was passed on to it.
    Signal,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub exit_code: i32,
    pub signal: i32,
    pub stop: Stop,
    /// What was refused, as JSON.
    pub report: String,
}

/// One command, to be run in the sandbox.
#[derive(Clone, Debug)]
pub struct Command {
    argv: Vec<String>,
    env: Vec<String>,
    dir: Option<String>,
    stdio: [c_int; 3],
    timeout: Option<Duration>,
    grace: Duration,
    signal_fd: c_int,
    own_group: bool,
}

/// At least one, for 0 is no limit.
fn milliseconds(time: Duration) -> u32 {
    time.as_millis().clamp(1, u32::MAX.into()) as u32
}

impl Command {
    pub fn new<S: AsRef<str>>(argv: &[S]) -> Command {
        Command {
            argv: owned(argv),
            env: Vec::new(),
            dir: None,
            stdio: [-1; 3],
            timeout: None,
            grace: Duration::from_secs(2),
            signal_fd: -1,
            own_group: false,
        }
    }

    /// NAME=value, all that the command gets.
    pub fn env<S: AsRef<str>>(mut self, env: &[S]) -> Command {
        self.env = owned(env);
        self
    }

    pub fn dir(mut self, dir: &str) -> Command {
        self.dir = Some(dir.into());
        self
    }

    /// Descriptors for 0 to 2; -1 is this process's own.
    pub fn stdio(mut self, stdio: [c_int; 3]) -> Command {
        self.stdio = stdio;
        self
    }

    /// It gets SIGTERM after a time, and SIGKILL another time later; that one may be zero.
    pub fn timeout(mut self, time: Duration, grace: Duration) -> Command {
        self.timeout = Some(time);
        self.grace = grace;
        self
    }

    /// Each byte that is read from this descriptor is the number of a signal for it.
    pub fn signal_fd(mut self, fd: c_int) -> Command {
        self.signal_fd = fd;
        self
    }

    /// It leads a process group, and signals and the timeout are for all of that.
    pub fn own_group(mut self) -> Command {
        self.own_group = true;
        self
    }

    /// Run it and wait for its end.
    pub fn run(&self, caps: &CapabilitySet) -> Result<Ended, Error> {
        let (argv, env) = (Strings::new(&self.argv)?, Strings::new(&self.env)?);
        let dir = self.dir.as_deref().map(text).transpose()?;
        let opts = sys::NonoRunOptions {
            size: size_of::<sys::NonoRunOptions>(),
            env: env.array.as_ptr(),
            workdir: dir.as_ref().map_or(null(), |d| d.as_ptr()),
            stdin_fd: self.stdio[0],
            stdout_fd: self.stdio[1],
            stderr_fd: self.stdio[2],
        };
        let control = sys::NonoRunControl {
            size: size_of::<sys::NonoRunControl>(),
            timeout_ms: self.timeout.map_or(0, milliseconds),
            grace_ms: if self.grace.is_zero() { 0 } else { milliseconds(self.grace) },
            signal_fd: self.signal_fd,
            own_group: self.own_group,
        };
        let mut stop = 0;
        let mut r = sys::NonoRunResult { exit_code: 0, signal: 0, report_json: null_mut() };
        // SAFETY: all is alive for the call; the report is ours.
        unsafe {
            check(sys::nono_run_command_controlled(caps.0, argv.array.as_ptr(), &opts, &control, &mut r, &mut stop))?;
            let stop = match stop {
                1 => Stop::Timeout,
                2 => Stop::Signal,
                _ => Stop::No,
            };
            let report = take(r.report_json).unwrap_or_default();
            Ok(Ended { exit_code: r.exit_code, signal: r.signal, stop, report })
        }
    }
}

fn owned<S: AsRef<str>>(items: &[S]) -> Vec<String> {
    items.iter().map(|s| s.as_ref().to_string()).collect()
}

/// What a profile is composed with. Nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Profile {
    home: String,
    workdir: String,
    pub config_dir: Option<String>,
    pub env: Vec<String>,
    pub share_workdir: bool,
    pub create_missing: bool,
}

impl Profile {
    /// Both absolute.
    pub fn new(home: &str, workdir: &str) -> Profile {
        Profile {
            home: home.into(),
            workdir: workdir.into(),
            config_dir: None,
            env: Vec::new(),
            share_workdir: false,
            create_missing: false,
        }
    }

    /// A set of the built-in groups and a profile; None: the groups alone.
    pub fn load(&self, name_or_path: Option<&str>) -> Result<CapabilitySet, Error> {
        let (home, workdir, env) = (text(&self.home)?, text(&self.workdir)?, Strings::new(&self.env)?);
        let config_dir = self.config_dir.as_deref().map(text).transpose()?;
        let name = name_or_path.map(text).transpose()?;
        let opts = sys::NonoProfileOptions {
            size: size_of::<sys::NonoProfileOptions>(),
            home: home.as_ptr(),
            workdir: workdir.as_ptr(),
            config_dir: config_dir.as_ref().map_or(null(), |d| d.as_ptr()),
            env: env.array.as_ptr(),
            share_workdir: self.share_workdir,
            create_missing: self.create_missing,
        };
        let mut caps = null_mut();
        // SAFETY: all is alive for the call; the set is ours.
        check(unsafe { sys::nono_profile_load_caps(name.as_ref().map_or(null(), |n| n.as_ptr()), &opts, &mut caps) })?;
        Ok(CapabilitySet(caps))
    }
}
