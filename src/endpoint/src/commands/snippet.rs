//! `assent snippet`: the code a merchant pastes, with the shop's settings on top. It holds the
//! module, or (`--hosted`) loads it from the endpoint. `--probe` prints another pixel, which sends
//! nothing and says what the shop's sandbox allows.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use assent_gate::hex::Digest;
use assent_gate::settings::ShopDomain;
use clap::Args;

use super::failure::Failure;
use super::output::print;
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};
use crate::pasteable::{self, SnippetError};

#[derive(Debug, Args)]
pub(crate) struct Snippet {
    /// The shop, by its *.myshopify.com name.
    #[arg(long, value_name = "DOMAIN", required_unless_present = "probe")]
    shop: Option<ShopDomain>,
    /// A short text without the module: a browser loads it from this endpoint as soon as a shopper
    /// may have said yes (docs/hosted.md).
    #[arg(long)]
    hosted: bool,
    /// A pixel that sends nothing: it writes to the browser's console what this shop's sandbox
    /// allows (docs/live.md). Needs no configuration.
    #[arg(long, conflicts_with_all = ["shop", "hosted"])]
    probe: bool,
    /// Writes the text to FILE instead.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Prints the SHA-256 of the text and nothing else (with --out: and writes the text), to compare
    /// with what stands in Shopify (docs/verify.md).
    #[arg(long)]
    hash: bool,
}

#[derive(Debug, thiserror::Error)]
enum NotPrinted {
    #[error(transparent)]
    Text(#[from] SnippetError),
    #[error("{path}: the snippet could not be written: {source}", path = path.display())]
    Out { path: PathBuf, source: std::io::Error },
}

impl Snippet {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let code = self.code(config)?;
        if let Some(path) = &self.out {
            let source = |source| NotPrinted::Out { path: path.clone(), source };
            std::fs::write(path, &code).map_err(source)?;
            let (path, bytes) = (path.display(), code.len());
            // Nobody to tell it to is no failure: the file is there.
            _ = writeln!(std::io::stderr(), "assent: {path}: {bytes} bytes to paste");
        }
        match (self.hash, &self.out) {
            (true, _) => print(Digest::of(code.as_bytes()).as_str()),
            (false, Some(_)) => Ok(()),
            (false, None) => print(&code),
        }
    }

    fn code(&self, config: &Path) -> Result<String, Failure> {
        if self.probe {
            return Ok(pasteable::probe().map_err(NotPrinted::from)?);
        }
        let config = Config::load(config, Secrets::NotNeeded)?;
        let settings = &which_shop(&config, self.shop.as_ref())?.settings;
        let text =
            if self.hosted { pasteable::hosted(settings) } else { pasteable::complete(settings) };
        Ok(text.map_err(NotPrinted::from)?)
    }
}
