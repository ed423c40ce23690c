//! Arithmetic modulo p on four words, at compile time: what the constants of the backends are made with.

/// The integer 1.
pub(crate) const fn one() -> [u64; 4] {
    [1, 0, 0, 0]
}

/// `−1/w mod 2^64` for odd `w`, by Newton's iteration.
pub(crate) const fn negative_inverse(w: u64) -> u64 {
    let mut inverse = 1_u64;
    let mut i = 0;
    while i < 6 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(w.wrapping_mul(inverse)));
        i += 1;
    }
    inverse.wrapping_neg()
}

/// `a + b`, which fits.
const fn add(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
    let mut sum = [0; 4];
    let mut carry = 0_u128;
    let mut i = 0;
    while i < 4 {
        carry += a[i] as u128 + b[i] as u128;
        sum[i] = carry as u64;
        carry >>= 64;
        i += 1;
    }
    sum
}

/// `a − p` if that is not negative, else `a`.
const fn subtract_once(a: [u64; 4], p: [u64; 4]) -> [u64; 4] {
    let mut difference = [0; 4];
    let mut borrow = false;
    let mut i = 0;
    while i < 4 {
        let (d, b1) = a[i].overflowing_sub(p[i]);
        let (d, b2) = d.overflowing_sub(borrow as u64);
        difference[i] = d;
        borrow = b1 || b2;
        i += 1;
    }
    if borrow { a } else { difference }
}

/// `a·2^times mod p`.
pub(crate) const fn double(mut a: [u64; 4], mut times: usize, p: [u64; 4]) -> [u64; 4] {
    while times > 0 {
        a = subtract_once(add(a, a), p);
        times -= 1;
    }
    a
}

/// `a/2^times mod p`.
pub(crate) const fn halve(mut a: [u64; 4], mut times: usize, p: [u64; 4]) -> [u64; 4] {
    while times > 0 {
        if a[0] & 1 == 1 {
            a = add(a, p);
        }
        a = [(a[0] >> 1) | (a[1] << 63), (a[1] >> 1) | (a[2] << 63), (a[2] >> 1) | (a[3] << 63), a[3] >> 1];
        times -= 1;
    }
    a
}
