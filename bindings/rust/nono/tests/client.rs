// client.rs - the Rust binding.  SPDX-License-Identifier: Apache-2.0

use nono::{Access, CapabilitySet, Code, Command, Network, Operation, Profile, QueryContext, Reason, Stop};
use std::os::raw::c_int;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, process, sync, thread};

/// A directory with a granted part and a secret beside it; removed at the end.
struct World(PathBuf);

impl World {
    fn new(name: &str) -> World {
        let dir = PathBuf::from(format!("/var/tmp/nono-rust-{}-{name}", process::id()));
        fs::create_dir_all(dir.join("granted")).unwrap();
        fs::write(dir.join("granted/file"), "text").unwrap();
        fs::write(dir.join("secret"), "text").unwrap();
        World(dir)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().into()
    }

    fn caps(&self, access: Access) -> CapabilitySet {
        let mut caps = CapabilitySet::new().unwrap();
        caps.allow_path(&self.path("granted"), access).unwrap();
        caps
    }
}

impl Drop for World {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn about() {
    assert!(!nono::version().is_empty());
    let (platform, details) = nono::support_info();
    assert!(platform == "linux" && details.contains("Landlock") && nono::is_supported());
}

#[test]
fn questions() {
    let world = World::new("questions");
    let caps = world.caps(Access::Read);
    let ctx = QueryContext::new(&caps).unwrap();
    let yes = ctx.query_path(&world.path("granted/new"), Access::Read).unwrap();
    assert!(yes.allowed && yes.granted_path == Some(world.path("granted")) && yes.access.as_deref() == Some("read"));
    let no = ctx.query_path(&world.path("granted"), Access::Write).unwrap();
    assert!(!no.allowed && no.reason == Reason::InsufficientAccess && no.requested.as_deref() == Some("write"));
    assert_eq!(ctx.query_path(&world.path("secret"), Access::Read).unwrap().reason, Reason::PathNotGranted);
    assert_eq!(ctx.query_network().unwrap().reason, Reason::NetworkAllowed);
    let why = caps.explain(&world.path("secret"), Operation::Read).unwrap();
    assert!(!why.allowed && why.suggested_flag.unwrap().contains("--read-file"));
}

#[test]
fn errors() {
    let world = World::new("errors");
    let mut caps = CapabilitySet::new().unwrap();
    let error = caps.allow_path("/no/such/path", Access::Read).unwrap_err();
    assert!(error.code == Code::PathNotFound && error.to_string().contains("/no/such/path"));
    let error = caps.allow_path(&world.path("secret"), Access::Read).unwrap_err();
    assert!(error.code == Code::ExpectedDirectory && error.remediation.unwrap().contains("grant_path"));
    assert_eq!(nono::apply(&caps).unwrap_err().code, Code::NoCapabilities);
    assert_eq!(caps.allow_path("/tmp\0/x", Access::Read).unwrap_err().code, Code::InvalidArg);
    assert!(CapabilitySet::from_json("{}").unwrap_err().message.contains("missing"));
}

#[test]
fn states() {
    let world = World::new("states");
    let mut caps = world.caps(Access::ReadWrite);
    caps.set_proxy_port(3128).unwrap();
    caps.set_network_mode(Network::ProxyOnly).unwrap();
    let json = caps.to_json().unwrap();
    let back = CapabilitySet::from_json(&json).unwrap();
    assert_eq!(back.to_json().unwrap(), json);
    assert_eq!((back.network_mode(), back.proxy_port()), (Network::ProxyOnly, 3128));
    assert_eq!(back.entries(), caps.entries());
    assert_eq!(back.entries()[0].resolved, world.path("granted"));
}

#[test]
fn threads_read_one_set() {
    let world = World::new("threads");
    let caps = sync::Arc::new(world.caps(Access::Read));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (caps, secret) = (caps.clone(), world.path("secret"));
            thread::spawn(move || {
                for _ in 0..50 {
                    assert!(!caps.explain(&secret, Operation::Read).unwrap().allowed);
                    assert!(caps.to_json().unwrap().contains("granted"));
                }
            })
        })
        .collect();
    workers.into_iter().for_each(|w| w.join().unwrap());
}

