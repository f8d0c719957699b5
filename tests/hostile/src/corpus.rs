//! The seeds: tests/fuzz/corpus, a folder for each target, and for devices also tests/vectors.

use std::path::{Path, PathBuf};

use serde_json::Value;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Each seed by its file's name, in the order of the names. What libFuzzer has left there (names
/// without an ending) is no seed.
pub fn of(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = tests().join("fuzz/corpus").join(target);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let mut seeds: Vec<(String, Vec<u8>)> = paths
        .filter(|path| path.extension().is_some())
        .map(|path| {
            let name = path.file_name().expect("an entry has a name").to_string_lossy();
            (name.into_owned(), std::fs::read(&path).expect("a readable file"))
        })
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "no seeds in {}", folder.display());
    seeds
}

/// The devices of tests/vectors, in the form that [`crate::device`] reads: cookies in the first
/// line, then `key=value` of localStorage. Those that say yes apart: damage elsewhere in them leaves
/// them one, so they only lend their words to the others.
pub fn devices() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let file = tests().join("vectors/consent-records.json");
    let text = std::fs::read_to_string(&file).expect("the vectors are there");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("the vectors are JSON");
    let (yes, others): (Vec<&Value>, Vec<&Value>) =
        rows.iter().partition(|row| row["marketing"] == true);
    let texts = |rows: Vec<&Value>| rows.into_iter().filter_map(device).collect();
    (texts(others), texts(yes))
}

/// `None` for a row whose value is too long to be written down.
fn device(row: &Value) -> Option<Vec<u8>> {
    let mut pairs = vec![(row["key"].as_str()?.to_owned(), row["value"].as_str()?.to_owned())];
    for (key, value) in row["companion"].as_object().into_iter().flatten() {
        pairs.push((key.clone(), value.as_str()?.to_owned()));
    }
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| [key, "=", value].concat()).collect();
    let text = if row["store"] == "cookie" {
        pairs.join("; ")
    } else {
        ["\n", &pairs.join("\n")].concat()
    };
    Some(text.into_bytes())
}
