//! Proofs of which most was computed beforehand.
//!
//! From one proof to the next with the same credential few wires change. Let `z⁰` be an assignment with zeros in place of the wires that
//! are expected to change. [`Prover::prepare`] keeps the four sums over wires for `z⁰`; [`Prover::show`] adds those for `z − z⁰`, which
//! is zero wherever a wire is what it was:
//!
//! ```text
//! Σ zᵢAᵢ = Σ z⁰ᵢAᵢ + Σ (zᵢ − z⁰ᵢ)Aᵢ
//! ```
//!
//! and makes the quotient and the blinding anew. So the choice of the changing wires decides about speed alone: a wire that changes
//! without having been expected to costs what it costs in a full proof, and the proof is valid all the same.
//!
//! **Checked here**: as in [`Prover::prove`], every constraint, at each show. **Secret**: what was prepared tells about the
//! assignment as much as the assignment does. It is zeroized when dropped; its bytes belong in an encrypted, authenticated store.

use ark_bn254::{Fq, Fq2, Fr};
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, BigInt, BigInteger, PrimeField, Zero};
use rand_core::CryptoRngCore;
use tacit_r1cs::Assignment;
use zeroize::Zeroizing;

use crate::control::Control;
use crate::engine::WireSums;
use crate::proof::Proof;
use crate::prover::{Blinding, ProveError, Prover};

/// Wires that are expected to change from one proof to the next.
#[derive(Clone)]
pub struct Changing {
    wires: Vec<u32>,
}

impl Changing {
    /// Found from two assignments of one system: the wires that differ. Take two that differ in all that may change.
    #[must_use]
    pub fn between(one: &Assignment, other: &Assignment) -> Self {
        let pairs = one.as_slice().iter().zip(other.as_slice());
        Self { wires: (0..).zip(pairs).filter(|(_, (a, b))| a != b).map(|(wire, _)| wire).collect() }
    }

    /// Declared.
    #[must_use]
    pub fn wires(wires: impl IntoIterator<Item = u32>) -> Self {
        Self { wires: wires.into_iter().collect() }
    }

    /// How many wires these are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.wires.len()
    }
}

/// Sums over the wires that do not change. Secret: see the module.
pub struct Prepared {
    key: [u8; 32],
    values: Zeroizing<Vec<Fr>>,
    sums: WireSums,
}

impl Prover {
    /// Keeps the sums over all wires but the changing ones. The assignment need not satisfy the system: nothing is proved yet.
    pub fn prepare(&self, assignment: &Assignment, changing: &Changing) -> Result<Prepared, ProveError> {
        self.check_shape(assignment)?;
        let mut values = Zeroizing::new(assignment.as_slice().to_vec());
        for &wire in &changing.wires {
            if let Some(value) = values.get_mut(wire as usize) {
                *value = Fr::ZERO;
            }
        }
        let sums = self.engine().wire_sums(&values);
        Ok(Prepared { key: self.key().digest(), values, sums })
    }

    /// [`Prover::prove`], quicker by what was prepared.
    pub fn show(
        &self,
        prepared: &Prepared,
        assignment: &Assignment,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Proof, ProveError> {
        self.show_with(prepared, assignment, Blinding::random(rng), &Control::default())
    }

    /// [`Prover::show`] with given blinding factors, cancellable and watched.
    pub fn show_with(
        &self,
        prepared: &Prepared,
        assignment: &Assignment,
        blinding: Blinding,
        control: &Control<'_>,
    ) -> Result<Proof, ProveError> {
        if prepared.key != self.key().digest() || prepared.values.len() != self.r1cs().num_wires() {
            return Err(ProveError::PreparedWithAnotherKey);
        }
        self.check_shape(assignment)?;
        let pairs = assignment.as_slice().iter().zip(&*prepared.values);
        let rest: Zeroizing<Vec<Fr>> = Zeroizing::new(pairs.map(|(new, old)| *new - old).collect());
        self.finish(assignment, &prepared.sums, &rest, blinding, control)
    }
}

const MAGIC: &[u8; 8] = b"tacit-sh";
const VERSION: u8 = 1;
/// Magic, version, digest of the key, number of wires, sums.
const HEAD: usize = 8 + 1 + 32 + 4 + 3 * 64 + 128;

/// Why bytes are nothing prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PreparedDecodeError {
    /// The bytes are of another kind or of another version.
    #[error("these bytes are no prepared sums of this version; prepare again")]
    Kind,
    /// Cut off, too long, or a value or point that is not canonical or not on its curve.
    #[error("the prepared sums are damaged; prepare again")]
    Damaged,
}

