//! What each column of a copied row becomes.

use rusqlite::types::Value;

/// A table whose rows are copied, and its columns that differ from copy to copy.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    columns: &'static [(&'static str, How)],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Same,
    /// A row's number, of whichever table; 0 is none.
    Row,
    /// Unix seconds.
    Time,
    /// Names of 16 bytes, one after the other.
    Names,
    /// Digits, perhaps after a `#`.
    Digits,
    /// A text that only has to be another one.
    Text,
    /// Lines of: Unix seconds, tab, what happened.
    History,
}

pub(crate) const TABLES: [Table; 7] = [
    Table {
        name: "event",
        columns: &[
            ("id", How::Row),
            ("event_id", How::Names),
            ("event_time", How::Time),
            ("received_at", How::Time),
            ("checkout", How::Names),
            ("cart", How::Names),
            ("visitor", How::Names),
            ("customer", How::Names),
            ("order_id", How::Digits),
            ("receipt", How::Row),
            ("evaluated_at", How::Time),
            ("granted_at", How::Time),
            ("at", How::Time),
            ("copy_since", How::Time),
            ("horizon", How::Time),
            ("history", How::History),
        ],
    },
    Table {
        name: "receipt",
        columns: &[
            ("id", How::Row),
            ("digest", How::Names),
            ("checkout", How::Names),
            ("cart", How::Names),
            ("visitor", How::Names),
            ("customer", How::Names),
            ("first_at", How::Time),
            ("last_at", How::Time),
            ("evaluated_at", How::Time),
            ("granted_at", How::Time),
        ],
    },
    Table {
        name: "context",
        columns: &[
            ("id", How::Row),
            ("checkout", How::Names),
            ("cart", How::Names),
            ("visitor", How::Names),
            ("granted_at", How::Time),
            ("last_at", How::Time),
        ],
    },
    Table {
        name: "order_fact",
        columns: &[
            ("id", How::Row),
            ("order_id", How::Digits),
            ("name", How::Digits),
            ("event_id", How::Names),
            ("checkout", How::Names),
            ("cart", How::Names),
            ("customer", How::Names),
            ("created_at", How::Time),
            ("received_at", How::Time),
            ("history", How::History),
        ],
    },
    Table { name: "webhook", columns: &[("webhook_id", How::Text), ("received_at", How::Time)] },
    Table {
        name: "withdrawal",
        columns: &[("who", How::Names), ("at", How::Time), ("received_at", How::Time)],
    },
    Table { name: "link", columns: &[("name", How::Names), ("row", How::Row)] },
];

impl Table {
    /// In the sequence of the columns that are there. `Err`: one of ours is not.
    pub(crate) fn hows(&self, there: &[String]) -> Result<Vec<How>, String> {
        for (name, _) in self.columns {
            if !there.iter().any(|column| column == name) {
                return Err(format!(
                    "table {} has no column {name}: the schema has changed",
                    self.name
                ));
            }
        }
        let how = |column: &String| {
            self.columns.iter().find(|(name, _)| name == column).map_or(How::Same, |(_, how)| *how)
        };
        Ok(there.iter().map(how).collect())
    }
}

pub(crate) struct Copy {
    pub(crate) n: i64,
    /// So many seconds earlier.
    pub(crate) back: i64,
    /// Between its rows' numbers and the first ones'.
    pub(crate) offset: i64,
}

impl Copy {
    pub(crate) fn value(&self, value: &Value, how: How) -> Value {
        match (how, value) {
            (How::Row, Value::Integer(row)) if *row > 0 => Value::Integer(row + self.offset),
            (How::Time, Value::Integer(at)) => Value::Integer(at - self.back),
            (How::Names, Value::Blob(names)) => Value::Blob(self.names(names)),
            (How::Digits, Value::Text(text)) => Value::Text(self.digits(text)),
            (How::Text, Value::Text(text)) => Value::Text(format!("{text}-{}", self.n)),
            (How::History, Value::Text(text)) => Value::Text(self.history(text)),
            (_, other) => other.clone(),
        }
    }

    /// As random as a digest's own bytes, and the same for the same name, wherever it stands.
    fn names(&self, names: &[u8]) -> Vec<u8> {
        let mask = spread(self.n.unsigned_abs()).to_be_bytes();
        names.iter().enumerate().map(|(n, byte)| byte ^ mask[n % mask.len()]).collect()
    }

    fn digits(&self, text: &str) -> String {
        let digits = text.trim_start_matches('#');
        let sign = &text[..text.len() - digits.len()];
        digits.parse::<i64>().map_or_else(
            |_| format!("{text}-{}", self.n),
            |number| format!("{sign}{}", number + self.n * 1000),
        )
    }

    fn history(&self, text: &str) -> String {
        let line = |line: &str| match line.split_once('\t') {
            Some((at, what)) => match at.parse::<i64>() {
                Ok(at) => format!("{}\t{what}\n", at - self.back),
                Err(_) => format!("{line}\n"),
            },
            None => format!("{line}\n"),
        };
        text.lines().map(line).collect()
    }
}

/// Sebastiano Vigna's SplitMix64: another number for each, and no two the same.
fn spread(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_its_own_numbers_names_and_times_and_they_agree() {
        let copy = Copy { n: 7, back: 100, offset: 5000 };
        let name: Vec<u8> = (0..16).collect();
        let Value::Blob(alone) = copy.value(&Value::Blob(name.clone()), How::Names) else {
            panic!("bytes");
        };
        let two = [name.clone(), name.clone()].concat();
        assert_ne!(alone, name);
        assert_eq!(
            copy.value(&Value::Blob(two), How::Names),
            Value::Blob([&alone[..], &alone].concat())
        );
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(copy.value(&text("#1001"), How::Digits), text("#8001"));
        assert_eq!(
            copy.value(&text("1000\taccepted\n1001\tdelivered\n"), How::History),
            text("900\taccepted\n901\tdelivered\n")
        );
        assert_eq!(copy.value(&Value::Integer(0), How::Row), Value::Integer(0));
        assert_eq!(copy.value(&Value::Null, How::Time), Value::Null);
    }
}
