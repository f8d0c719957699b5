//! One receipt, one line. docs/receipts.md says what stands in each column.

use std::io::{self, Write};

use clap::ValueEnum;

use crate::calendar::rfc_3339;
use crate::store::StoredEvidence;
use crate::store::read::Receipt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum FileFormat {
    /// A header and a row for each receipt, for a spreadsheet; times also as text, records as JSON
    /// in one cell.
    Csv,
    /// A JSON document in each line.
    Jsonl,
}

const COLUMNS: [&str; 20] = [
    "receipt",
    "shop",
    "checkout",
    "cart",
    "first_at",
    "first_at_utc",
    "last_at",
    "last_at_utc",
    "evaluated_at",
    "evaluated_at_utc",
    "decision",
    "rule",
    "basis",
    "gpc",
    "shopify_marketing",
    "shopify_sale_of_data",
    "shopify_analytics",
    "shopify_preferences",
    "sources",
    "records",
];

pub(super) enum Lines<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(W),
}

impl<W: Write> Lines<W> {
    pub(super) fn new(format: FileFormat, out: W) -> io::Result<Self> {
        Ok(match format {
            FileFormat::Jsonl => Self::Jsonl(out),
            FileFormat::Csv => {
                let mut csv =
                    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
                csv.write_record(COLUMNS).map_err(cause)?;
                Self::Csv(Box::new(csv))
            }
        })
    }

    pub(super) fn write(&mut self, receipt: &Receipt) -> io::Result<()> {
        match self {
            Self::Csv(csv) => csv.write_record(cells(receipt)?).map_err(cause),
            Self::Jsonl(out) => {
                serde_json::to_writer(&mut *out, receipt)?;
                out.write_all(b"\n")
            }
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(mut csv) => csv.flush(),
            Self::Jsonl(mut out) => out.flush(),
        }
    }
}

/// The file's own error, whose kind tells a closed pipe from a full disk.
fn cause(error: csv::Error) -> io::Error {
    let said = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(said) }
}

fn cells(receipt: &Receipt) -> io::Result<[String; COLUMNS.len()]> {
    let Receipt { receipt: number, shop, checkout, cart, first_at, last_at, evaluated_at, proof } =
        receipt;
    let StoredEvidence { decision, rule, basis, gpc, shopify, records } = proof;
    let text = |text: &str| inert(text.to_owned());
    let maybe = |text: &Option<String>| inert(text.clone().unwrap_or_default());
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string()).unwrap_or_default();
    // Empty for a time that RFC 3339 cannot write.
    let utc = |at: i64| rfc_3339(at).unwrap_or_default();
    let sources: Vec<_> =
        records.iter().map(|record| format!("{} {}", record.source, record.decision)).collect();
    Ok([
        number.to_string(),
        text(shop),
        maybe(checkout),
        maybe(cart),
        first_at.to_string(),
        utc(*first_at),
        last_at.to_string(),
        utc(*last_at),
        evaluated_at.to_string(),
        utc(*evaluated_at),
        text(decision),
        text(rule),
        text(basis),
        flag(*gpc),
        flag(shopify.marketing),
        flag(shopify.sale_of_data),
        flag(shopify.analytics),
        flag(shopify.preferences),
        inert(sources.join(", ")),
        // A cookie's name may be any text. Where a spreadsheet splits at semicolons, one in a name
        // would begin a cell.
        serde_json::to_string(records)?.replace(';', "\\u003b"),
    ])
}

/// A cell that begins like a formula would be run by a spreadsheet (CWE-1236); an apostrophe makes
/// it text.
fn inert(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("a=1", "a=1"),
        ] {
            assert_eq!(inert(cell.to_owned()), expected);
        }
    }

    #[test]
    fn a_hostile_record_stays_in_its_cell() {
        let receipt: Receipt = Receipt {
            receipt: 4711,
            shop: "acme.myshopify.com".to_owned(),
            checkout: None,
            cart: None,
            first_at: 1_763_800_000,
            last_at: 1_763_800_000,
            evaluated_at: -1,
            proof: serde_json::from_str(
                r#"{"decision":"granted","rule":"all_yes","basis":"consent","gpc":null,
                    "shopify":{"marketing":true,"sale_of_data":true,
                        "analytics":null,"preferences":false},
                    "records":[{"source":"usp","key":"a\";=HYPERLINK(\"x\")\n",
                        "decision":"granted","deciding":true,"opt_out":false,"decided_at":null,
                        "id":null,"value":null,"version":"=1"}]}"#,
            )
            .expect("a proof"),
        };
        let mut out = Vec::new();
        let mut lines = Lines::new(FileFormat::Csv, &mut out).expect("a writer");
        lines.write(&receipt).expect("a line");
        lines.finish().expect("the end");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text.matches("\r\n").count(), 2, "{text}");
        assert!(!text.contains(';') && text.lines().count() == 2, "{text}");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row = reader.records().next().expect("a row").expect("it can be read");
        let cell = |name: &str| {
            row.get(COLUMNS.iter().position(|column| *column == name).expect("a column"))
        };
        assert_eq!((cell("gpc"), cell("shopify_preferences")), (Some(""), Some("false")));
        let records: serde_json::Value =
            serde_json::from_str(cell("records").expect("a cell")).expect("JSON");
        assert_eq!(records[0]["key"], "a\";=HYPERLINK(\"x\")\n");
    }
}
