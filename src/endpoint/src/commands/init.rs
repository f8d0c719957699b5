//! `assent init`: asks what only a person knows, and writes what the endpoint needs: `assent.toml`,
//! an environment file with the secrets, a unit for systemd and a piece for the proxy. What is
//! given as a flag is not asked; without a terminal nothing is.

mod after;
mod answers;
mod assent_toml;
mod checking;
mod dialogue;
mod next_steps;
mod pieces;
mod proxy;
mod questions;
mod start;
mod tiktok;
mod tools;
mod variables;
mod write;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use self::after::After;
use self::answers::Given;
use self::dialogue::{Dialogue, silence};
use self::pieces::{Placement, pieces};
use self::proxy::Proxy;
use self::tiktok::Found;
use super::clipboard;
use super::failure::{Failure, Misuse};
use super::output::{OutputForm, print};
use crate::secret::Secret;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent init
  assent init --start
  assent init --start --paste
  sudo assent init --dir /etc/assent
  assent init --shop acme.myshopify.com --pixel-code C4EXAMPLE0000000000 --cmp onetrust --public-url https://events.example.com --proxy caddy --token-stdin
  assent init --force --cookies 'OptanonConsent=groups=C0001:1,C0004:1'")]
pub(crate) struct Init {
    /// The shop's permanent name, such as acme.myshopify.com.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<String>,
    /// The shop's public hosts, separated by commas.
    #[arg(long, value_name = "HOST,HOST", value_delimiter = ',')]
    storefronts: Option<Vec<String>>,
    /// TikTok's pixel code: Events Manager, beside the pixel's name.
    #[arg(long, value_name = "CODE")]
    pixel_code: Option<String>,
    /// Where the shop collects consent: shopify, auto, bridge or a tool's name, as in assent.toml.
    #[arg(long, value_name = "NAME", conflicts_with = "cookies")]
    cmp: Option<String>,
    /// Instead of --cmp: the shop's cookies after an answer to its banner, as `document.cookie`
    /// prints them. The tool is found in them; they are not kept.
    #[arg(long, value_name = "S")]
    cookies: Option<String>,
    /// The https address of this endpoint as browsers will reach it; another host than the shop's.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// TikTok's code for test events: Events Manager, Test events.
    #[arg(long, value_name = "CODE")]
    test_event_code: Option<String>,
    /// Takes TikTok's pixel code and access token from the clipboard (pbpaste, wl-paste or xclip): copy the two,
    /// or the whole page of Events Manager that shows them. What is not there is asked for.
    #[arg(long, conflicts_with = "token_stdin")]
    paste: bool,
    /// Reads TikTok's access token from a line of standard input. Without it the token is taken from
    /// its environment variable, if that is set (ACME_TIKTOK_TOKEN of acme.myshopify.com).
    #[arg(long)]
    token_stdin: bool,
    /// Reads what Shopify signs webhooks with from a line of standard input, after the token's.
    #[arg(long)]
    webhook_secret_stdin: bool,
    /// What stands before the endpoint and ends TLS.
    #[arg(long, value_enum, value_name = "NAME")]
    proxy: Option<Proxy>,
    /// The folder to write to; made where it is not there. /etc/assent is where a service has it.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where this process is to listen, if not at 127.0.0.1:8787.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// A file with more of assent.toml: tables of your own, such as [alerts] or [tls], which follow what is written.
    #[arg(long, value_name = "FILE")]
    also: Option<PathBuf>,
    /// Starts the endpoint when all is written, and puts the pixel's text into the clipboard: `serve --copy`, in test
    /// mode where a test event code is given. What can wait (test code, webhooks' secret, folder) is not asked.
    #[arg(long, conflicts_with = "json")]
    start: bool,
    /// Replaces files that are there.
    #[arg(long)]
    force: bool,
    /// Prints as one JSON document what was written and what is to be done next.
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (force, form) = (self.force, OutputForm::of_flag(self.json));
        let after = if self.start { After::Serve } else { After::Steps };
        let given = self.given(after)?;
        let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let answers = if is_asked {
            let stdin = std::io::stdin().lock();
            questions::ask(given, &mut Dialogue::new(stdin, std::io::stderr(), silence))?
        } else {
            given.complete().map_err(Misuse)?
        };
        let placement = Placement::of(&answers.dir)?;
        if after == After::Serve {
            start::refuse_for_a_service(&placement)?;
        }
        let written = write::all(placement.folder(), &pieces(&answers, &placement)?, force)?;
        match (form, after) {
            (OutputForm::Json, After::Steps | After::Serve) => {
                let next = next_steps::of(&answers, &placement);
                print(&serde_json::to_string_pretty(&json!({ "written": written, "next": next }))?)
            }
            (OutputForm::Text, After::Steps) => {
                tell(&written);
                print(&next_steps::in_words(&next_steps::of(&answers, &placement)))
            }
            (OutputForm::Text, After::Serve) => {
                tell(&written);
                print(&next_steps::in_words(&next_steps::beside_the_server(&answers, &placement)))?;
                Err(start::serve(&answers, &placement)?)
            }
        }
    }

    /// The flags as answers; what stands in the cookies as the tool's name.
    fn given(self, after: After) -> Result<Given, Failure> {
        let cmp = match (self.cmp, &self.cookies) {
            (None, Some(cookies)) => Some(tools::only(cookies).map_err(Misuse)?.to_owned()),
            (named, _) => named,
        };
        let copied = if self.paste { pasted() } else { Found::default() };
        let token = if self.token_stdin { line("--token-stdin")? } else { copied.token };
        let webhook_secret =
            if self.webhook_secret_stdin { line("--webhook-secret-stdin")? } else { None };
        Ok(Given {
            shop: self.shop,
            storefronts: self.storefronts,
            pixel_code: self.pixel_code.or(copied.pixel_code),
            cmp,
            public_url: self.public_url,
            test_event_code: self.test_event_code,
            token,
            webhook_secret,
            proxy: self.proxy,
            dir: self.dir,
            listen: self.listen,
            also: self.also.as_deref().map(text).transpose()?,
            after,
        })
    }
}

/// What the clipboard has of TikTok's, which a person is told; the token is not shown.
fn pasted() -> Found {
    let text = clipboard::paste();
    let found = text.as_deref().map(tiktok::found).unwrap_or_default();
    let said = match text {
        Some(_) => format!("from the clipboard: {}", found.said()),
        None => "there is no clipboard here, or nothing in it (over SSH it is another machine's)"
            .to_owned(),
    };
    // Nobody to tell it to is no failure.
    _ = writeln!(std::io::stderr(), "assent: {said}");
    found
}

fn tell(written: &[PathBuf]) {
    let mut stderr = std::io::stderr().lock();
    for path in written {
        // Nobody to tell it to is no failure: the file is there.
        _ = writeln!(stderr, "assent: wrote {}", path.display());
    }
}

fn text(file: &Path) -> Result<String, Misuse> {
    std::fs::read_to_string(file)
        .map_err(|error| Misuse(format!("--also: {}: {error}", file.display())))
}

/// A secret that is piped in; never a flag's value, which shells and lists of processes keep.
fn line(flag: &str) -> Result<Option<Secret>, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let secret = Secret::new(&line);
    if secret.is_none() {
        return Err(Misuse(format!("{flag}: a line of standard input is expected")).into());
    }
    Ok(secret)
}
