//! Every operation on every backend against arkworks, on random and adversarial values.

mod fft;
mod fields;
mod inverses;
mod msm;
mod pairing;
mod pairing_points;
mod sparse;
