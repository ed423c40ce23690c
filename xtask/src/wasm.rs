//! Building for the browser: the WASM target of rustup or, where that cannot be fetched, a standard library from the sources that
//! Debian packages beside its own compiler (`rustc-web`, `rust-web-src`), built once and kept in `target/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Stages, apt, cargo, root};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler.
const DEBIAN: &str = "/usr/bin/rustc";

/// How to call cargo for [`TARGET`].
pub(crate) enum Toolchain {
    /// As it is.
    Rustup,
    /// With Debian's compiler and this folder as its sysroot.
    Debian { sysroot: PathBuf },
}

impl Toolchain {
    /// Finds one, or makes it.
    pub(crate) fn find(stages: &mut Stages) -> Result<Self, String> {
        let added = Command::new("rustup").args(["target", "add", TARGET]).current_dir(root()).output();
        if added.is_ok_and(|output| output.status.success()) {
            return Ok(Self::Rustup);
        }
        eprintln!("xtask: rustup cannot add {TARGET}; building its standard library from Debian's sources");
        if !Path::new(DEBIAN).exists() || !Path::new("/usr/lib/rustlib/src/rust/library/std").exists() {
            let why =
                "the npm package needs a standard library for WASM: add the target to rustup and try again";
            apt::install(stages, &["rustc-web", "rust-web-src"], why)?;
        }
        Ok(Self::Debian { sysroot: sysroot(stages)? })
    }

    /// `cargo` for the target, which writes into a folder of its own: host and target may have different compilers.
    pub(crate) fn cargo(&self) -> Result<Command, String> {
        let mut command = cargo();
        command.env("CARGO_TARGET_DIR", folder()).env_remove("RUSTFLAGS").env_remove("CARGO_BUILD_TARGET");
        if let Self::Debian { sysroot } = self {
            let name = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN";
            command.env("RUSTC", DEBIAN).env(format!("{name}_LINKER"), linker()?);
            command.env(format!("{name}_RUSTFLAGS"), format!("--sysroot={}", sysroot.display()));
        }
        Ok(command)
    }
}

/// Where builds for the target go.
pub(crate) fn folder() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into())).join("wasm")
}

/// A standard library for the target, made once for each version of Debian's compiler.
fn sysroot(stages: &mut Stages) -> Result<PathBuf, String> {
    let version = text(Command::new(DEBIAN).arg("-vV"))?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    let sysroot = folder().join(format!("std-{commit}"));
    let libraries = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let done = sysroot.join("done");
    if done.exists() {
        return Ok(sysroot);
    }
    let empty = folder().join("empty");
    let write = |path: &Path, text: &str| fs::write(path, text).map_err(|error| format!("{path:?}: {error}"));
    for folder in [&empty.join("src"), &libraries] {
        fs::create_dir_all(folder).map_err(|error| format!("{folder:?}: {error}"))?;
    }
    write(&empty.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2021\"\n[workspace]\n")?;
    write(&empty.join("src/lib.rs"), "")?;
    let mut build = cargo();
    build
        .args(["build", "--release", "-Z", "build-std=std,panic_abort", "--target", TARGET])
        .current_dir(&empty);
    build.env("RUSTC", DEBIAN).env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-C embed-bitcode=yes");
    build.env("CARGO_TARGET_DIR", empty.join("target")).stdout(std::io::stderr());
    stages.run("standard library for WASM", &mut build)?;
    let made = empty.join("target").join(TARGET).join("release/deps");
    let entries = fs::read_dir(&made).map_err(|error| format!("{made:?}: {error}"))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default();
        let library = path.extension().is_some_and(|extension| extension == "rlib");
        if library && !name.to_string_lossy().starts_with("libempty-") {
            fs::copy(&path, libraries.join(name)).map_err(|error| format!("{path:?}: {error}"))?;
        }
    }
    write(&done, "")?;
    Ok(sysroot)
}

/// The linker that comes with rustup's compiler.
fn linker() -> Result<PathBuf, String> {
    let sysroot = text(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root()))?;
    let host = text(Command::new("rustc").args(["--print", "host-tuple"]).current_dir(root()))?;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib").join(host.trim()).join("bin/rust-lld"))
}

fn text(command: &mut Command) -> Result<String, String> {
    let output =
        command.output().map_err(|error| format!("cannot run {:?}: {error}", command.get_program()))?;
    String::from_utf8(output.stdout).map_err(|_| format!("{:?} printed no text", command.get_program()))
}
