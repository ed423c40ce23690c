//! The instructions used, as safe functions for this folder alone.
//!
//! Why they are safe here: the types of this folder cannot be named outside it, and code generic over them is only ever run by
//! [`Token::run`](super::Token::run), whose receiver exists only if the CPU has every feature listed in [`super::Token::detect`].
//! Nothing here touches memory except through references.

use core::arch::x86_64::*;

use crate::lanes::Line;

/// Eight 64-bit words.
pub(super) type V = __m512i;

macro_rules! wrap {
    ($($(#[$doc:meta])* fn $name:ident $(<const $n:ident: $nt:ty>)? ($($arg:ident: $ty:ty),*) -> $out:ty = $call:expr;)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        pub(super) fn $name $(<const $n: $nt>)? ($($arg: $ty),*) -> $out {
            // SAFETY: register-only instructions of avx512f, vl, dq, bw, ifma or vbmi2, all present: see the module's doc.
            unsafe { $call }
        }
    )*};
}

wrap! {
    /// `acc + low52(a·b)`, where `a` and `b` count modulo 2^52.
    fn madd_lo(acc: V, a: V, b: V) -> V = _mm512_madd52lo_epu64(acc, a, b);
    /// `acc + (a·b >> 52)`, where `a` and `b` count modulo 2^52.
    fn madd_hi(acc: V, a: V, b: V) -> V = _mm512_madd52hi_epu64(acc, a, b);
    fn add(a: V, b: V) -> V = _mm512_add_epi64(a, b);
    fn sub(a: V, b: V) -> V = _mm512_sub_epi64(a, b);
    fn and(a: V, b: V) -> V = _mm512_and_si512(a, b);
    fn or(a: V, b: V) -> V = _mm512_or_si512(a, b);
    /// Arithmetic shift right by 52: the signed carry of a limb.
    fn carry52(a: V) -> V = _mm512_srai_epi64::<52>(a);
    fn shr<const N: u32>(a: V) -> V = _mm512_srli_epi64::<N>(a);
    fn shl<const N: u32>(a: V) -> V = _mm512_slli_epi64::<N>(a);
    /// The low word of `(high:low) >> N`.
    fn funnel_shr<const N: i32>(low: V, high: V) -> V = _mm512_shrdi_epi64::<N>(low, high);
    fn splat(word: u64) -> V = _mm512_set1_epi64(word.cast_signed());
    fn zero() -> V = _mm512_setzero_si512();
    /// Lane `i` of the result is lane `index[i] mod 8` of the table.
    fn lookup(table: V, index: V) -> V = _mm512_permutexvar_epi64(index, table);
    /// Lane `i` of the result is lane `index[i] mod 16` of `low` followed by `high`.
    fn lookup2(low: V, high: V, index: V) -> V = _mm512_permutex2var_epi64(low, index, high);
    fn select(mask: u8, then: V, other: V) -> V = _mm512_mask_blend_epi64(mask, other, then);
    /// `a − b` in the lanes of the mask, `otherwise` elsewhere.
    fn masked_sub(otherwise: V, mask: u8, a: V, b: V) -> V = _mm512_mask_sub_epi64(otherwise, mask, a, b);
    fn equal(a: V, b: V) -> u8 = _mm512_cmpeq_epi64_mask(a, b);
    fn negative(a: V) -> u8 = _mm512_movepi64_mask(a);
    fn rotate<const N: i32>(a: V) -> V = _mm512_alignr_epi64::<N>(a, a);
    fn unpack_lo(a: V, b: V) -> V = _mm512_unpacklo_epi64(a, b);
    fn unpack_hi(a: V, b: V) -> V = _mm512_unpackhi_epi64(a, b);
    /// Moves 128-bit quarters: two of `a`, then two of `b`, chosen by the two-bit fields of `N`.
    fn quarters<const N: i32>(a: V, b: V) -> V = _mm512_shuffle_i64x2::<N>(a, b);
}

/// Eight words from memory.
#[inline(always)]
pub(super) fn from_words(words: &[u64; 8]) -> V {
    // SAFETY: the reference covers the 64 bytes read; the load needs no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

/// Eight words to memory.
#[inline(always)]
pub(super) fn to_words(a: V) -> [u64; 8] {
    let mut words = [0; 8];
    // SAFETY: the array covers the 64 bytes written; the store needs no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), a) };
    words
}

/// One line from memory.
#[inline(always)]
pub(super) fn load(line: &Line) -> V {
    // SAFETY: a `Line` is 64 bytes, aligned to 64.
    unsafe { _mm512_load_si512(line.0.as_ptr().cast()) }
}

/// One line to memory.
#[inline(always)]
pub(super) fn store(line: &mut Line, a: V) {
    // SAFETY: a `Line` is 64 bytes, aligned to 64.
    unsafe { _mm512_store_si512(line.0.as_mut_ptr().cast(), a) }
}

/// Fetches a line into the second-level cache.
#[inline(always)]
pub(super) fn prefetch(line: &Line) {
    // SAFETY: a prefetch reads nothing and cannot fault; the address is that of a reference besides.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(line.0.as_ptr().cast()) }
}

/// Fetches a line into the first-level cache.
#[inline(always)]
pub(super) fn prefetch_near(line: &Line) {
    // SAFETY: as for `prefetch`.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(line.0.as_ptr().cast()) }
}
