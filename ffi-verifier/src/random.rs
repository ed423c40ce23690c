//! Random bytes: of the system, or drawn from 32 bytes of the caller's.

use rand_core::{CryptoRng, RngCore, impls};
use tacit_credential::field::sha256;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Bytes of a caller's seed.
pub(crate) const SEED: usize = 32;

/// `SHA-256("tacit/ffi-random/v1"; seed, 0), SHA-256(…; seed, 1), …`: as good as the seed, which serves one call.
pub(crate) struct Drawn {
    seed: Zeroizing<[u8; SEED]>,
    blocks: u64,
}

impl Drawn {
    /// From the caller's seed, or from the system if there is none.
    pub(crate) fn new(seed: Option<&[u8; SEED]>) -> Result<Self, Failure> {
        let seed = Zeroizing::new(match seed {
            Some(seed) => *seed,
            None => system()?,
        });
        Ok(Self { seed, blocks: 0 })
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn system() -> Result<[u8; SEED], Failure> {
    let mut seed = [0; SEED];
    rand_core::OsRng.try_fill_bytes(&mut seed).map_err(|_| Failure::NoRandomness)?;
    Ok(seed)
}

/// There is no system: what is random comes from the host.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn system() -> Result<[u8; SEED], Failure> {
    Err(Failure::NoRandomness)
}

impl RngCore for Drawn {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = sha256("tacit/ffi-random/v1", &[&self.seed[..], &self.blocks.to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
            self.blocks += 1;
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Drawn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_stream_and_no_block_twice() {
        let drawn = |seed: &[u8; SEED]| {
            let mut bytes = [0; 80];
            Drawn::new(Some(seed)).unwrap().fill_bytes(&mut bytes);
            bytes
        };
        let bytes = drawn(&[1; SEED]);
        assert_eq!(bytes, drawn(&[1; SEED]));
        assert_ne!(bytes, drawn(&[2; SEED]));
        assert_ne!(bytes[..32], bytes[32..64]);
        let (mut first, mut second) = (Drawn::new(None).unwrap(), Drawn::new(None).unwrap());
        assert_ne!(first.next_u64(), second.next_u64(), "the system's bytes differ every time");
    }
}