impl Prepared {
    /// For an encrypted, authenticated store:
    ///
    /// ```text
    /// "tacit-sh"  version (1)  digest of the key (32)  wires (4, little-endian)  ΣA ΣB₁ ΣL' (64 each)  ΣB₂ (128)
    /// (length (1)  value, little-endian without leading zeros (length)){wires}
    /// ```
    ///
    /// Points as in key files.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Room for all, as growing would leave copies behind.
        let mut out = Zeroizing::new(Vec::with_capacity(HEAD + 33 * self.values.len()));
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        out.extend_from_slice(&self.key);
        out.extend_from_slice(&(self.values.len() as u32).to_le_bytes());
        for point in [self.sums.a, self.sums.b1, self.sums.l] {
            let (x, y) = point.into_affine().xy().unwrap_or_default();
            [x, y].iter().for_each(|c| push(&mut out, c.into_bigint(), 32));
        }
        let (x, y) = self.sums.b2.into_affine().xy().unwrap_or_default();
        [x.c0, x.c1, y.c0, y.c1].iter().for_each(|c| push(&mut out, c.into_bigint(), 32));
        for value in &*self.values {
            let integer = value.into_bigint();
            let length = integer.num_bits().div_ceil(8);
            out.push(length as u8);
            push(&mut out, integer, length as usize);
        }
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Whether it is of the right key is found out by [`Prover::show`].
    ///
    /// **Not checked**: that ΣB₂ lies in the subgroup, and that the sums are those of the values, which only the store's
    /// authentication vouches for. With false ones a show gives a proof that does not hold.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PreparedDecodeError> {
        use PreparedDecodeError::{Damaged, Kind};
        let (head, mut rest) = bytes.split_at_checked(HEAD).ok_or(Kind)?;
        if !head.starts_with(MAGIC) || head[8] != VERSION {
            return Err(Kind);
        }
        let mut key = [0; 32];
        key.copy_from_slice(&head[9..41]);
        let wires = u32::from_le_bytes([head[41], head[42], head[43], head[44]]) as usize;
        let coordinate = |at: usize| Fq::from_bigint(integer(&head[45 + 32 * at..][..32])).ok_or(Damaged);
        let g1 = |at| point::<ark_bn254::g1::Config>(coordinate(at)?, coordinate(at + 1)?);
        let pair = |at| Ok(Fq2::new(coordinate(at)?, coordinate(at + 1)?));
        let g2 = |at| point::<ark_bn254::g2::Config>(pair(at)?, pair(at + 2)?);
        let sums = WireSums { a: g1(0)?, b1: g1(2)?, l: g1(4)?, b2: g2(6)? };
        // Each wire takes a byte at least, so that a false number cannot make us allocate.
        if wires > rest.len() {
            return Err(Damaged);
        }
        let mut values = Zeroizing::new(Vec::with_capacity(wires));
        for _ in 0..wires {
            let (&length, tail) = rest.split_first().ok_or(Damaged)?;
            let (value, tail) = tail.split_at_checked(usize::from(length)).ok_or(Damaged)?;
            if length > 32 || value.last() == Some(&0) {
                return Err(Damaged);
            }
            values.push(Fr::from_bigint(integer(value)).ok_or(Damaged)?);
            rest = tail;
        }
        if rest.is_empty() { Ok(Self { key, values, sums }) } else { Err(Damaged) }
    }
}

/// A point on the curve, or the identity for (0, 0).
fn point<C: SWCurveConfig>(x: C::BaseField, y: C::BaseField) -> Result<Projective<C>, PreparedDecodeError> {
    let point = Affine::<C>::new_unchecked(x, y);
    if x.is_zero() && y.is_zero() {
        Ok(Projective::ZERO)
    } else if point.is_on_curve() {
        Ok(point.into_group())
    } else {
        Err(PreparedDecodeError::Damaged)
    }
}

/// The low bytes, little-endian.
fn push(out: &mut Vec<u8>, integer: BigInt<4>, bytes: usize) {
    out.extend((0..bytes).map(|i| (integer.0[i / 8] >> (8 * (i % 8))) as u8));
}

/// At most 32 bytes, little-endian.
fn integer(bytes: &[u8]) -> BigInt<4> {
    let mut words = [0; 4];
    for (i, &byte) in bytes.iter().enumerate() {
        words[i / 8] |= u64::from(byte) << (8 * (i % 8));
    }
    BigInt(words)
}
