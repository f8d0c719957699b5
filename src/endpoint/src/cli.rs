//! The command line. What is asked for goes to stdout, everything else to stderr; exit 0, 1 (failed) or 2 (usage).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use assent_gate::hex::Anchor;
use assent_gate::ids;
use assent_gate::settings::{Settings, ShopDomain, ShopDomainExpected};
use assent_gate::tiktok::{EventName, EventNameExpected};
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::clock::Clock;
use crate::config::{Config, Secrets, Shop};
use crate::delivery::tiktok::Mode;
use crate::report::{self, Format};
use crate::why::{self, Form};
use crate::{consent, extension, forget, map, receipts, serve, snippet, webhooks};

/// One conversion, one id, two deliveries, counted once, and only with consent.
#[derive(Debug, Parser)]
#[command(name = "assent", version)]
struct Cli {
    /// The configuration.
    #[arg(long, global = true, default_value = "assent.toml", value_name = "FILE")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the endpoint; one per store file.
    Serve {
        /// Sends everything as test events: shown in Events Manager, never counted.
        #[arg(long)]
        test_events: bool,
    },
    /// Prints the custom pixel code to paste, complete, with the shop's settings inside.
    Snippet {
        #[arg(long, value_name = "DOMAIN", value_parser = shop_domain)]
        shop: ShopDomain,
        /// A short loader instead: this endpoint then serves the module to every shopper (docs/hosted.md).
        #[arg(long)]
        hosted: bool,
    },
    /// The app extension, for Shopify's strict sandbox.
    #[command(subcommand)]
    Extension(Extension),
    /// Prints what to register in Shopify, so that orders reach this endpoint: topics, address, API version.
    Webhooks {
        /// Needed only where the configuration has several shops.
        #[arg(long, value_name = "DOMAIN", value_parser = shop_domain)]
        shop: Option<ShopDomain>,
        #[arg(long)]
        json: bool,
    },
    /// Prints the id that both sides use.
    EventId {
        #[arg(long, value_name = "DOMAIN", value_parser = shop_domain)]
        shop: ShopDomain,
        /// TikTok's name of the event, such as Purchase.
        #[arg(long, value_name = "NAME", value_parser = event_name)]
        event: EventName,
        #[command(flatten)]
        of: Of,
    },
    /// What a shopper's consent means.
    #[command(subcommand)]
    Consent(Consent),
    /// A dry run: a Shopify event in, the browser call and the Events API event out.
    Map {
        /// The event as JSON, as Shopify hands it to a pixel.
        #[arg(long, value_name = "FILE.json")]
        event: PathBuf,
        /// Needed only where the configuration has several shops.
        #[arg(long, value_name = "DOMAIN", value_parser = shop_domain)]
        shop: Option<ShopDomain>,
        #[arg(long)]
        json: bool,
    },
    /// One event's or order's whole story; also of an order that no Purchase was reported for, and why not.
    Why {
        /// An event_id, or a Shopify order id.
        id_or_order: String,
        #[arg(long)]
        json: bool,
    },
    /// Per day, shop and event: accepted, held, delivered, ended by reason; and where every order of Shopify's went.
    Report {
        /// First day (UTC), YYYY-MM-DD.
        #[arg(long, value_parser = report::day)]
        from: Option<String>,
        /// Last day (UTC), YYYY-MM-DD.
        #[arg(long, value_parser = report::day)]
        to: Option<String>,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// The stored proof of consent.
    #[command(subcommand)]
    Receipts(Receipts),
    /// Erases a customer: contexts, undelivered events and every link; bare receipts stay.
    ///
    /// Whatever names the customer, what is erased is what was done with the same browsers, checkouts and carts. It goes
    /// through the running server's admin API (admin_token_env), or straight to the store when none runs.
    Forget(forget::Forget),
}

#[derive(Debug, Subcommand)]
enum Extension {
    /// Prints the webPixelCreate mutation with the shop's settings, to paste into GraphiQL; and how to update them.
    Settings {
        #[arg(long, value_name = "DOMAIN", value_parser = shop_domain)]
        shop: ShopDomain,
        /// As a request to the Admin API: its body, with query and variables.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Receipts {
    /// Writes the receipts, oldest first, for an auditor; docs/receipts.md explains the columns.
    Export(receipts::Export),
}

#[derive(Debug, Subcommand)]
enum Consent {
    /// What each record means, what is decided, and why. Paste a cookie string from the browser: `document.cookie` in its console.
    Read(consent::Read),
}

/// What a conversion is named after.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Of {
    /// The checkout's token; it stays on this machine.
    #[arg(long, value_name = "T", value_parser = not_empty)]
    checkout_token: Option<String>,
    /// Shopify's event.id.
    #[arg(long, value_name = "ID", value_parser = not_empty)]
    event_id: Option<String>,
}

pub(crate) fn shop_domain(text: &str) -> Result<ShopDomain, String> {
    text.parse().map_err(|expected: ShopDomainExpected| expected.to_string())
}

fn event_name(text: &str) -> Result<EventName, String> {
    text.parse().map_err(|expected: EventNameExpected| expected.to_string())
}

pub(crate) fn not_empty(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("it must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// Why a command failed, ready to be printed.
type Failure = Box<dyn std::error::Error>;

/// A failure of how the command was called, which only the configuration shows.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Misuse(String);

/// Runs the command this process was started with.
pub fn run() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    let done = match command {
        Command::Serve { test_events } => serving(&config, if test_events { Mode::TestEvents } else { Mode::Live }),
        Command::Snippet { shop, hosted: false } => print_snippet(&config, &shop, snippet::snippet),
        Command::Snippet { shop, hosted: true } => print_snippet(&config, &shop, snippet::hosted),
        Command::Extension(Extension::Settings { shop, json }) => print_extension(&config, &shop, form(json)),
        Command::Webhooks { shop, json } => print_webhooks(&config, shop.as_ref(), form(json)),
        Command::EventId { shop, event, of } => event_id(&shop, event, &of),
        Command::Consent(Consent::Read(read)) => consent::read(&read).map_err(Into::into).and_then(|text| print(&text)),
        Command::Map { event, shop, json } => print_map(&config, &event, shop.as_ref(), form(json)),
        Command::Why { id_or_order, json } => print_why(&config, &id_or_order, form(json)),
        Command::Report { from, to, format } => print_report(&config, from.as_deref(), to.as_deref(), format),
        Command::Receipts(Receipts::Export(asked)) => export_receipts(&config, &asked),
        Command::Forget(asked) => forget_customer(&config, &asked),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "assent: {failure}");
            if failure.is::<Misuse>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn form(json: bool) -> Form {
    if json { Form::Json } else { Form::Text }
}

fn serving(config: &Path, mode: Mode) -> Result<(), Failure> {
    log_to_stderr();
    let config = Config::load(config, Secrets::Needed)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve::serve(config, mode, Clock::machine()))?;
    Ok(())
}

/// Our own words only: a library's debug output could hold what must not be logged.
fn log_to_stderr() {
    let level = std::env::var("ASSENT_LOG").ok().and_then(|text| text.parse().ok()).unwrap_or(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(lines).with(Targets::new().with_target("assent_endpoint", level)).init();
}

fn print_snippet(
    config: &Path,
    shop: &ShopDomain,
    of: impl Fn(&Settings) -> Result<String, snippet::SnippetError>,
) -> Result<(), Failure> {
    let config = Config::load(config, Secrets::NotNeeded)?;
    print(&of(&find(&config, Some(shop))?.settings)?)
}

fn print_extension(config: &Path, shop: &ShopDomain, form: Form) -> Result<(), Failure> {
    let config = Config::load(config, Secrets::NotNeeded)?;
    let settings = &find(&config, Some(shop))?.settings;
    match form {
        Form::Json => print(&serde_json::to_string_pretty(&extension::request(settings)?)?),
        Form::Text => print(&extension::document(settings)?),
    }
}

fn print_webhooks(config: &Path, shop: Option<&ShopDomain>, form: Form) -> Result<(), Failure> {
    let config = Config::load(config, Secrets::NotNeeded)?;
    let registrations = webhooks::registrations(&find(&config, shop)?.settings);
    match form {
        Form::Json => print(&serde_json::to_string_pretty(&registrations)?),
        Form::Text => print(&registrations.text()),
    }
}

fn event_id(shop: &ShopDomain, event: EventName, of: &Of) -> Result<(), Failure> {
    let checkout = of.checkout_token.as_deref().map(|token| ids::checkout_anchor(shop, token));
    let anchor = checkout.as_ref().map(Anchor::as_str).or(of.event_id.as_deref()).unwrap_or_default();
    print(ids::event_id(shop, event.as_str(), anchor).as_str())
}

fn print_map(config: &Path, event: &Path, shop: Option<&ShopDomain>, form: Form) -> Result<(), Failure> {
    let config = Config::load(config, Secrets::NotNeeded)?;
    let shop = find(&config, shop)?;
    let text = std::fs::read_to_string(event).map_err(|e| format!("{}: {e}", event.display()))?;
    let mapped = map::map(&text, &shop.settings)?;
    match form {
        Form::Json => print(&serde_json::to_string_pretty(&mapped)?),
        Form::Text => print(&format!(
            "event_id  {}\n\nbrowser   {}\n\nserver    {}",
            mapped["event_id"].as_str().unwrap_or_default(),
            serde_json::to_string_pretty(&mapped["browser"])?,
            serde_json::to_string_pretty(&mapped["server"])?
        )),
    }
}

fn print_why(config: &Path, id_or_order: &str, form: Form) -> Result<(), Failure> {
    let config = Config::load(config, Secrets::NotNeeded)?;
    print(&why::why(&config.store, id_or_order, form)?)
}

fn print_report(config: &Path, from: Option<&str>, to: Option<&str>, format: Format) -> Result<(), Failure> {
    let config = Config::load(config, Secrets::NotNeeded)?;
    print(&report::report(&config.store, from, to, format)?)
}

fn export_receipts(config: &Path, asked: &receipts::Export) -> Result<(), Failure> {
    let config = Config::load(config, Secrets::NotNeeded)?;
    Ok(receipts::export(&config.store, asked)?)
}

fn forget_customer(config: &Path, asked: &forget::Forget) -> Result<(), Failure> {
    let config = Config::load(config, Secrets::NotNeeded)?;
    print(&forget::forget(&config, asked, &Clock::machine())?)
}

/// The named shop, or the only one.
fn find<'a>(config: &'a Config, shop: Option<&ShopDomain>) -> Result<&'a Arc<Shop>, Failure> {
    let known = || config.shops.iter().map(|shop| shop.settings.shop.as_str()).collect::<Vec<_>>().join(", ");
    match (shop, config.shops.as_slice()) {
        (Some(domain), _) => config
            .shop(domain)
            .ok_or_else(|| format!("{} is not in the configuration, which has {}", domain.as_str(), known()).into()),
        (None, [only]) => Ok(only),
        (None, _) => Err(Misuse(format!("--shop is needed, one of {}", known())).into()),
    }
}

fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let written =
        [text, end].iter().try_for_each(|part| stdout.write_all(part.as_bytes())).and_then(|()| stdout.flush());
    match written {
        // Whoever reads has read enough: `… | head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
