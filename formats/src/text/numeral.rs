//! Field elements as numerals.

use ark_ff::{BigInt, PrimeField};

use super::{Member, TextError};

/// Most digits of an integer below `2^256`.
const DIGITS: usize = 78;

/// A decimal numeral: digits alone, no zero in front of others.
pub(super) fn decimal<F: PrimeField<BigInt = BigInt<4>>>(text: &str, member: Member) -> Result<F, TextError> {
    let plain =
        text.bytes().all(|digit| digit.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    if !plain || text.is_empty() {
        return Err(TextError::Numeral { member });
    }
    if text.len() > DIGITS {
        return Err(TextError::NotCanonical { member });
    }
    element(text.bytes().map(|digit| u64::from(digit - b'0')), 10, member)
}

/// `0x` and 64 hexadecimal digits.
pub(super) fn hexadecimal<F: PrimeField<BigInt = BigInt<4>>>(
    text: &str,
    member: Member,
) -> Result<F, TextError> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 64);
    let digits = digits.ok_or(TextError::Numeral { member })?;
    let values: Option<Vec<u64>> = digits.chars().map(|digit| digit.to_digit(16).map(u64::from)).collect();
    element(values.ok_or(TextError::Numeral { member })?.into_iter(), 16, member)
}

fn element<F: PrimeField<BigInt = BigInt<4>>>(
    digits: impl Iterator<Item = u64>,
    base: u64,
    member: Member,
) -> Result<F, TextError> {
    let mut limbs = [0_u64; 4];
    for digit in digits {
        let mut carry = u128::from(digit);
        for limb in &mut limbs {
            carry += u128::from(*limb) * u128::from(base);
            *limb = carry as u64;
            carry >>= 64;
        }
        if carry != 0 {
            return Err(TextError::NotCanonical { member });
        }
    }
    F::from_bigint(BigInt::new(limbs)).ok_or(TextError::NotCanonical { member })
}

pub(super) fn to_decimal<F: PrimeField>(element: &F) -> String {
    element.into_bigint().to_string()
}

pub(super) fn to_hexadecimal<F: PrimeField<BigInt = BigInt<4>>>(element: &F) -> String {
    let [a, b, c, d] = element.into_bigint().0;
    format!("0x{d:016x}{c:016x}{b:016x}{a:016x}")
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fr;
    use ark_ff::One;

    use super::*;

    const MEMBER: Member = Member::named("number");
    const NUMERAL: Result<Fr, TextError> = Err(TextError::Numeral { member: MEMBER });
    const TOO_LARGE: Result<Fr, TextError> = Err(TextError::NotCanonical { member: MEMBER });

    #[test]
    fn numbers_have_one_form() {
        let decimal = |text: &str| decimal::<Fr>(text, MEMBER);
        let hexadecimal = |text: &str| hexadecimal::<Fr>(text, MEMBER);
        for value in [Fr::from(0), Fr::from(1), Fr::from(10), Fr::from(u64::MAX) * Fr::from(16), -Fr::one()] {
            assert_eq!(decimal(&to_decimal(&value)), Ok(value));
            assert_eq!(hexadecimal(&to_hexadecimal(&value)), Ok(value));
        }
        for text in ["", "00", "01", "+1", "-1", "1 ", " 1", "1_0", "0x1", "1e3", "١"] {
            assert_eq!(decimal(text), NUMERAL, "{text}");
        }
        let zeros = "0".repeat(63);
        for text in [
            format!("0x{zeros}"),
            format!("{zeros}1"),
            format!("0x{zeros}g"),
            format!("0x{zeros}00"),
            format!("0X{zeros}1"),
            format!("0x+{zeros}"),
        ] {
            assert_eq!(hexadecimal(&text), NUMERAL, "{text}");
        }
    }

    #[test]
    fn numbers_are_below_the_prime() {
        let modulus = Fr::MODULUS.to_string();
        assert_eq!(decimal::<Fr>(&modulus, MEMBER), TOO_LARGE);
        for length in [77, 78, 79, 1000] {
            assert_eq!(decimal::<Fr>(&"9".repeat(length), MEMBER), TOO_LARGE);
        }
        assert_eq!(hexadecimal::<Fr>(&format!("0x{}", "f".repeat(64)), MEMBER), TOO_LARGE);
    }
}
