//! A real Redis server of the test's own: on a free port of this machine, in a temporary directory, ended with the test.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server.
pub(crate) struct RedisServer {
    dir: tempfile::TempDir,
    port: u16,
    settings: Vec<&'static str>,
    child: Option<Child>,
}

/// What the service insists on.
pub(crate) const SAFE: [&str; 3] =
    ["--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"];

impl RedisServer {
    /// With the settings that the service insists on.
    pub(crate) fn new() -> Self {
        Self::with(&SAFE)
    }

    pub(crate) fn with(settings: &[&'static str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dir = tempfile::tempdir().unwrap();
        let mut this = Self { dir, port, settings: settings.to_vec(), child: None };
        this.start();
        this
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Starts it, on what the directory holds.
    pub(crate) fn start(&mut self) {
        let mut command = Command::new(program());
        command.args([
            "--port",
            &self.port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--maxmemory",
            "64mb",
        ]);
        command.args(["--dir", self.dir.path().to_str().unwrap(), "--daemonize", "no"]);
        command.args(self.settings.iter().flat_map(|setting| setting.split(' ')));
        self.child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let patience = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < patience, "redis-server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn program() -> &'static Path {
    const PLACES: [&str; 3] =
        ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/opt/homebrew/bin/redis-server"];
    PLACES.iter().map(Path::new).find(|path| path.exists()).expect(
        "redis-server is not installed; `cargo xtask test` installs it, or `apt-get install redis-server`",
    )
}
