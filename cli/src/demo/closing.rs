//! The end of the demonstration: what each business knows beside what a photocopy would have told it, and the README of
//! the kept files.

use std::path::Path;

use tacit_credential::document::RawDocument;

use super::report::{Knowledge, Stage};
use super::scenes::Learnt;
use crate::error::CliError;
use crate::files;

/// What the three businesses know of one guest, fact by fact.
pub(crate) fn knowledge(guest: &RawDocument, learnt: &Learnt) -> Knowledge {
    let columns = ["Lotus Hotel", "Crane Airlines", "Lantern Shop", "a photocopy"].map(str::to_owned).into();
    let mut table = Knowledge::new(columns);
    let no = || "–".to_owned();
    let yes = |text: &str| text.to_owned();
    let pseudonym = learnt.pseudonym_at_shop.map_or_else(no, |pseudonym| {
        let text = pseudonym.to_string();
        format!("yes, here only, as {}…", &text[..8.min(text.len())])
    });
    table.row("name", [no(), learnt.name_at_airline.clone(), no(), guest.name.clone()]);
    table.row("document number", [no(), no(), no(), guest.number.clone()]);
    table.row("age", [yes("18 or older"), yes("18 or older"), no(), format!("born on {}", guest.birth)]);
    table.row("sex", [no(), no(), no(), guest.sex.clone()]);
    table.row("residence", [yes("Guangdong or Hunan"), no(), no(), yes("street and house number")]);
    table.row("portrait, ethnic group", [no(), no(), no(), yes("both")]);
    table.row(
        "the ID is valid",
        [
            yes("today"),
            yes("today"),
            yes("today"),
            format!("{} to {}, if not a forgery", guest.issued, guest.expires),
        ],
    );
    table.row(
        "the ID is not revoked",
        [yes("in this epoch"), yes("in this epoch"), yes("in this epoch"), yes("no way to tell")],
    );
    table.row(
        "issued by",
        [
            yes("a listed bureau"),
            yes("a listed bureau"),
            yes("a listed bureau"),
            yes("which bureau, by name"),
        ],
    );
    table.row("recognises her again", [no(), yes("by her name"), pseudonym, yes("everywhere, for ever")]);
    table.row(
        "can be used elsewhere",
        [
            yes("no: one request, once"),
            yes("no: one request, once"),
            yes("no: one request, once"),
            yes("by everybody who gets hold of it"),
        ],
    );
    table
}

/// Shows the table.
pub(crate) fn curtain(stage: &mut Stage, knowledge: &Knowledge, guest: &RawDocument) {
    stage.act(
        &format!("What each business now knows of {}", guest.name),
        "The first three columns are what the proofs told; the last is what a photocopy of the card would have told any of them.",
    );
    stage.output().say(knowledge.text());
    stage.output().say("");
    stage.output().say(stage.costs());
}

/// Explains the kept files.
pub(crate) fn write_readme(dir: &Path) -> Result<(), CliError> {
    files::write(&dir.join("README.txt"), README.as_bytes())
}

const README: &str = "\
The files of one run of `tacit demo`. All people are invented, all keys are DEVELOPMENT keys.

  keys/resident-id.pk, .vk         proving key (wallets), verifying key (verifiers)
  ministry/, operator.pub          the trust operator, and the key that everybody pins
  bureaus/<id>/                    issuers: keys, registry, log
  residents.jsonl                  the document numbers of everybody they enrolled
  published/                       trust lists and status lists, as everybody may read them
  people/<who>/                    document, enrolment request, credential, wallet; and, since nobody here is real,
                                   passphrase.txt, loss-code.txt and recovery-phrase.txt
  businesses/<who>/                policy, certificate, and the verifier's state
  answers/                         the requests and presentations of the scenes

Commands to try, here in this directory:

  tacit trust verify --operator operator.pub
  tacit request new --state businesses/hotel/state --policy businesses/hotel/policy.toml --out my.request.json
  tacit inspect request my.request.json
  tacit wallet present --wallet people/lin-xiaoyu/wallet --passphrase-file people/lin-xiaoyu/passphrase.txt \\
        --request my.request.json --out my.answer.json
  tacit inspect presentation my.answer.json
  tacit verify --state businesses/hotel/state --presentation my.answer.json --accept-development-key
  tacit verify --state businesses/hotel/state --presentation my.answer.json --accept-development-key
        (refused: every request is answered once)

  tacit wallet list --wallet people/zhou-min/wallet --passphrase-file people/zhou-min/passphrase.txt
  tacit issuer --dir bureaus/changsha-psb show
  tacit issuer --dir bureaus/changsha-psb log --last 10
  tacit inspect circuit
";
