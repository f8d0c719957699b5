//! `assent snippet`: the code a merchant pastes, with the shop's settings on top. It holds the
//! module, or (`--hosted`) loads it from the endpoint. `--probe` prints another pixel, which sends
//! nothing and says what the shop's sandbox allows.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use assent_gate::hex::Digest;
use assent_gate::settings::ShopDomain;
use clap::Args;

use super::clipboard;
use super::failure::Failure;
use super::output::print;
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};
use crate::pasteable::{self, SnippetError};
use crate::printed_settings;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent snippet --shop acme.myshopify.com --copy
  assent snippet --shop acme.myshopify.com --out pixel.js
  assent snippet --shop acme.myshopify.com --hosted
  assent snippet --shop acme.myshopify.com --hash
  assent snippet --probe --copy")]
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
    /// Puts the text into the clipboard instead: by pbcopy, wl-copy or xclip where they are at hand,
    /// else by the terminal itself (OSC 52), over SSH too.
    #[arg(long, conflicts_with_all = ["out", "hash"])]
    copy: bool,
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

/// The text to paste, and by which hash its beacons name its settings.
struct Pasted {
    code: String,
    settings: Option<Digest>,
}

impl Snippet {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let pasted = self.pasted(config)?;
        let code = &pasted.code;
        if self.copy {
            let way = clipboard::copy(code)?;
            tell(&pasted, &way);
            return Ok(());
        }
        if let Some(path) = &self.out {
            let source = |source| NotPrinted::Out { path: path.clone(), source };
            std::fs::write(path, code).map_err(source)?;
            tell(&pasted, &path.display());
        }
        match (self.hash, &self.out) {
            (true, _) => print(Digest::of(code.as_bytes()).as_str()),
            (false, Some(_)) => Ok(()),
            (false, None) => {
                print(code)?;
                if std::io::stdout().is_terminal() {
                    let longest = code.lines().map(str::len).max().unwrap_or_default();
                    tell(
                        &pasted,
                        &format_args!(
                            "printed above, with a line of {longest} characters that terminals break when you \
                         mark it; --copy puts it into the clipboard, --out FILE into a file"
                        ),
                    );
                }
                Ok(())
            }
        }
    }

    fn pasted(&self, config: &Path) -> Result<Pasted, Failure> {
        if self.probe {
            let code = pasteable::probe().map_err(NotPrinted::from)?;
            return Ok(Pasted { code, settings: None });
        }
        let config = Config::load(config, Secrets::NotNeeded)?;
        let settings = &which_shop(&config, self.shop.as_ref())?.settings;
        let code =
            if self.hosted { pasteable::hosted(settings) } else { pasteable::complete(settings) };
        let settings = Some(printed_settings::hash(settings)?);
        Ok(Pasted { code: code.map_err(NotPrinted::from)?, settings })
    }
}

/// What `serve --copy` puts into the clipboard at its start: the complete text of the only shop.
pub(super) fn copy(config: &Config) -> Result<(), Failure> {
    let settings = &which_shop(config, None)?.settings;
    let code = pasteable::complete(settings).map_err(NotPrinted::from)?;
    let pasted = Pasted { code, settings: Some(printed_settings::hash(settings)?) };
    let way = clipboard::copy(&pasted.code)?;
    tell(&pasted, &way);
    Ok(())
}

/// To stderr: where the text is, how to know it again, and how it is pasted.
fn tell(pasted: &Pasted, place: &dyn std::fmt::Display) {
    let Pasted { code, settings } = pasted;
    let (bytes, sum) = (code.len(), Digest::of(code.as_bytes()));
    let mut text =
        format!("assent: {bytes} bytes to paste: {place}\n        SHA-256  {}\n", sum.as_str());
    if let Some(settings) = settings {
        text += &format!("        settings {}\n", settings.as_str());
    }
    text += "        Shopify admin > Settings > Customer events > Add custom pixel: give it a name, delete the \
             sample code first, then paste\n";
    // Nobody to tell it to is no failure.
    _ = std::io::stderr().write_all(text.as_bytes());
}
