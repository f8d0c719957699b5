//! The schema as docs/settings.md.

use serde_json::{Map, Value};

const HEAD: &str = "# Settings

Every setting of `assent.toml`. This page is what `assent schema --markdown` prints. A whole file to begin with:
[assent.example.toml](../deploy/assent.example.toml); `assent init` writes one that fits your shop. Mistakes are answered with one
message that names every fault, with its line and what to do.

Tables of a shop belong to the `[[shops]]` above them. Relative paths are relative to the file. Secrets do not stand in it: it names
the environment variables that hold them. What the environment does not set is taken from `assent.env` beside the file (lines of `NAME=value`), which
nobody but its owner may be able to read (mode 0600); `assent init` writes one.
";

/// A table of the file, as it is headed there.
struct Section<'a> {
    heading: String,
    schema: &'a Value,
}

pub(super) fn of(schema: &Value) -> String {
    let mut page = HEAD.to_owned();
    let mut open = vec![Section { heading: String::new(), schema }];
    while !open.is_empty() {
        let section = open.remove(0);
        let (rows, below) = parted(&section);
        page += &section.text(&rows);
        open.splice(0..0, below);
    }
    page
}

/// The settings of a table, and the tables in it, each by name.
fn parted<'a>(section: &Section<'a>) -> (Vec<(&'a String, &'a Value)>, Vec<Section<'a>>) {
    let (mut rows, mut below) = (Vec::new(), Vec::new());
    for (name, own) in properties(section.schema) {
        let dotted = match section.heading.as_str() {
            "" => name.clone(),
            heading => format!("{}.{name}", heading.trim_matches(['[', ']'])),
        };
        let entry = &own["items"];
        if !properties(own).is_empty() {
            below.push(Section { heading: format!("[{dotted}]"), schema: own });
        } else if properties(entry).is_empty() {
            rows.push((name, own));
        } else {
            below.push(Section { heading: format!("[[{dotted}]]"), schema: entry });
        }
    }
    (rows, below)
}

impl Section<'_> {
    fn text(&self, rows: &[(&String, &Value)]) -> String {
        let mut text = match self.heading.as_str() {
            "" => "\n## At the top\n".to_owned(),
            heading => format!("\n## {heading}\n"),
        };
        if let Some(said) = self.schema["description"].as_str().filter(|_| !self.heading.is_empty())
        {
            text += &format!("\n{said}\n");
        }
        text += "\n| setting | default | meaning | example |\n|---|---|---|---|\n";
        for (name, own) in rows {
            text += &row(self.schema, "", name, own);
            let entry = &own["additionalProperties"];
            for (inner, below) in properties(entry) {
                text += &row(entry, &format!("{name}.<name>."), inner, below);
            }
        }
        text
    }
}

/// Of a setting of this table, which is called by its name behind `prefix`.
fn row(table: &Value, prefix: &str, name: &str, own: &Value) -> String {
    let required = table["required"].as_array().into_iter().flatten();
    let default = if required.into_iter().any(|own| own == name) {
        "**required**".to_owned()
    } else {
        own.get("default").map_or_else(|| "–".to_owned(), code)
    };
    let mut meaning = own["description"].as_str().unwrap_or_default().replace('\n', " ");
    if let Some(words) = own["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
        meaning += &format!(" One of `{}`.", words.join("`, `"));
    }
    let example = own["examples"].get(0).map_or_else(|| "–".to_owned(), code);
    format!("| `{prefix}{name}` | {default} | {meaning} | {example} |\n")
}

/// None where it is no table with settings of its own.
fn properties(schema: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    schema["properties"].as_object().unwrap_or(&NONE)
}

/// As TOML writes it.
fn code(value: &Value) -> String {
    format!("`{}`", toml(value))
}

fn toml(value: &Value) -> String {
    match value {
        Value::Object(table) if table.is_empty() => "{}".to_owned(),
        Value::Object(table) => {
            let entries = table.iter().map(|(name, value)| format!("{name} = {}", toml(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}
