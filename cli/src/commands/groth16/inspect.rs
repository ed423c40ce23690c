//! `tacit groth16 inspect`.

use std::path::Path;

use tacit_formats::FormatError;
use tacit_formats::ptau::PtauFile;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::read_verification_key;
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::{Contribution, Zkey};
use zeroize::Zeroizing;

use super::{R1CS, WTNS, ZKEY};
use crate::error::CliError;
use crate::files;
use crate::output::{Report, grouped};

pub(super) fn run(file: &Path) -> Result<Report, CliError> {
    let bytes = Zeroizing::new(files::read_large(file)?);
    let malformed = |what| CliError::malformed::<FormatError>(file, what);
    let number = |n: usize| grouped(n as u64);
    Ok(match bytes.get(..4) {
        Some(b"r1cs") => {
            let circuit = CircomR1cs::from_bytes(&bytes).map_err(malformed(R1CS))?;
            let [outputs, public, private] = circuit.signals();
            Report::new("circuit (.r1cs)")
                .line(format_args!("constraints  {}", number(circuit.num_constraints())))
                .line(format_args!("wires        {}", number(circuit.num_wires())))
                .line(format_args!("public       {outputs} outputs, {public} inputs"))
                .line(format_args!("private      {private} inputs"))
                .key("kind", "r1cs")
                .key("constraints", circuit.num_constraints())
                .key("wires", circuit.num_wires())
                .key("public", circuit.num_public())
        }
        Some(b"wtns") => {
            let witness = Witness::from_bytes(&bytes).map_err(malformed(WTNS))?;
            let wires = witness.assignment().as_slice().len();
            Report::new("witness (.wtns), secret")
                .line(format_args!("wires        {}", number(wires)))
                .key("kind", "wtns")
                .key("wires", wires)
        }
        Some(b"zkey") => {
            let key = Zkey::from_bytes(&bytes).map_err(malformed(ZKEY))?;
            let constraints = key.matrices().map_err(CliError::malformed(file, ZKEY))?.num_constraints();
            let ceremony = key.parts().ceremony.as_ref();
            let contributions = ceremony.map_or(&[][..], |ceremony| &ceremony.contributions);
            let name = |one: &Contribution| one.name.as_ref().map_or("", |name| name.as_str()).to_owned();
            let names: Vec<String> = contributions.iter().map(name).collect();
            let mut report = Report::new("proving key (.zkey), every point checked")
                .line(format_args!("constraints    {}", number(constraints)))
                .line(format_args!("wires          {}", number(key.num_wires())))
                .line(format_args!("public values  {}", number(key.num_public())))
                .line(format_args!("domain         {}", number(key.domain())))
                .line(format_args!("contributions  {}, not verified here", names.len()));
            for (i, name) in names.iter().enumerate() {
                report = report.line(format_args!("  {}  {}", i + 1, name.escape_debug()));
            }
            report
                .key("kind", "zkey")
                .key("constraints", constraints)
                .key("wires", key.num_wires())
                .key("public", key.num_public())
                .key("domain", key.domain())
                .key("contributions", names)
        }
        Some(b"ptau") => {
            let powers = PtauFile::open(&bytes).map_err(malformed("powers of tau for BN254 (.ptau)"))?;
            let prepared = if powers.is_prepared() { "prepared" } else { "not prepared" };
            Report::new("powers of tau (.ptau)")
                .line(format_args!(
                    "power          {}, for {} constraints",
                    powers.power().log(),
                    grouped(powers.power().size())
                ))
                .line(format_args!("contributions  {}, not verified here", powers.contributions().len()))
                .line(format_args!("phase 2        {prepared}"))
                .key("kind", "ptau")
                .key("power", powers.power().log())
                .key("contributions", powers.contributions().len())
                .key("prepared", powers.is_prepared())
        }
        _ => {
            let vk = read_verification_key(&bytes).map_err(CliError::malformed(
                file,
                "a .r1cs, .wtns, .zkey, .ptau or verification_key.json",
            ))?;
            let public = vk.gamma_abc_g1.len() - 1;
            Report::new("verification key, every point checked")
                .line(format_args!("public values  {}", number(public)))
                .key("kind", "verification-key")
                .key("public", public)
        }
    })
}
