//! `assent snippet`: the code a merchant pastes, with the shop's settings on top. It holds the
//! module, or (`--hosted`) loads it from the endpoint. `--probe` prints another pixel, which sends
//! nothing and says what the shop's sandbox allows.

mod clipboard;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use assent_gate::hex::Digest;
use assent_gate::settings::{Settings, ShopDomain};
use clap::Args;
use serde::Serialize;

use super::failure::Failure;
use super::output::print;
use super::printed_settings::{hash, literal, short_literal};
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};
use crate::dist;

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

/// What Shopify may store as a custom pixel's code (docs/facts/shopify.md#size).
const LONGEST: usize = 64_000;

#[derive(Debug, thiserror::Error)]
enum SnippetError {
    #[error("{}", dist::NOT_BUILT)]
    NotBuilt,
    #[error(
        "the snippet would have {bytes} bytes, and Shopify may cut what is longer than {LONGEST}: \
         shorten this shop's storefronts, custom_events, categories or url_parameters"
    )]
    TooLong { bytes: usize },
    #[error("the settings could not be written: {0}")]
    Settings(#[from] serde_json::Error),
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
            let source = |source| SnippetError::Out { path: path.clone(), source };
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
            let code = pasteable(filled(dist::PROBE.ok_or(SnippetError::NotBuilt)?))?;
            return Ok(Pasted { code, settings: None });
        }
        let config = Config::load(config, Secrets::NotNeeded)?;
        let settings = &which_shop(&config, self.shop.as_ref())?.settings;
        let code = if self.hosted { hosted(settings)? } else { complete(settings)? };
        Ok(Pasted { code, settings: Some(hash(settings)?) })
    }
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

/// The code to paste, the module inside.
fn complete(settings: &Settings) -> Result<String, SnippetError> {
    let body = dist::SNIPPET.ok_or(SnippetError::NotBuilt)?;
    pasteable(format!("const ASSENT = {};\n{body}", literal(settings)?))
}

/// Where a hosted snippet finds the module, and by what it checks it.
#[derive(Serialize)]
struct HostedModule {
    url: String,
    integrity: String,
}

/// The code to paste where the endpoint serves the module.
fn hosted(settings: &Settings) -> Result<String, SnippetError> {
    let (Some(body), Some(module)) = (dist::HOSTED, dist::MODULE.as_ref()) else {
        return Err(SnippetError::NotBuilt);
    };
    let hash = module.hash();
    let module = HostedModule {
        url: format!("{}/v1/{}", settings.endpoint, hash.file_name()),
        integrity: hash.integrity(),
    };
    pasteable(format!(
        "const ASSENT = {};\nconst ASSENT_MODULE = {};\n{body}",
        literal(settings)?,
        short_literal(&module)?
    ))
}

/// As long as a snippet may be, so that it shows whether Shopify takes as much. By whole lines of
/// comment at the end: a text that was cut there still runs, and says how long it is.
fn filled(code: &str) -> String {
    const LINE: &str = "// Nothing: this makes the probe as long as a snippet may be.\n";
    let mut text = format!("{}\n", code.trim_end());
    while text.len() + LINE.len() <= LONGEST {
        text.push_str(LINE);
    }
    text
}

/// Shopify may cut code that is too long. That would be a syntax error, and its sandbox reports
/// none.
fn pasteable(code: String) -> Result<String, SnippetError> {
    if code.len() > LONGEST { Err(SnippetError::TooLong { bytes: code.len() }) } else { Ok(code) }
}
