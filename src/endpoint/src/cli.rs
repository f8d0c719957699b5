//! The command line. What is asked for goes to stdout, everything else to stderr; exit 0, 1
//! (failed) or 2 (usage).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::commands::access::Access;
use crate::commands::check::Check;
use crate::commands::completions::{Completions, ManPage};
use crate::commands::consent::ConsentRead;
use crate::commands::event_id::EventIdOf;
use crate::commands::extension::ExtensionSettings;
use crate::commands::failure::{Failure, Found, Told, exit_code};
use crate::commands::forget::Forget;
use crate::commands::healthcheck::Healthcheck;
use crate::commands::init::Init;
use crate::commands::licenses::Licenses;
use crate::commands::map::Map;
use crate::commands::receipts::ReceiptsExport;
use crate::commands::report::Report;
use crate::commands::resume::Resume;
use crate::commands::schema::SchemaOf;
use crate::commands::serve::Serve;
use crate::commands::settings::PixelSettings;
use crate::commands::snippet::Snippet;
use crate::commands::status::Status;
use crate::commands::store::StoreCommand;
use crate::commands::tail::Tail;
use crate::commands::webhooks::Webhooks;
use crate::commands::why::Why;

/// One conversion, one id, two deliveries, counted once, and only with consent.
#[derive(Debug, Parser)]
#[command(
    name = "assent",
    version,
    after_help = "Examples:
  assent init
  assent serve --test-events
  assent snippet --shop acme.myshopify.com --copy
  assent report

`assent help COMMAND` says more of each, with examples. All documentation: README.md and docs/."
)]
struct Cli {
    /// The configuration.
    #[arg(
        long,
        global = true,
        default_value = "assent.toml",
        value_name = "FILE",
        display_order = 1000
    )]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Asks for what is needed and writes assent.toml, the secrets' file, a unit and a piece for the
    /// proxy; says what to do next.
    Init(Init),
    /// Runs the endpoint; one per store file, several beside one PostgreSQL.
    Serve(Serve),
    /// Looks whether all of it works, line by line, with what to do; exit 1 if something is to be repaired.
    ///
    /// It asks TikTok by a test event where the shop has a test_event_code, else by a request without events:
    /// nothing that could be counted.
    Check(Check),
    /// Prints the custom pixel code to paste, with the shop's settings inside.
    Snippet(Snippet),
    /// The app extension, for Shopify's strict sandbox.
    #[command(subcommand)]
    Extension(Extension),
    /// Prints what to register in Shopify, so that orders reach this endpoint: topics, address, API
    /// version.
    Webhooks(Webhooks),
    /// Prints the id that both sides use.
    EventId(EventIdOf),
    /// What a shopper's consent means.
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// A dry run: a Shopify event or order in, the browser call and the Events API event out.
    Map(Map),
    /// What happens now, a line each: both copies of every event, orders that were not reported and
    /// why, what was refused. Nothing of a person, and no payload.
    Tail(Tail),
    /// One event's or order's whole story; also of an order that no Purchase was reported for, and
    /// why not.
    Why(Why),
    /// Three lines: which mode, what waits, what is wrong. Exit 1 where something is.
    Status(Status),
    /// Asks the server of this configuration, at `listen`, whether it lives. Exit 1 where it does not.
    Healthcheck(Healthcheck),
    /// First two numbers of each shop's orders, accounted for and reported; then per day, shop and event: accepted, held, delivered, ended by reason; and where every order
    /// of Shopify's went.
    Report(Report),
    /// The stored proof of consent.
    #[command(subcommand)]
    Receipts(Receipts),
    /// What is kept of a customer, as a file that answers them.
    ///
    /// The same as Shopify's customers/data_request makes. Shopify sends that to apps only: a shop with
    /// the pasted snippet says `assent access` when a customer asks.
    Access(Access),
    /// Erases a customer: contexts, undelivered events and every link; bare receipts stay.
    ///
    /// Whatever names the customer, what is erased is what was done with the same browsers,
    /// checkouts and carts. It goes through the running server's admin API (admin_token_env), or
    /// straight to the store when none runs. On a terminal it says what would be erased, and asks
    /// first; --dry-run only says it.
    Forget(Forget),
    /// A shop whose queue stands still goes on: Shopify's demand to erase it (shop/redact) had stopped it,
    /// or TikTok refuses its token, which is tried again now.
    Resume(Resume),
    /// The store's own affairs: is it sound; of a file, backups, their return and its way into a PostgreSQL.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Prints the settings that a shop's snippet has inside, for builds of your own.
    Settings(PixelSettings),
    /// Prints the JSON Schema of assent.toml, for editors.
    Schema(SchemaOf),
    /// Prints what a shell completes.
    Completions(Completions),
    /// Prints the manual page.
    Man(ManPage),
    /// Prints Assent's licence, and the notices of everybody whose work is in this binary.
    Licenses(Licenses),
}

