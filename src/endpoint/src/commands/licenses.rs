//! `assent licenses`: under what this binary may be used and given on, and the notices of everybody
//! whose work is in it. They go along with the binary because they are inside it.

use clap::Args;

use super::failure::Failure;
use super::output::print;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent licenses")]
pub(crate) struct Licenses {}

const OWN: &str = include_str!("../../../../LICENSE");
/// Made by js/build/notices.mjs.
const THIRD_PARTY: &str = include_str!("../../../../THIRD-PARTY-NOTICES.txt");

impl Licenses {
    #[expect(clippy::unused_self, reason = "as every command")]
    pub(crate) fn run(&self) -> Result<(), Failure> {
        print(&[OWN, THIRD_PARTY].join("\n"))
    }
}
