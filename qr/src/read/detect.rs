//! The reader of `rxing`, kept within bounds.
//!
//! It was chosen over `rqrr`, which read 104 of 174 photographs of a code of version 11 where this one read 146, in a fifth of the
//! time (turned, tilted, blurred, noisy, badly lit, compressed, small).
//!
//! It looks for finder patterns, the three squares in a code's corners, then for triples of them, then samples each triple's grid. A
//! picture full of such squares would keep it busy for hours: of many patterns the largest are taken, and of many triples the most
//! plausible. Its documentation says that it may panic on odd pictures, which is caught and counts as no code.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::{BitMatrix, DetectorRXingResult};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};

/// Finder patterns that are looked at: those of 32 codes.
const MOST_PATTERNS: usize = 96;
/// Triples that are sampled.
const MOST_TRIPLES: usize = 256;

/// What was seen.
#[derive(Default)]
pub(super) struct Sighting {
    /// The texts of codes that decode.
    pub(super) texts: Vec<String>,
    /// Whether something that looks like a code does not decode.
    pub(super) undecoded: bool,
}

/// All codes in a picture of dark and light.
pub(super) fn codes(bits: &BitMatrix) -> Sighting {
    catch_unwind(AssertUnwindSafe(|| look(bits))).unwrap_or_default()
}

fn look(bits: &BitMatrix) -> Sighting {
    let mut sighting = Sighting::default();
    let mut patterns = FindFinderPatterns(bits, true, 0);
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.size));
    patterns.truncate(MOST_PATTERNS);
    let mut used = Vec::new();
    for triple in GenerateFinderPatternSets(&mut patterns).into_iter().take(MOST_TRIPLES) {
        let corners = [triple.bl, triple.tl, triple.tr];
        if corners.iter().any(|corner| used.contains(corner)) {
            continue;
        }
        let Ok(grid) = SampleQR(bits, &triple) else { continue };
        match Decode(grid.getBits()) {
            Ok(decoded) if decoded.isValid() => {
                used.extend(corners);
                sighting.texts.push(decoded.content().to_string());
            }
            _ => sighting.undecoded = true,
        }
    }
    sighting
}
