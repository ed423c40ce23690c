//! Every operation on every backend against arkworks, on random and adversarial values.

mod fields;
mod inverses;
