//! `assent schema`: what `assent.toml` may hold, for editors and as a page.

mod page;

use clap::Args;

use super::failure::Failure;
use super::output::print;
use crate::config::schema::schema;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent schema > assent.schema.json
  assent schema --markdown

With `#:schema ./assent.schema.json` as the first line of assent.toml editors with taplo (Even Better TOML) complete
and check it.")]
pub(crate) struct SchemaOf {
    /// Prints it as a page of tables instead: docs/settings.md.
    #[arg(long)]
    markdown: bool,
}

impl SchemaOf {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let schema = schema();
        if self.markdown {
            print(&page::of(schema))
        } else {
            print(&serde_json::to_string_pretty(schema)?)
        }
    }
}
