//! The extension behind a number, by libphonenumber's words for it: no part of E.164.

use crate::text::split;

/// In lower case. A longer word goes before its own beginning.
const WORDS: &str = ";ext= extensión extension extn ext xtn xt x int anexo доб #";

/// Whether `rest` is an extension and nothing else, or only signs behind the number.
pub(super) fn is_all_of(rest: &str) -> bool {
    let mut rest = rest.as_bytes();
    while let [before @ .., ..=b' ' | b'#'..=b'/' | b':'..=b'@' | b']'] = rest {
        rest = before;
    }
    while let [b' ' | b',', after @ ..] = rest {
        rest = after;
    }
    let Some(mut number) = split(WORDS, b' ').find_map(|word| rest.strip_prefix(word.as_bytes()))
    else {
        return rest.is_empty();
    };
    if let [b':' | b'.', after @ ..] = number {
        number = after;
    }
    while let [b' ' | b',' | b'-', after @ ..] = number {
        number = after;
    }
    (1..10).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
}
