//! The service as a process of its own, and servers that are none.

// Each test binary uses its part of this.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::place::Place;

const API_KEY: &str = "tacit_for-the-tests-only-0123456789";

/// `tacit serve`, stopped when it is dropped.
pub(crate) struct Served {
    child: Child,
    agent: Agent,
    base: String,
    api_key: String,
}

/// The hotel of the tour gets a certificate and an attestation, and its service a configuration's worth of files.
pub(crate) fn certified(place: &Place) {
    let certify = "trust --dir ministry certify --identity lotus-hotel.example --name 'Lotus Hotel' --key hotel.pub --out cert.json \
         --attestation attestation.jwt --answers-to 127.0.0.1 --narrowest-age 3650 --disclose name --pseudonym";
    assert_eq!(place.ok(certify)["attestation"], "attestation.jwt");
}

impl Served {
    /// Starts the hotel's service.
    pub(crate) fn start(place: &Place) -> Self {
        use sha2::{Digest, Sha256};
        let listen = free_address();
        let hash = hex::encode(Sha256::digest(API_KEY));
        place.write(
            "serve.toml",
            &format!(
                "listen = '{listen}'\npublic_url = 'http://{listen}/'\nkey_file = 'desk/key'\ncertificate_file = 'cert.json'\n\
                 attestation_file = 'attestation.jwt'\noperators = ['operator.pub']\naccept_development_keys = true\n\
                 return_urls = ['https://lotus-hotel.example/']\nrate_per_second = 1000\nrate_burst = 1000\n\
                 [[clients]]\nname = 'hotel'\nkey_sha256 = '{hash}'\n"
            ),
        );
        Self::spawn(place, &["serve", "--config", "serve.toml"], &listen, API_KEY)
    }

    /// Starts a sandbox.
    pub(crate) fn sandbox(place: &Place) -> Self {
        let listen = free_address();
        Self::spawn(place, &["serve", "--sandbox", "--listen", &listen], &listen, "tacit_sandbox")
    }

    fn spawn(place: &Place, arguments: &[&str], listen: &str, api_key: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_tacit"))
            .args(arguments)
            .current_dir(place.path(""))
            .env_clear()
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(place.path("serve.log")).unwrap())
            .spawn()
            .unwrap();
        let config = Agent::config_builder().http_status_as_error(false).proxy(None).max_redirects(0);
        let config = config.timeout_global(Some(Duration::from_secs(120))).build();
        let mut served = Self {
            child,
            agent: config.new_agent(),
            base: format!("http://{listen}"),
            api_key: api_key.to_owned(),
        };
        while served.agent.get(format!("{}/readyz", served.base)).call().is_err() {
            let ended = served.child.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "{ended:?}: {}",
                std::fs::read_to_string(place.path("serve.log")).unwrap()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        served
    }

    /// The service's own address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Makes a request.
    pub(crate) fn make(&self, ask: &Value) -> Value {
        let (status, made) = self.call("/v1/requests", ask);
        assert_eq!(status, 201, "{made:#}");
        made
    }

    /// Posts JSON with the API key.
    pub(crate) fn call(&self, path: &str, body: &Value) -> (u16, Value) {
        let post = self.agent.post(self.at(path)).header("authorization", format!("Bearer {}", self.api_key));
        read_json(post.content_type("application/json").send(body.to_string()).unwrap())
    }

    /// What the business sees of a request.
    pub(crate) fn outcome(&self, made: &Value) -> Value {
        let address = self.at(&format!("/v1/requests/{}", made["id"].as_str().unwrap()));
        let get = self.agent.get(address).header("authorization", format!("Bearer {}", self.api_key));
        read_json(get.call().unwrap()).1
    }

    pub(crate) fn redeem(&self, id: &str, code: &str) -> (u16, Value) {
        self.call(&format!("/v1/requests/{id}/redeem"), &json!({ "response_code": code }))
    }

    /// Posts as a stranger.
    pub(crate) fn post(&self, to: &str, content_type: &str, body: &[u8]) -> (u16, Value) {
        read_json(self.agent.post(to).content_type(content_type).send(body).unwrap())
    }

    /// Status, type and text of an address.
    pub(crate) fn get(&self, at: &str) -> (u16, String, String) {
        read(self.agent.get(at).call().unwrap())
    }

    /// The same for a form.
    pub(crate) fn fetch(&self, at: &str, form: &str) -> (u16, String, String) {
        read(self.agent.post(at).content_type("application/x-www-form-urlencoded").send(form).unwrap())
    }

    /// Any call with a header of the sandbox.
    pub(crate) fn provoked(&self, code: &str) -> (u16, Option<String>, Value) {
        let response =
            self.agent.get(self.at("/v1/requests/x")).header("tacit-sandbox-answer", code).call().unwrap();
        let mark = response.headers().get("tacit-sandbox").map(|mark| mark.to_str().unwrap().to_owned());
        let (status, value) = read_json(response);
        (status, mark, value)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Already ended is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(mut response: Response<Body>) -> (u16, String, String) {
    let kind = response.body().mime_type().unwrap_or_default().to_owned();
    (response.status().as_u16(), kind, response.body_mut().read_to_string().unwrap())
}

fn read_json(response: Response<Body>) -> (u16, Value) {
    let (status, _, text) = read(response);
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// An address of this machine that nobody listens on.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The claims of a JWT, unchecked.
pub(crate) fn claims(jwt: &str) -> Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

/// A server that answers everything with the same.
pub(crate) struct Lying {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Lying {
    pub(crate) fn serve(status: &str, content_type: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let seen = Arc::clone(&heads);
        // Ends with the process: it waits for calls all its life.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer_one(stream, &answer, &seen);
            }
        });
        Self { address, heads }
    }

    /// A link of the hotel's that leads here.
    pub(crate) fn link(&self, more: &str) -> String {
        format!(
            "openid4vp://?client_id=verifier_attestation:lotus-hotel.example&request_uri=http://{}/r{more}",
            self.address
        )
    }

    /// What was sent here.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn answer_one(mut stream: TcpStream, answer: &str, seen: &Mutex<Vec<String>>) {
    let mut call = String::new();
    let mut byte = [0];
    while !call.ends_with("\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        call.push(byte[0].into());
    }
    let length = call
        .to_lowercase()
        .split("content-length: ")
        .nth(1)
        .map_or(0, |rest| rest.lines().next().and_then(|length| length.parse().ok()).unwrap_or_default());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    seen.lock().unwrap().push(call);
    // Whoever went away meanwhile does not want the answer.
    let _ = stream.write_all(answer.as_bytes());
}
