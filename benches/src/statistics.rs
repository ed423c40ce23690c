//! What is said of a set of samples: quartiles, by linear interpolation between neighbours (Hyndman and Fan's type 7).

use serde::Serialize;

/// Minimum, quartiles and number of some samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quartiles {
    /// The least.
    pub minimum: f64,
    /// A quarter is below.
    pub lower: f64,
    /// Half is below.
    pub median: f64,
    /// Three quarters are below.
    pub upper: f64,
    /// How many.
    pub samples: usize,
}

impl Quartiles {
    /// Of at least one sample; `None` of none, or if one is not a number.
    #[must_use]
    pub fn of(samples: &[f64]) -> Option<Self> {
        if samples.is_empty() || samples.iter().any(|sample| sample.is_nan()) {
            return None;
        }
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            minimum: sorted[0],
            lower: quantile(&sorted, 0.25),
            median: quantile(&sorted, 0.5),
            upper: quantile(&sorted, 0.75),
            samples: sorted.len(),
        })
    }
}

fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    let place = fraction * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

/// Rounds to the microsecond, if the value is in milliseconds; to three decimals in any case.
#[must_use]
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_of_known_samples() {
        let q = Quartiles::of(&[4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!((q.minimum, q.lower, q.median, q.upper, q.samples), (1.0, 1.75, 2.5, 3.25, 4));
        let q = Quartiles::of(&[5.0, 1.0, 4.0, 2.0, 3.0]).unwrap();
        assert_eq!((q.minimum, q.lower, q.median, q.upper, q.samples), (1.0, 2.0, 3.0, 4.0, 5));
    }

    #[test]
    fn one_sample_is_every_quartile() {
        let q = Quartiles::of(&[7.5]).unwrap();
        assert_eq!((q.minimum, q.lower, q.median, q.upper), (7.5, 7.5, 7.5, 7.5));
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        assert_eq!(Quartiles::of(&[]), None);
        assert_eq!(Quartiles::of(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn one_outlier_moves_no_quartile() {
        let mut samples = vec![10.0; 9];
        samples.push(1e6);
        let q = Quartiles::of(&samples).unwrap();
        assert_eq!((q.lower, q.median, q.upper), (10.0, 10.0, 10.0));
    }
}
