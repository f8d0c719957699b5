//! `assent receipts export`: the stored proof, for an auditor (docs/receipts.md). It streams: a
//! page is read, written and forgotten, so that neither memory nor the running server notices how
//! many receipts there are.

mod lines;

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use assent_gate::time::{DAY, Timestamp};
use clap::Args;

use self::lines::{FileFormat, Lines};
use super::failure::Failure;
use super::progress::Progress;
use crate::config::{Config, Secrets};
use crate::private_file::Unfinished;
use crate::rules::named::{FORMS, Named};
use crate::store::StoreError;
use crate::store::read::{ProofOf, Reader, Wanted};
use crate::store_place::StorePlace;

/// Where stderr is no terminal, a line of progress this often.
const TOLD_EVERY: i64 = 100_000;

const EXAMPLES: &str = "\
Examples:
  assent receipts export --shop acme.myshopify.com --from 2026-01-01 --to 2026-03-31 --out receipts.csv
  assent receipts export --order '#1001' --format jsonl";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReceiptsExport {
    /// One shop's only.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// Receipts in use then or later: a day (UTC) or a moment, such as 2026-11-22 or
    /// 2026-11-22T08:26:40Z.
    #[arg(long, value_name = "TIME", value_parser = beginning)]
    from: Option<Timestamp>,
    /// Receipts in use then or earlier; of a day, until its end.
    #[arg(long, value_name = "TIME", value_parser = end)]
    to: Option<Timestamp>,
    #[command(flatten)]
    of: Of,
    /// A table, or one JSON object a line.
    #[arg(long, value_enum, default_value_t = FileFormat::Csv)]
    format: FileFormat,
    /// Writes there instead of to stdout; what was there before is replaced once the export is
    /// complete.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// One order's, event's or checkout's receipts only.
#[derive(Debug, Args)]
#[group(multiple = false, conflicts_with_all = ["from", "to"])]
struct Of {
    /// The receipts of one order: its name or number (#1001, 1001), its id, its GID, or the address of
    /// its page in Shopify's admin.
    #[arg(long, value_name = "ORDER")]
    order: Option<String>,
    /// The receipt of one event, while that is known: 7 days after its end.
    #[arg(long, value_name = "ID")]
    event_id: Option<EventId>,
    /// The receipts of one checkout.
    #[arg(long, value_name = "TOKEN")]
    checkout_token: Option<String>,
}

impl Of {
    fn whose(&self) -> Option<ProofOf> {
        let Self { order, event_id, checkout_token } = self;
        let order = order.as_deref().map(|order| ProofOf::Order(Named::of(order)));
        let event = event_id.clone().map(ProofOf::Event);
        order.or(event).or_else(|| checkout_token.clone().map(ProofOf::Checkout))
    }
}

#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{path}: {source}; is the directory there, and may this user write to it?")]
    File { path: PathBuf, source: io::Error },
    #[error(
        "no receipt of it is here: no consent was ever on record for it, or it is another shop's, or \
         its time is over, or a customer's erasure has cut what led to it. An order is found to its \
         receipt's last day where a Purchase of it was on record, else for 7 days; an event for 7 \
         days after its end. Understood is {FORMS}; or the checkout's token"
    )]
    Nothing,
    #[error("the export could not be written: {0}")]
    Write(#[from] io::Error),
    #[error(
        "{count} receipts could not be read and are not in the export (numbers in the store: \
         {ids}); everything else is. Was the store made or changed by something else than this \
         release?"
    )]
    Unreadable { count: usize, ids: String },
}

fn beginning(text: &str) -> Result<Timestamp, String> {
    moment(text, 0)
}

fn end(text: &str) -> Result<Timestamp, String> {
    moment(text, DAY - 1)
}

fn moment(text: &str, into_day: i64) -> Result<Timestamp, String> {
    let day = if text.len() == 10 { format!("{text}T00:00:00Z").parse().ok() } else { None };
    let moment = day.map(|day: Timestamp| day.plus(into_day)).or_else(|| text.parse().ok());
    moment.ok_or_else(|| {
        "a day or a moment is expected, such as 2026-11-22 or 2026-11-22T08:26:40Z".to_owned()
    })
}

