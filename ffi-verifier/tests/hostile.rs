//! Bytes from anybody, through the functions as C calls them: no panic, no read beyond a buffer (under AddressSanitizer,
//! `cargo xtask asan`), an answer for every call.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int};
use std::path::Path;
use std::ptr::null_mut;
use std::sync::OnceLock;

use proptest::prelude::*;
use tacit_verifier_c::api::{
    TACIT_OK, TACIT_REFUSED, tacit_request_challenge, tacit_text_free, tacit_verifier,
    tacit_verifier_add_trust_list, tacit_verifier_check, tacit_verifier_check_batch, tacit_verifier_create,
    tacit_verifier_destroy, tacit_verifier_request, tacit_verifier_set_clock,
};

/// The texts of the vectors that a good presentation needs.
struct Good {
    config: Vec<u8>,
    list: Vec<u8>,
    request: Vec<u8>,
    presentation: Vec<u8>,
    now: u64,
}

fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/verifier.tsv");
        let lines = std::fs::read_to_string(path).unwrap();
        let field = |start: &str, at: usize| {
            let line = lines.lines().find(|line| line.starts_with(&format!("{start}\t"))).expect("a line");
            line.split('\t').nth(at).unwrap().to_owned()
        };
        Good {
            config: field("verifier\thotel whose caller keeps challenges", 2).into_bytes(),
            list: field("list\tseven", 2).into_bytes(),
            request: field("request\twide", 2).into_bytes(),
            presentation: hex::decode(field("presentation\twide", 2)).unwrap(),
            now: field("case\taccepted: wide, compact", 5).parse().unwrap(),
        }
    })
}

/// What a function answered.
fn answered(call: impl FnOnce(*mut *mut c_char) -> c_int) -> (c_int, String) {
    let mut answer = null_mut();
    let code = call(&raw mut answer);
    assert!(!answer.is_null());
    // SAFETY: an answer is a text that ends, until it is freed.
    let text = unsafe { CStr::from_ptr(answer) }.to_str().unwrap().to_owned();
    // SAFETY: it is not used any more.
    unsafe { tacit_text_free(answer) };
    assert!(code == TACIT_OK || code == TACIT_REFUSED, "{text}");
    assert_eq!(code == TACIT_REFUSED, text.starts_with("{\"error\":{\"code\":\""), "{text}");
    (code, text)
}

struct Site(*mut tacit_verifier);

impl Site {
    fn new(config: &[u8]) -> Result<Self, String> {
        let mut place = null_mut();
        // SAFETY: the pointers are to what the header says.
        let (code, text) = answered(|answer| unsafe {
            tacit_verifier_create(config.as_ptr(), config.len(), &raw mut place, answer)
        });
        assert_eq!(code == TACIT_OK, !place.is_null());
        if code == TACIT_OK { Ok(Self(place)) } else { Err(text) }
    }

    fn good() -> Self {
        let Good { config, list, now, .. } = good();
        let site = Self::new(config).unwrap();
        // SAFETY: as in `new`, and the object lives.
        assert_eq!(answered(|answer| unsafe { tacit_verifier_set_clock(site.0, *now, answer) }).0, TACIT_OK);
        assert_eq!(site.add(list).0, TACIT_OK);
        site
    }

    fn add(&self, list: &[u8]) -> (c_int, String) {
        // SAFETY: as in `new`, and the object lives.
        answered(|answer| unsafe { tacit_verifier_add_trust_list(self.0, list.as_ptr(), list.len(), answer) })
    }

    fn check(&self, request: &[u8], shown: &[u8]) -> (c_int, String) {
        // SAFETY: as in `new`, and the object lives.
        answered(|answer| unsafe {
            tacit_verifier_check(self.0, request.as_ptr(), request.len(), shown.as_ptr(), shown.len(), answer)
        })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // SAFETY: it was made by `create` and is not used any more.
        unsafe { tacit_verifier_destroy(self.0) };
    }
}

/// Bytes like these with a few changes, or anything; in a buffer of exactly their size.
fn changed(bytes: &'static [u8]) -> impl Strategy<Value = Box<[u8]>> {
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let near = (prop::collection::vec(change, 0..4), any::<prop::sample::Index>(), 0..4u8);
    let near = near.prop_map(|(changes, at, cut)| {
        let mut bytes = bytes.to_vec();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if cut == 0 {
            bytes.truncate(at.index(bytes.len()));
        }
        bytes.into_boxed_slice()
    });
    let anything = prop::collection::vec(any::<u8>(), 0..300).prop_map(Vec::into_boxed_slice);
    prop_oneof![4 => near, 1 => anything]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_call_has_an_answer(
        config in changed(&good().config),
        list in changed(&good().list),
        request in changed(&good().request),
        shown in changed(&good().presentation),
        key in any::<[u8; 32]>(),
    ) {
        let site = Site::good();
        let Good { request: real, presentation, .. } = good();
        let (code, text) = site.check(real, &shown);
        prop_assert!(code == TACIT_REFUSED || *shown == **presentation, "{}", text);
        site.check(&request, presentation);
        site.check(&request, &shown);
        site.add(&list);
        drop(Site::new(&config));
        // SAFETY: the pointers are to what the header says, and the object lives.
        unsafe {
            answered(|answer| tacit_request_challenge(request.as_ptr(), request.len(), answer));
            answered(|answer| {
                tacit_verifier_request(site.0, request.as_ptr(), request.len(), key.as_ptr(), key.as_ptr(), answer)
            });
        }
    }
}

#[test]
fn the_untouched_original_is_accepted_and_in_batches_too() {
    let site = Site::good();
    let Good { request, presentation, .. } = good();
    let (code, text) = site.check(request, presentation);
    assert_eq!(code, TACIT_OK, "{text}");
    let one = tacit_verifier_c::api::tacit_presentation {
        request: request.as_ptr(),
        request_size: request.len(),
        presentation: presentation.as_ptr(),
        presentation_size: presentation.len(),
    };
    let bad = tacit_verifier_c::api::tacit_presentation { presentation_size: presentation.len() - 1, ..one };
    let list = [bad, one];
    // SAFETY: the pointers are to what the header says, and the object lives.
    let (code, batch) =
        answered(|answer| unsafe { tacit_verifier_check_batch(site.0, list.as_ptr(), list.len(), answer) });
    assert_eq!(code, TACIT_OK);
    assert!(batch.ends_with(&format!(",{{\"accepted\":{text}}}]")), "{batch}");
    assert!(batch.starts_with("[{\"error\":{\"code\":\"presentation-too-short\""), "{batch}");
}
