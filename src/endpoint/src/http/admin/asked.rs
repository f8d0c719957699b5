//! What a page was asked for, behind the `?`.

use axum::http::Uri;

use crate::store::read::Behind;

/// Longer than any order's address in Shopify's admin.
const LONGEST: usize = 300;

#[derive(Debug, Clone, Default)]
pub(super) struct Asked(Vec<(String, String)>);

impl Asked {
    pub(super) fn of(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default();
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// `None`: nothing, or more than anybody means.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        Some(value.trim()).filter(|value| !value.is_empty() && value.len() <= LONGEST)
    }

    /// After which order a page begins.
    pub(super) fn behind(&self) -> Option<Behind> {
        let (received_at, row) = self.value("behind")?.split_once('-')?;
        Some(Behind { received_at: received_at.parse().ok()?, row: row.parse().ok()? })
    }
}

/// As [`Asked::behind`] reads it.
pub(super) fn behind(Behind { received_at, row }: Behind) -> String {
    format!("{received_at}-{row}")
}