impl ReceiptsExport {
    /// Reads beside a running server.
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        Ok(self.export(&config.store)?)
    }

    fn export(&self, store: &StorePlace) -> Result<(), ExportError> {
        let wanted = Wanted {
            shop: self.shop.clone(),
            from: self.from.unwrap_or(Timestamp(i64::MIN)),
            to: self.to.unwrap_or(Timestamp(i64::MAX)),
        };
        let asked = Asked { wanted, whose: self.of.whose() };
        match &self.out {
            None => match write(store, &asked, self.format, io::stdout().lock()) {
                // Whoever reads has closed the pipe (`… | head`): no failure.
                Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                    Ok(())
                }
                done => done,
            },
            Some(path) => to_file(store, &asked, self.format, path),
        }
    }
}

/// Which receipts are to be written.
struct Asked {
    wanted: Wanted,
    /// `None`: all that are wanted.
    whose: Option<ProofOf>,
}

/// Under another name until it is complete: half an export must not pass for a whole one.
fn to_file(
    store: &StorePlace,
    asked: &Asked,
    format: FileFormat,
    path: &Path,
) -> Result<(), ExportError> {
    let fault = |source| ExportError::File { path: path.to_owned(), source };
    // Pseudonymous data are personal data: only the owner may read them.
    let file = Unfinished::beside(path).map_err(fault)?;
    let done = write(store, asked, format, &file);
    match done {
        Ok(()) | Err(ExportError::Unreadable { .. }) => file.replace().map_err(fault)?,
        Err(
            ExportError::Store(_)
            | ExportError::File { .. }
            | ExportError::Nothing
            | ExportError::Write(_),
        ) => {}
    }
    done
}

fn write(
    store: &StorePlace,
    Asked { wanted, whose }: &Asked,
    format: FileFormat,
    out: impl Write,
) -> Result<(), ExportError> {
    let reader = Reader::open(store)?;
    let mut proof =
        whose.as_ref().map(|whose| reader.proof(wanted.shop.as_ref(), whose)).transpose()?;
    let found = proof.as_ref().map(|page| page.receipts.len() + page.unreadable.len());
    if found == Some(0) {
        return Err(ExportError::Nothing);
    }
    let all = found.map_or_else(
        || reader.count_receipts(wanted),
        |found| Ok(i64::try_from(found).unwrap_or(i64::MAX)),
    )?;
    let mut progress = Told::new(all);
    let mut lines = Lines::new(format, BufWriter::new(out))?;
    let (mut unreadable, mut after) = (Vec::new(), None);
    loop {
        let page = proof.take().map_or_else(|| reader.receipts(wanted, after), Ok)?;
        for receipt in &page.receipts {
            lines.write(receipt)?;
        }
        progress.step(page.receipts.len());
        unreadable.extend(page.unreadable);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    lines.finish()?;
    progress.end();
    if unreadable.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = unreadable.iter().take(20).map(ToString::to_string).collect();
    Err(ExportError::Unreadable { count: unreadable.len(), ids: ids.join(", ") })
}

/// On stderr, which is never part of the export: a bar on a terminal, else a line now and then.
struct Told {
    total: i64,
    done: i64,
    told: i64,
    bar: Progress,
}

impl Told {
    fn new(total: i64) -> Self {
        let bar = Progress::of(u64::try_from(total).unwrap_or(0), "receipts");
        Self { total, done: 0, told: 0, bar }
    }

    fn step(&mut self, receipts: usize) {
        self.done += i64::try_from(receipts).unwrap_or(0);
        self.bar.advance(u64::try_from(receipts).unwrap_or(0));
        let Self { total, done, .. } = *self;
        if !io::stderr().is_terminal() && done - self.told >= TOLD_EVERY {
            self.told = done;
            let _ = writeln!(io::stderr(), "{done} of {total} receipts");
        }
    }

    fn end(self) {
        drop(self.bar);
        let _ = writeln!(io::stderr(), "{} receipts exported", self.done);
    }
}
