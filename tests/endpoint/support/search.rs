//! Words looked for in bytes: of an answer, a log, of every file of a folder, however deep it lies.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

pub(crate) struct Search {
    words: &'static [&'static str],
    /// What was looked through, and where a word was found.
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) found: Vec<String>,
}

impl Search {
    /// For these, in lower case; they are found in either.
    pub(crate) fn of(words: &'static [&'static str]) -> Self {
        Self { words, files: 0, bytes: 0, found: Vec::new() }
    }

    pub(crate) fn folder(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("a kind").is_dir() {
                self.folder(&entry.path());
                continue;
            }
            match fs::read(entry.path()) {
                Ok(bytes) => {
                    self.files += 1;
                    self.bytes(&entry.path().display().to_string(), &bytes);
                }
                // A server that runs may have put it away.
                Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{entry:?}: {error}"),
            }
        }
    }

    pub(crate) fn bytes(&mut self, place: &str, bytes: &[u8]) {
        self.bytes += u64::try_from(bytes.len()).expect("they are in memory");
        let lower = bytes.to_ascii_lowercase();
        let is_there = |word: &&&str| lower.windows(word.len()).any(|part| part == word.as_bytes());
        let found = self.words.iter().filter(is_there).map(|word| format!("{word} in {place}"));
        self.found.extend(found);
    }
}

/// Whoever finds nothing has to be able to find something.
#[test]
fn a_word_is_found_however_deep_it_lies() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let deep = folder.path().join("data-requests/acme");
    fs::create_dir_all(&deep).expect("folders");
    fs::write(deep.join("1.json"), b"\0\xff{\"a\":\"N33dle\"}").expect("a file");
    fs::write(folder.path().join("empty"), "").expect("a file");
    let mut search = Search::of(&["n33dle", "other"]);
    search.folder(folder.path());
    assert_eq!((search.files, search.bytes), (2, 16));
    assert_eq!(search.found, [format!("n33dle in {}", deep.join("1.json").display())]);
}
