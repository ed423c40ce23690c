//! BLAKE2b-512 without a key (RFC 7693), for every hash that snarkjs makes.
//!
//! Written out here because a contribution to phase 1 carries the state of the hash in the middle of a message, which no library
//! hands out or takes in. That state is 216 bytes:
//!
//! ```text
//! buffer (128)  chaining value (64)  bytes compressed (8)  bytes in the buffer (8)  zero (8)       little-endian
//! ```
//!
//! A full buffer is compressed only once more bytes come, since the last block is marked. What lies in the buffer behind its bytes
//! has no meaning. State and buffer are wiped on drop: secrets are made with this hash too.

use zeroize::{Zeroize, ZeroizeOnDrop};

const BLOCK: usize = 128;
/// Bytes of a state.
pub(crate) const STATE: usize = 216;

const IV: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

const SIGMA: [[u8; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// A hash under way.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Blake2b {
    buffer: [u8; BLOCK],
    /// Bytes in the buffer.
    filled: usize,
    chain: [u64; 8],
    compressed: u64,
}

impl Blake2b {
    pub(crate) const fn new() -> Self {
        let mut chain = IV;
        // 64 bytes of output, no key, fanout and depth 1.
        chain[0] ^= 0x0101_0040;
        Self { buffer: [0; BLOCK], filled: 0, chain, compressed: 0 }
    }

    /// The hash of some bytes.
    pub(crate) fn digest(bytes: &[u8]) -> [u8; 64] {
        let mut hash = Self::new();
        hash.update(bytes);
        hash.finish()
    }

    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.filled == BLOCK {
                self.compressed += BLOCK as u64;
                compress(&mut self.chain, &self.buffer, self.compressed, false);
                self.filled = 0;
            }
            let (head, rest) = bytes.split_at(bytes.len().min(BLOCK - self.filled));
            self.buffer[self.filled..self.filled + head.len()].copy_from_slice(head);
            self.filled += head.len();
            bytes = rest;
        }
    }

    pub(crate) fn finish(mut self) -> [u8; 64] {
        self.buffer[self.filled..].fill(0);
        let all = self.compressed + self.filled as u64;
        compress(&mut self.chain, &self.buffer, all, true);
        let mut out = [0; 64];
        write_words(&mut out, &self.chain);
        out
    }

    /// The state in the middle of a message.
    pub(crate) fn state(&self) -> [u8; STATE] {
        let mut state = [0; STATE];
        state[..self.filled].copy_from_slice(&self.buffer[..self.filled]);
        write_words(&mut state[BLOCK..192], &self.chain);
        state[192..200].copy_from_slice(&self.compressed.to_le_bytes());
        state[200..208].copy_from_slice(&(self.filled as u64).to_le_bytes());
        state
    }

    /// Goes on from a state; `None` if it is none.
    pub(crate) fn from_state(state: &[u8; STATE]) -> Option<Self> {
        let word = |at: usize| state[at..].first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        let (compressed, filled) = (word(192)?, usize::try_from(word(200)?).ok()?);
        if filled > BLOCK || compressed > u64::MAX >> 1 {
            return None;
        }
        let mut hash = Self { compressed, filled, ..Self::new() };
        hash.buffer[..filled].copy_from_slice(&state[..filled]);
        for (i, chain) in hash.chain.iter_mut().enumerate() {
            *chain = word(BLOCK + 8 * i)?;
        }
        Some(hash)
    }
}

fn write_words(out: &mut [u8], words: &[u64]) {
    for (eight, word) in out.chunks_exact_mut(8).zip(words) {
        eight.copy_from_slice(&word.to_le_bytes());
    }
}

fn compress(chain: &mut [u64; 8], block: &[u8; BLOCK], length: u64, last: bool) {
    let (words, _) = block.as_chunks::<8>();
    let message: [u64; 16] = core::array::from_fn(|i| u64::from_le_bytes(words[i]));
    let mut v = [0; 16];
    v[..8].copy_from_slice(chain);
    v[8..].copy_from_slice(&IV);
    v[12] ^= length;
    if last {
        v[14] = !v[14];
    }
    for round in 0..12 {
        let s = &SIGMA[round % 10];
        let m = |i: usize| message[usize::from(s[i])];
        mix(&mut v, [0, 4, 8, 12], m(0), m(1));
        mix(&mut v, [1, 5, 9, 13], m(2), m(3));
        mix(&mut v, [2, 6, 10, 14], m(4), m(5));
        mix(&mut v, [3, 7, 11, 15], m(6), m(7));
        mix(&mut v, [0, 5, 10, 15], m(8), m(9));
        mix(&mut v, [1, 6, 11, 12], m(10), m(11));
        mix(&mut v, [2, 7, 8, 13], m(12), m(13));
        mix(&mut v, [3, 4, 9, 14], m(14), m(15));
    }
    for i in 0..8 {
        chain[i] ^= v[i] ^ v[i + 8];
    }
}

#[inline(always)]
fn mix(v: &mut [u64; 16], [a, b, c, d]: [usize; 4], x: u64, y: u64) {
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
    v[d] = (v[d] ^ v[a]).rotate_right(32);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(24);
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(63);
}

#[cfg(test)]
mod tests {
    use blake2::Digest;

    use super::*;

    /// Against another implementation, around every boundary, and with a stop in the middle.
    #[test]
    fn agrees_with_another_implementation() {
        let bytes: Vec<u8> = (0..700_u32).map(|i| (i * 7 + i / 256) as u8).collect();
        for length in (0..=400).chain([511, 512, 513, 700]) {
            let message = &bytes[..length];
            let expected: [u8; 64] = blake2::Blake2b512::digest(message).into();
            assert_eq!(Blake2b::digest(message), expected, "{length} bytes");
            for stop in [0, 1, 127, 128, 129, 256, 300].into_iter().filter(|stop| *stop <= length) {
                let mut first = Blake2b::new();
                first.update(&message[..stop]);
                let mut second = Blake2b::from_state(&first.state()).unwrap();
                second.update(&message[stop..]);
                assert_eq!(second.finish(), expected, "{length} bytes, stopped after {stop}");
            }
        }
    }

    #[test]
    fn states_with_impossible_counts_are_refused() {
        let mut state = Blake2b::new().state();
        state[200] = 129;
        assert!(Blake2b::from_state(&state).is_none());
        state[200] = 128;
        assert!(Blake2b::from_state(&state).is_some());
        state[199] = 0xff;
        assert!(Blake2b::from_state(&state).is_none());
    }
}
