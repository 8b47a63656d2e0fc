// build.rs - where libnono is.  SPDX-License-Identifier: Apache-2.0

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=NONO_LIB_DIR");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
    if let Ok(dir) = env::var("NONO_LIB_DIR") {
        println!("cargo:rustc-link-search=native={dir}");
    } else {
        let found = Command::new("pkg-config").args(["--libs-only-L", "nono"]).output();
        let flags = match &found {
            Ok(out) if out.status.success() => String::from_utf8_lossy(&out.stdout).into_owned(),
            _ => panic!("pkg-config does not know nono: install it, or set NONO_LIB_DIR"),
        };
        for dir in flags.split_whitespace().filter_map(|f| f.strip_prefix("-L")) {
            println!("cargo:rustc-link-search=native={dir}");
        }
    }
    println!("cargo:rustc-link-lib=nono");
}
