//! Presentations that are well formed and wrong: scopes, disclosures, values, proofs.

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::PrimeField;
use ark_serialize::CanonicalSerialize;
use tacit_credential::expiry::Expiry;
use tacit_credential::fixtures::{date, narrow_policy, wide_policy};
use tacit_credential::holder::{Pseudonym, Scope};
use tacit_credential::name::Name;
use tacit_credential::number::Sex;
use tacit_credential::presentation::{Disclosed, Presentation};
use tacit_credential::region::RegionCode;
use tacit_credential::{Fr, fixtures};

use super::scene::{Scene, value};
use super::{Case, Vectors};

pub(super) fn add(vectors: &mut Vectors, scene: &mut Scene) {
    let (narrow, wide) = (scene.request(narrow_policy()), scene.request(wide_policy()));
    vectors.request("to be narrow", value(&narrow));
    vectors.request("to be wide", value(&wide));
    let (for_narrow, for_wide) = (scene.answer(&narrow), scene.answer(&wide));
    let mut refused = |name: &str, request: &str, presentation: &Presentation, code| {
        vectors.presentation(name, presentation.to_bytes());
        vectors.case(Case::verify(&format!("presentation: {name}"), request, name, code));
    };
    let of_narrow = |change: &dyn Fn(&mut Presentation)| changed(&for_narrow, change);
    let of_wide = |change: &dyn Fn(&mut Presentation)| changed(&for_wide, change);

    let scope = Scope::from_field(Fr::from(5u64));
    refused("a scope beside the policy's", "to be wide", &of_wide(&|p| p.scope = Some(scope)), "scope-given");
    refused("without its random scope", "to be narrow", &of_narrow(&|p| p.scope = None), "scope-missing");
    refused("another random scope", "to be narrow", &of_narrow(&|p| p.scope = Some(scope)), "proof-invalid");

    type Field = (&'static str, fn(&mut Disclosed, &Disclosed));
    let fields: [Field; 7] = [
        ("number", |to, from| to.number.clone_from(&from.number)),
        ("name", |to, from| to.name.clone_from(&from.name)),
        ("birth", |to, from| to.birth = from.birth),
        ("sex", |to, from| to.sex = from.sex),
        ("region", |to, from| to.region = from.region),
        ("expiry", |to, from| to.expiry = from.expiry),
        ("extras", |to, from| to.extras.clone_from(&from.extras)),
    ];
    for (name, copy) in fields {
        let less = of_wide(&|p| copy(&mut p.disclosed, &Disclosed::default()));
        refused(&format!("without the {name} asked for"), "to be wide", &less, "not-disclosed");
        let more = of_narrow(&|p| copy(&mut p.disclosed, &for_wide.disclosed));
        refused(&format!("with a {name} not asked for"), "to be narrow", &more, "not-asked");
    }

    type Lie = (&'static str, fn(&mut Disclosed));
    let lies: [Lie; 6] = [
        ("number", |d| d.number = Some(fixtures::number(430_102, "1990-06-16", 18))),
        ("name", |d| d.name = Some(Name::new("李小虎").expect("a name"))),
        ("birth date", |d| d.birth = Some(date("1990-06-16"))),
        ("sex", |d| d.sex = Some(Sex::Male)),
        ("region", |d| d.region = Some(RegionCode::new(440_304).expect("a region"))),
        ("expiry", |d| d.expiry = Some(Expiry::from_encoding(date("2041-01-01")))),
    ];
    for (name, lie) in lies {
        let false_one = of_wide(&|p| lie(&mut p.disclosed));
        refused(&format!("another {name}"), "to be wide", &false_one, "proof-invalid");
    }
    let other = Pseudonym::from_field(Fr::from(6u64));
    refused("another pseudonym", "to be wide", &of_wide(&|p| p.pseudonym = other), "proof-invalid");

    let proofs = proofs(&for_narrow, &for_wide);
    for (name, code, proof) in proofs {
        refused(name, "to be narrow", &of_narrow(&|p| p.proof.0 = proof), code);
    }
    vectors.case(
        Case::verify("presentation: under another key", "narrow", "narrow", "proof-invalid")
            .by("hotel with another key"),
    );
    vectors.case(Case::verify("presentation: under its own key", "to be narrow", "to be narrow", ""));
    vectors.presentation("to be narrow", for_narrow.to_bytes());
    let Some(case) = vectors.cases.last_mut() else { unreachable!("just added") };
    let verified = scene.site.fresh(&narrow).verify(&narrow, &for_narrow).expect("honest");
    case.expect = super::Expect::Ok(crate::accepted(&verified));
}

fn changed(presentation: &Presentation, change: &dyn Fn(&mut Presentation)) -> Presentation {
    let mut changed = presentation.clone();
    change(&mut changed);
    changed
}

type Proof = (&'static str, &'static str, [u8; 128]);

/// Proofs that are none, or of something else.
fn proofs(good: &Presentation, other: &Presentation) -> Vec<Proof> {
    let with = |change: &dyn Fn(&mut [u8; 128])| {
        let mut proof = good.proof.0;
        change(&mut proof);
        proof
    };
    let bytes = |point: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        point(&mut bytes);
        bytes
    };
    let g1 = bytes(&|to| G1Affine::generator().serialize_compressed(to).expect("memory"));
    let g2 = bytes(&|to| G2Affine::generator().serialize_compressed(to).expect("memory"));
    let prime: Vec<u8> = Fq::MODULUS.0.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    // x + p, which names the same point: the generator of G1 has x = 1.
    let mut above = prime.clone();
    above[0] += 1;
    let small = |at: usize, size: usize, wanted: &str| {
        (0..=255u8)
            .map(|x| {
                with(&|p| {
                    p[at..at + size].fill(0);
                    p[at] = x;
                })
            })
            .find(|proof| code(proof) == wanted)
            .expect("every second x has a point")
    };
    let identity = |at: usize, size: usize| {
        with(&|p| {
            p[at..at + size].fill(0);
            p[at + size - 1] = 0x40;
        })
    };
    vec![
        ("A with a second encoding", "proof-not-canonical", with(&|p| p[..32].copy_from_slice(&above))),
        ("A with the prime itself", "proof-not-canonical", with(&|p| p[..32].copy_from_slice(&prime))),
        ("A with contradicting flags", "proof-not-canonical", with(&|p| p[31] |= 0xc0)),
        ("A flagged as the identity", "proof-not-canonical", with(&|p| p[31] = 0x40 | (p[31] & 0x3f) | 1)),
        (
            "B with the prime as its first half",
            "proof-not-canonical",
            with(&|p| p[32..64].copy_from_slice(&prime)),
        ),
        (
            "B with the prime as its second half",
            "proof-not-canonical",
            with(&|p| p[64..96].copy_from_slice(&prime)),
        ),
        ("C with a second encoding", "proof-not-canonical", with(&|p| p[96..].copy_from_slice(&above))),
        ("A off the curve", "proof-off-curve", small(0, 32, "proof-off-curve")),
        ("B off the curve", "proof-off-curve", small(32, 64, "proof-off-curve")),
        ("C off the curve", "proof-off-curve", small(96, 32, "proof-off-curve")),
        ("B outside the subgroup", "proof-outside-subgroup", small(32, 64, "proof-outside-subgroup")),
        ("A the identity", "proof-identity", identity(0, 32)),
        ("B the identity", "proof-identity", identity(32, 64)),
        ("C the identity", "proof-identity", identity(96, 32)),
        ("A negated", "proof-invalid", with(&|p| p[31] ^= 0x80)),
        ("B negated", "proof-invalid", with(&|p| p[95] ^= 0x80)),
        ("C negated", "proof-invalid", with(&|p| p[127] ^= 0x80)),
        (
            "A and C exchanged",
            "proof-invalid",
            with(&|p| {
                let a: [u8; 32] = p[..32].try_into().expect("32 bytes");
                p.copy_within(96..128, 0);
                p[96..].copy_from_slice(&a);
            }),
        ),
        ("A the generator", "proof-invalid", with(&|p| p[..32].copy_from_slice(&g1))),
        ("B the generator", "proof-invalid", with(&|p| p[32..96].copy_from_slice(&g2))),
        ("C the generator", "proof-invalid", with(&|p| p[96..].copy_from_slice(&g1))),
        ("the proof of another statement", "proof-invalid", other.proof.0),
    ]
}

fn code(proof: &[u8]) -> &'static str {
    match tacit_verifier::groth16::Proof::from_bytes(proof) {
        Ok(_) => "ok",
        Err(error) => tacit_verifier::VerifyError::from(error).code(),
    }
}
