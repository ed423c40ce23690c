//! Tells the library how it was compiled: the compiler, its flags, and the profile that `cargo xtask bench` names.

use std::env;
use std::process::Command;

fn main() {
    let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().ok();
    let version =
        version.map_or_else(String::new, |out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().replace('\x1f', " ");
    let profile = env::var("TACIT_BENCH_PROFILE").unwrap_or_default();
    println!("cargo::rustc-env=TACIT_BENCH_RUSTC={version}");
    println!("cargo::rustc-env=TACIT_BENCH_RUSTFLAGS={flags}");
    println!("cargo::rustc-env=TACIT_BENCH_PROFILE={profile}");
    println!("cargo::rerun-if-env-changed=TACIT_BENCH_PROFILE");
    println!("cargo::rerun-if-changed=build.rs");
}
