//! Attacks that worked on systems of this kind, one test or more for each; the number in a test's doc is the attack's.
//! By row: what went wrong elsewhere; the tests here; *closer*: those of the part that it is about.
//!
//! 1. Decompositions that are not unique: `lies::packed_attributes_have_one_opening`. *Closer:*
//!    `circuits/tests/gadgets`: `range`, `hidden_bit`, `chains`.
//! 2. A cached proof of a statement that is not true any more:
//!    `replays::an_old_proof_does_not_serve_a_new_epoch`, `replays::a_stale_epoch_is_refused`. *Closer:*
//!    `wallet/src/tests/present.rs`, `verifier/src/tests/lists.rs`.
//! 3. A challenge that does not bind the query: `replays::a_presentation_answers_one_request`. *Closer:*
//!    `verifier/src/tests/presentations.rs`.
//! 4. Points off the curve; hashes without domains: `lies::bad_points_are_no_keys_and_no_signatures`,
//!    `lies::hashes_have_domains`, `lies::a_key_that_nobody_owns_is_not_listed`. *Closer:*
//!    `circuits/tests/resident_id/forged_keys.rs`, `trust/src/tests/conditions.rs`.
//! 5. Non-membership through key + modulus: `lies::a_revocation_index_has_one_place`. *Closer:*
//!    `circuits/tests/resident_id/clauses.rs`.
//! 6. Path indices that are not boolean: `lies::selectors_and_digits_are_boolean`. *Closer:*
//!    `circuits/tests/gadgets`: `hidden_bit`, `tree`.
//! 7. Unknown configurations taken for an empty policy: `replays::unknown_configurations_are_refused`.
//!    *Closer:* `credential/src/policy/tests.rs`.
//! 8. Comparisons of unchecked ranges: `lies::dates_and_regions_are_range_checked`. *Closer:*
//!    `circuits/tests/resident_id/packing.rs`.
//! 9. Masks beyond the list, packed fields that overflow: `lies::masks_end_with_their_lists`,
//!    `lies::packed_attributes_have_one_opening`. *Closer:* `circuits/tests/resident_id/packing.rs`.
//! 10. Public inputs out of range: `lies::masks_end_with_their_lists`. *Closer:*
//!     `credential/src/public_values.rs`, `verifier/src/tests/requests.rs`.
//! 11. A challenge that no constraint holds: `replays::the_challenge_is_held_by_the_proof`. *Closer:*
//!     `circuits/tests/resident_id/clauses.rs`, each public value alone.
//! 12. Many pseudonyms for one person: `lies::there_is_one_pseudonym`. *Closer:*
//!     `wallet/src/tests/present.rs`.
//! 13. Empty values prove anything; circuit id unchecked: `replays::damaged_proofs_are_refused`,
//!     `replays::keys_belong_to_circuits`, `roles::nothing_is_empty`. *Closer:* `verifier/src/tests/keys.rs`.
//! 14. Public input + modulus; malleable proofs: `replays::a_rerandomised_proof_is_a_replay`,
//!     `replays::damaged_proofs_are_refused`. *Closer:* `tests/tests/messages.rs`,
//!     `verifier/src/tests/requests.rs`.
//! 15. Secrets of zero; the zero leaf is a member: `lies::padding_is_nobody`,
//!     `roles::the_zero_secret_is_refused`, `roles::the_zero_secrets_key_is_not_enrolled`. *Closer:*
//!     `circuits/tests/gadgets/tree.rs`, `wallet/src/tests/present.rs`.
//! 16. Swapped fields; new photo, new pseudonym; leap days: `roles::fields_are_not_interchangeable`,
//!     `roles::ages_count_on_the_birthday`. *Closer:* a re-issue keeps the pseudonym: `tests/tests/life.rs`,
//!     `issuer/tests/issuer/reissue.rs`.
//! 17. Omitted scopes, wildcard domains: `replays::scopes_are_never_defaults`,
//!     `replays::scopes_belong_to_certified_identities`, `roles::scopes_have_an_identity_and_a_label`.
//!     *Closer:* `credential/src/holder.rs`.
//! 18. Secrets in clear, permission that outlives its session: `roles::wallet_files_hold_no_secret_in_clear`.
//!     *Closer:* `wallet/src/tests/store.rs`; consent is a value that one presentation consumes:
//!     `wallet/src/tests/present.rs`. There is no browser storage.
//! 19. Attributes taken from the holder's word: `roles::enrolment_takes_no_attributes_from_the_holder`.
//!     *Closer:* `issuer/tests/issuer/enrolment.rs`.
//! 20. Vector multiplication with carries in parallel: `carries`: whole proofs on every backend. *Closer:*
//!     `kernels/src/tests/fields.rs`, all pairs of such values.
//! 21. A value allocated twice and not linked: `links::only_what_the_verifier_sets_is_free`. *Closer:*
//!     `circuits/tests/resident_id/audits.rs` changes every wire in turn, and shows what forces each.
//! 22. Comparison wrong for some pairs: `comparisons`: whole ranges against native comparison. *Closer:*
//!     `circuits/tests/gadgets/range.rs`; the slice comparison itself is not used.
//!
//! All rows apply; none is left out.

mod carries;
mod comparisons;
mod lies;
mod links;
mod replays;
mod roles;