#[test]
fn a_command() {
    let world = World::new("command");
    let mut caps = CapabilitySet::new().unwrap();
    for dir in ["/usr", "/bin", "/lib", "/lib64", "/etc"].iter().filter(|d| Path::new(d).exists()) {
        caps.allow_path(dir, Access::Read).unwrap();
    }
    let null = fs::File::open("/dev/null").unwrap();
    let stdio = [-1, -1, std::os::unix::io::AsRawFd::as_raw_fd(&null)];
    let cat = Command::new(&["cat", &world.path("secret")]).env(&["PATH=/usr/bin:/bin"]).stdio(stdio);
    let ended = cat.run(&caps).unwrap();
    assert!(ended.exit_code == 1 && ended.report.contains(&world.path("secret")));
    let ended = Command::new(&["/bin/sh", "-c", "exit 5"]).run(&caps).unwrap();
    assert_eq!((ended.exit_code, ended.signal, ended.stop), (5, 0, Stop::No));
    let slow = Command::new(&["/bin/sh", "-c", "exec sleep 100"]).env(&["PATH=/usr/bin:/bin"]);
    let late = slow.clone().timeout(Duration::from_millis(100), Duration::from_secs(20)).run(&caps).unwrap();
    assert_eq!((late.exit_code, late.signal, late.stop), (143, 15, Stop::Timeout));
    let late = slow.clone().own_group().timeout(Duration::ZERO, Duration::ZERO).run(&caps).unwrap();
    assert_eq!((late.signal, late.stop), (9, Stop::Timeout));
    let (mut teller, told) = std::os::unix::net::UnixStream::pair().unwrap();
    std::io::Write::write_all(&mut teller, &[2]).unwrap();
    let told = slow.signal_fd(std::os::unix::io::AsRawFd::as_raw_fd(&told)).run(&caps).unwrap();
    assert_eq!((told.signal, told.stop), (2, Stop::Signal));
    let error = Command::new(&["no-such-command"]).run(&caps).unwrap_err();
    assert_eq!(error.code, Code::PathNotFound);
}

#[test]
fn a_profile() {
    let world = World::new("profile");
    fs::create_dir(world.0.join(".ssh")).unwrap();
    let mut profile = Profile::new(world.0.to_str().unwrap(), &world.path("granted"));
    profile.share_workdir = true;
    let caps = profile.load(None).unwrap();
    let why = caps.explain(&world.path(".ssh"), Operation::Read).unwrap();
    assert_eq!((why.allowed, why.source.as_deref()), (false, Some("group:deny_credentials")));
    assert!(caps.explain(&world.path("granted"), Operation::Read).unwrap().allowed);
    assert_eq!(profile.load(Some("no-such-profile")).unwrap_err().code, Code::PathNotFound);
}

extern "C" {
    fn fork() -> c_int;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn _exit(status: c_int) -> !;
}

/// What reading ends with in a forked child that confines itself first, or does not: 0 or an errno.
fn read_in_child(caps: Option<&CapabilitySet>, path: &str) -> c_int {
    let mut status = 0;
    // SAFETY: the child makes a few calls and leaves by _exit.
    unsafe {
        let pid = fork();
        if pid == 0 {
            let confined = caps.map_or(true, |c| nono::apply(c).is_ok());
            let code = fs::read(path).map_or_else(|e| e.raw_os_error().unwrap_or(98), |_| 0);
            _exit(if confined { code } else { 99 });
        }
        assert!(pid > 0 && waitpid(pid, &mut status, 0) == pid);
    }
    status >> 8
}

#[test]
fn applying() {
    const EACCES: c_int = 13;
    let world = World::new("applying");
    let caps = world.caps(Access::Read);
    assert_eq!(read_in_child(None, &world.path("secret")), 0);
    assert_eq!(read_in_child(Some(&caps), &world.path("secret")), EACCES);
    assert_eq!(read_in_child(Some(&caps), &world.path("granted/file")), 0);
}

/// With threads: this program again, which then confines all of them.
#[test]
fn applying_with_threads() {
    if let (Ok(granted), Ok(secret)) = (env::var("NONO_TEST_GRANTED"), env::var("NONO_TEST_SECRET")) {
        let mut caps = CapabilitySet::new().unwrap();
        caps.allow_path(&granted, Access::Read).unwrap();
        let (ask, asked) = sync::mpsc::channel::<()>();
        let (ready, is_ready) = sync::mpsc::channel::<()>();
        let other = thread::spawn(move || {
            let before = fs::read(&secret).is_ok();
            ready.send(()).unwrap();
            asked.recv().unwrap();
            before && fs::read(&secret).is_err()
        });
        is_ready.recv().unwrap();
        nono::apply(&caps).unwrap();
        ask.send(()).unwrap();
        let confined = other.join().unwrap() && fs::read(format!("{granted}/file")).is_ok();
        process::exit(if confined { 0 } else { 1 });
    }
    let world = World::new("applying-with-threads");
    let status = process::Command::new(env::current_exe().unwrap())
        .args(["applying_with_threads", "--exact", "--test-threads=2"])
        .env("NONO_TEST_GRANTED", world.path("granted"))
        .env("NONO_TEST_SECRET", world.path("secret"))
        .status();
    assert!(status.unwrap().success());
}
