//! `tacit serve` as a process: configuration from three places, a guest's visit, the end by signal.

mod place;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use place::{Place, tour};
use serde_json::{Value, json};

/// A running service; killed if a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .proxy(None)
        .build()
        .into()
}

#[test]
fn flags_go_over_variables_and_variables_over_the_file() {
    let place = Place::new();
    place.write(
        "serve.toml",
        "listen = \"127.0.0.1:1\"\nlifetime_seconds = 11\nretention_seconds = 12\nrate_burst = 13\n\
         store = \"redis://:hunter2@redis.internal/0\"\n[[clients]]\nname = \"desk\"\nkey_sha256 = \"aa\"\n",
    );
    // A hash has 64 digits, and the file says so.
    place.fails("serve --config serve.toml", 4, "malformed");
    let made = place.ok("serve --new-api-key front-desk");
    let hash = made["key_sha256"].as_str().unwrap();
    assert!(made["api_key"].as_str().unwrap().starts_with("tacit_"));
    place.write(
        "serve.toml",
        &format!(
            "listen = \"127.0.0.1:1\"\nlifetime_seconds = 11\nretention_seconds = 12\nrate_burst = 13\n\
             store = \"redis://:hunter2@redis.internal/0\"\n[[clients]]\nname = \"desk\"\nkey_sha256 = \"{hash}\"\n"
        ),
    );
    let mut command =
        place.command("serve --config serve.toml --print-config --rate-burst 99 --operators one,two --json");
    command.env("TACIT_SERVE_RETENTION_SECONDS", "77").env("TACIT_SERVE_RATE_BURST", "88");
    command.env("TACIT_SERVE_RETURN_URLS", "https://a.example/,https://b.example/x/");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    let config = &serde_json::from_str::<Value>(&text).unwrap()["config"];
    assert_eq!(config["lifetime_seconds"], 11);
    assert_eq!(config["retention_seconds"], 77);
    assert_eq!(config["rate_burst"], 99);
    assert_eq!(config["operators"], json!(["one", "two"]));
    assert_eq!(config["return_urls"], json!(["https://a.example/", "https://b.example/x/"]));
    assert_eq!(config["clients"][0]["name"], "desk");

    let told = place.fails("serve --store redis://:hunter2@", 2, "config");
    assert!(told["error"]["message"].as_str().unwrap().contains("public_url"), "{told}");
    let told = place.fails("serve --store postgres://:hunter2@x --print-config", 2, "unusable");
    assert!(!told.to_string().contains("hunter2"), "{told}");
    let all = format!(
        "serve --public-url http://127.0.0.1:8411/ --operators {} --clients desk={hash} --key-file nothing",
        "ab".repeat(32)
    );
    place.fails(&all, 3, "config");
}

#[test]
fn a_guest_visits_and_the_service_ends_by_signal() {
    let place = tour();
    place.ok(
        "trust --dir ministry certify --identity lotus-hotel.example --name 'Lotus Hotel' --key hotel.pub --out cert.json \
         --answers-to lotus-hotel.example,127.0.0.1 --narrowest-age 3650 --disclose name",
    );
    let key = place.ok("serve --new-api-key front-desk");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    place.write(
        "serve.toml",
        &format!(
            "listen = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}/\"\nkey_file = \"desk/key\"\n\
             certificate_file = \"cert.json\"\noperators = [\"operator.pub\"]\naccept_development_keys = true\n\
             [[clients]]\nname = \"front-desk\"\nkey_sha256 = \"{}\"\n",
            key["key_sha256"].as_str().unwrap()
        ),
    );
    let child = Process::new(assert_cmd::cargo::cargo_bin("tacit"))
        .args(["serve", "--config", "serve.toml"])
        .current_dir(place.path("."))
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let lines = BufReader::new(running.0.stderr.take().unwrap()).lines();
    let log = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());

    let url = format!("http://127.0.0.1:{port}");
    let patience = Instant::now() + Duration::from_secs(60);
    let is_ready = || agent().get(format!("{url}/readyz")).call().is_ok_and(|answer| answer.status() == 200);
    while !is_ready() {
        assert!(Instant::now() < patience, "{:?}", running.0.try_wait());
        std::thread::sleep(Duration::from_millis(100));
    }
    let bearer = format!("Bearer {}", key["api_key"].as_str().unwrap());
    let body = json!({ "policy": { "minimum_age": 18, "disclose": ["name"] } }).to_string();
    let mut made = agent()
        .post(format!("{url}/v1/requests"))
        .header("authorization", &bearer)
        .header("content-type", "application/json")
        .send(&body)
        .unwrap();
    let made: Value = serde_json::from_str(&made.body_mut().read_to_string().unwrap()).unwrap();
    place.ok(&format!(
        "wallet --wallet w present {} --proving-key keys/resident-id.pk --yes",
        made["request_url"].as_str().unwrap()
    ));
    let path = format!("{url}/v1/requests/{}", made["id"].as_str().unwrap());
    let mut outcome = agent().get(path).header("authorization", &bearer).call().unwrap();
    let outcome: Value = serde_json::from_str(&outcome.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(
        (&outcome["status"], &outcome["outcome"]["disclosed"]["name"]),
        (&json!("accepted"), &json!("李明"))
    );

    // What `kill` sends.
    let killed = Process::new("kill").args(["-TERM", &running.0.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(running.0.wait().unwrap().success(), "an orderly end");
    let log = log.join().unwrap();
    assert!(log.iter().any(|line| line.contains("presentation accepted")), "{log:#?}");
    assert!(!log.iter().any(|line| line.contains("李明")), "{log:#?}");
}
