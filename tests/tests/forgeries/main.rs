//! Attacks that worked on systems of this kind, one test or more for each; the number in a test's doc is the attack's.
//!
//! | # | what went wrong elsewhere | here |
//! | --- | --- | --- |
//! | 1 | decompositions that are not unique | `lies`, and per gadget in `circuits/tests` |
//! | 2 | a cached proof of a statement that is not true any more | `replays` |
//! | 3 | a challenge that does not bind the query | `replays` |
//! | 4 | points off the curve; hashes without domains | `lies` |
//! | 5 | non-membership through key + modulus | `lies` |
//! | 6 | path indices that are not boolean | `lies` |
//! | 7 | unknown configurations taken for an empty policy | `replays` |
//! | 8 | comparisons of unchecked ranges | `lies` |
//! | 9 | masks beyond the list, packed fields that overflow | `lies` |
//! | 10 | public inputs out of range | `lies`, `credential/src/public_values.rs`, `verifier/src/tests` |
//! | 11 | a challenge that no constraint holds | `replays` |
//! | 12 | many pseudonyms for one person | `lies` |
//! | 13 | empty values prove anything; circuit id unchecked | `replays`, `roles` |
//! | 14 | public input + modulus; malleable proofs | `replays` |
//! | 15 | secrets of zero; the zero leaf is a member | `lies`, `roles` |
//! | 16 | swapped fields; new photo, new pseudonym; leap days | `roles`; a re-issue keeps the pseudonym: `tests/tests/life.rs` |
//! | 17 | omitted scopes, wildcard domains | `replays`, `roles` |
//! | 18 | secrets in clear, permission that outlives its session | `roles`, `wallet/tests` |
//! | 19 | attributes taken from the holder's word | `roles` |
//! | 21 | a value allocated twice and not linked | `circuits/tests` changes every wire in turn |
//! | 22 | slice comparison wrong for some pairs | not used; dates are compared by range-checked differences |

mod carries;
mod comparisons;
mod lies;
mod links;
mod replays;
mod roles;
