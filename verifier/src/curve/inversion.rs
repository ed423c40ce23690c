//! Many inverses for one (Montgomery's trick): three multiplications each.

use alloc::vec::Vec;

use ark_ff::Field;

/// Replaces every element by its inverse, and leaves zeros as they are. `products` is room to work in.
pub(crate) fn invert_all<F: Field>(elements: &mut [F], products: &mut Vec<F>) {
    products.clear();
    let mut product = F::ONE;
    for element in elements.iter() {
        products.push(product);
        if !element.is_zero() {
            product *= element;
        }
    }
    // A product of what is not zero.
    let mut inverse = product.inverse().unwrap_or(F::ONE);
    for (element, before) in elements.iter_mut().zip(products).rev() {
        if !element.is_zero() {
            let next = inverse * *element;
            *element = inverse * *before;
            inverse = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::Fq;

    #[test]
    fn zeros_stay_and_the_others_are_inverted() {
        for skip in [None, Some(0), Some(3), Some(6)] {
            let elements: Vec<Fq> =
                (0..7).map(|i| if Some(i) == skip { Fq::from(0) } else { Fq::from(i as u64 + 2) }).collect();
            let mut inverses = elements.clone();
            invert_all(&mut inverses, &mut Vec::new());
            for (x, inverse) in elements.iter().zip(&inverses) {
                assert_eq!(x.inverse().unwrap_or(Fq::from(0)), *inverse);
            }
        }
        invert_all::<Fq>(&mut [], &mut Vec::new());
    }
}