#[derive(Debug, Subcommand)]
enum Extension {
    /// Prints the webPixelCreate mutation with the shop's settings, to paste into GraphiQL; and how
    /// to update them.
    Settings(ExtensionSettings),
}

#[derive(Debug, Subcommand)]
enum Receipts {
    /// Writes the receipts, oldest first, for an auditor; docs/receipts.md explains the columns.
    Export(ReceiptsExport),
}

#[derive(Debug, Subcommand)]
enum ConsentCommand {
    /// What each record means, what is decided, and why. Paste a cookie string from the browser:
    /// `document.cookie` in its console.
    Read(ConsentRead),
}

/// Runs the command this process was started with.
pub fn run() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    match command.run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is::<Told>() && !failure.is::<Found>() {
                let _ = writeln!(std::io::stderr(), "assent: {failure}");
            }
            exit_code(&failure)
        }
    }
}

impl Command {
    fn run(self, config: &Path) -> Result<(), Failure> {
        match self {
            Self::Init(init) => init.run(),
            Self::Serve(serve) => serve.run(config),
            Self::Check(check) => check.run(config),
            Self::Snippet(snippet) => snippet.run(config),
            Self::Extension(Extension::Settings(settings)) => settings.run(config),
            Self::Webhooks(webhooks) => webhooks.run(config),
            Self::EventId(event_id) => event_id.run(),
            Self::Consent(ConsentCommand::Read(read)) => read.run(config),
            Self::Map(map) => map.run(config),
            Self::Tail(tail) => tail.run(config),
            Self::Why(why) => why.run(config),
            Self::Status(status) => status.run(config),
            Self::Healthcheck(healthcheck) => healthcheck.run(config),
            Self::Report(report) => report.run(config),
            Self::Receipts(Receipts::Export(export)) => export.run(config),
            Self::Access(access) => access.run(config),
            Self::Forget(forget) => forget.run(config),
            Self::Resume(resume) => resume.run(config),
            Self::Store(store) => store.run(config),
            Self::Settings(settings) => settings.run(config),
            Self::Schema(schema) => schema.run(),
            Self::Completions(completions) => completions.run(Cli::command()),
            Self::Man(man) => man.run(Cli::command()),
            Self::Licenses(licenses) => licenses.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command that does something, with its name from `assent` on.
    fn leaves(command: &clap::Command, name: &str, found: &mut Vec<(String, clap::Command)>) {
        if command.get_subcommands().next().is_none() {
            found.push((name.to_owned(), command.clone()));
        }
        for below in command.get_subcommands() {
            leaves(below, &format!("{name} {}", below.get_name()), found);
        }
    }

    #[test]
    fn every_command_and_every_flag_says_what_it_is_for_and_has_an_example_that_is_understood() {
        let mut commands = Vec::new();
        leaves(&Cli::command(), "assent", &mut commands);
        assert!(commands.len() > 15, "the commands have moved");
        for (name, command) in commands {
            assert!(command.get_about().is_some(), "{name} says nothing of itself");
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{name}: {} says nothing",
                    argument.get_id()
                );
            }
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let lines: Vec<_> =
                examples.lines().filter_map(|line| line.strip_prefix("  ")).collect();
            assert!(!lines.is_empty(), "{name} has no example");
            for line in lines {
                if let Err(fault) = Cli::try_parse_from(words(line)) {
                    panic!("{name}: {line}: {fault}");
                }
                assert!(line.contains(&name), "{name}: {line} is of another command");
            }
        }
    }

    /// What a shell makes of the call of `assent` in a line.
    fn words(line: &str) -> Vec<String> {
        let call = line.find("assent ").map_or(line, |at| &line[at..]);
        let call = call.split(['|', '>']).next().unwrap_or_default();
        let parts = call.split('\'').enumerate();
        let mut words = Vec::new();
        for (n, part) in parts {
            if n % 2 == 1 {
                words.push(part.to_owned()); // it stood in quotes
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        words
    }
}
