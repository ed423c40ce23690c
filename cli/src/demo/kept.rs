//! The README of the files that `--keep` leaves.

use std::path::Path;

use super::site;
use crate::error::CliError;
use crate::files;

/// Explains the kept files.
pub(crate) fn write_readme(dir: &Path) -> Result<(), CliError> {
    files::write(&dir.join(site::README), README.as_bytes())
}

const README: &str = "\
The files of one run of `tacit demo`. All people are invented, all keys are DEVELOPMENT keys.

  keys/resident-id.pk, .vk         proving key (wallets), verifying key (verifiers)
  ministry/, operator.pub          the trust operator, and the key that everybody pins
  bureaus/<id>/                    issuers: keys, registry, log
  enrolled/<id>.jsonl              what each bureau enrolled: a document and a wallet's request on every line
  published/                       trust lists and status lists, as everybody may read them
  people/<who>/                    document, enrolment request, credential, wallet; and, since nobody here is real,
                                   passphrase.txt, loss-code.txt and recovery-phrase.txt
  businesses/<who>/                entry.toml (what the ministry lets it ask), certificate, policy, and the verifier's state
  answers/                         the requests and presentations of the scenes

Commands to try, here in this directory. A business asks, a guest answers, the business checks:

  tacit request new --state businesses/hotel/state --policy businesses/hotel/policy.toml --out my.request.json
  tacit inspect request my.request.json
  tacit wallet present --wallet people/lin-xiaoyu/wallet --passphrase-file people/lin-xiaoyu/passphrase.txt \\
        --request my.request.json --out my.answer.json
  tacit inspect presentation my.answer.json
  tacit verify --state businesses/hotel/state --presentation my.answer.json --accept-development-key
  tacit verify --state businesses/hotel/state --presentation my.answer.json --accept-development-key
        (refused: every request is answered once)
  tacit inspect policy businesses/shop/policy.toml
  tacit inspect certificate businesses/shop/certificate.json
  tacit request certificate --state businesses/shop/state --certificate businesses/shop/certificate.json

A guest looks after the wallet (zhou-min's new one; the phone with the old one is lost):

  tacit wallet list --wallet people/zhou-min/new-phone/wallet \\
        --passphrase-file people/zhou-min/new-phone/passphrase.txt
  tacit wallet history --wallet people/lin-xiaoyu/wallet --passphrase-file people/lin-xiaoyu/passphrase.txt
  tacit wallet update --wallet people/tan-wei/wallet --passphrase-file people/tan-wei/passphrase.txt \\
        --operator operator.pub
  tacit wallet restore --wallet my.wallet --phrase-file people/tan-wei/recovery-phrase.txt \\
        --passphrase-file people/tan-wei/passphrase.txt
  tacit wallet add --wallet my.wallet --passphrase-file people/tan-wei/passphrase.txt \\
        --credential people/tan-wei/credential.json
  tacit inspect credential people/tan-wei/credential.json

A bureau and the ministry at work:

  tacit issuer --dir bureaus/changsha-psb show
  tacit issuer --dir bureaus/changsha-psb log --last 10
  tacit issuer --dir bureaus/changsha-psb reissue --document people/tan-wei/document.json --out tan-wei.json
  tacit issuer --dir my-bureau init --id my-psb --name 'My Public Security Bureau' --jurisdiction Hunan
  tacit issuer --dir my-bureau enrol --batch enrolled/changsha-psb.jsonl --out results.jsonl
  tacit issuer --dir my-bureau record --operator operator.pub --out hunan-record.json
  tacit trust --dir ministry add-issuer --record hunan-record.json
        (refused: Changsha, in Hunan, has its bureau; no region has two)
  tacit issuer --dir new-bureau init --id new-psb --name 'New Public Security Bureau' --jurisdiction Yunnan
  tacit issuer --dir new-bureau record --operator operator.pub --out new-record.json
  tacit trust --dir ministry add-issuer --record new-record.json
  tacit issuer --dir new-bureau publish
  tacit trust --dir ministry publish
  tacit trust verify --operator operator.pub
  tacit inspect circuit
";
