//! TikTok's pixel code and access token, found in whatever was copied: the two alone, or the whole page of
//! Events Manager that shows both.

use crate::secret::Secret;

/// As TikTok makes them today.
const TOKEN: usize = 40;
/// Shorter is no token, longer no pixel code.
const SHORTEST_TOKEN: usize = 32;
/// A token of another form is taken only where hardly anything else was copied: the two, or one of them. On a page it
/// could be any number that some log or other product has there.
const ALONE: usize = 2;

/// `None`: it is not there, or several could be it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) pixel_code: Option<String>,
    pub(super) token: Option<Secret>,
}

impl Found {
    /// For a person: never the token itself.
    pub(super) fn said(&self) -> String {
        let token = self.token.as_ref();
        let token = token.map(|token| format!("an access token of {} signs", token.expose().len()));
        match (&self.pixel_code, token) {
            (Some(code), Some(token)) => format!("TikTok's pixel {code}, and {token}"),
            (Some(code), None) => format!("TikTok's pixel {code}; the access token is missing"),
            (None, Some(token)) => format!("{token}; the pixel code is missing"),
            (None, None) => "neither TikTok's pixel code nor its access token is in it".to_owned(),
        }
    }
}

pub(super) fn found(text: &str) -> Found {
    let words = || text.split(|sign: char| !sign.is_ascii_alphanumeric());
    let is_alone = text.split_whitespace().count() <= ALONE;
    let token = only(words().filter(|word| is_todays_token(word)))
        .or_else(|| only(words().filter(|word| is_alone && is_token(word))));
    Found {
        pixel_code: only(words().filter(|word| is_pixel_code(word))).map(str::to_owned),
        token: token.and_then(Secret::new),
    }
}

/// However often it stands there.
fn only<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let first = words.next()?;
    words.all(|other| other == first).then_some(first)
}

fn is_pixel_code(word: &str) -> bool {
    (16..=24).contains(&word.len())
        && word.bytes().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
        && has_letter_and_digit(word)
}

fn is_todays_token(word: &str) -> bool {
    word.len() == TOKEN
        && word.bytes().all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f'))
        && has_letter_and_digit(word)
}

fn is_token(word: &str) -> bool {
    word.len() >= SHORTEST_TOKEN && has_letter_and_digit(word)
}

fn has_letter_and_digit(word: &str) -> bool {
    word.bytes().any(|sign| sign.is_ascii_digit())
        && word.bytes().any(|sign| sign.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "C4EXAMPLE0000000000";
    const TOKEN: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

    fn both() -> Found {
        Found { pixel_code: Some(CODE.to_owned()), token: Secret::new(TOKEN) }
    }

    #[test]
    fn they_are_found_in_any_order_and_among_a_pages_other_words() {
        for text in [
            format!("{CODE} {TOKEN}"),
            format!("{TOKEN}\n{CODE}\n"),
            format!("pixel_code: {CODE}, access_token=\"{TOKEN}\""),
            format!(
                "Events Manager\nAdvertiser 7012345678901234567\nShop pixel\nID: {CODE}\nSettings\nEvents API\n\
                 Generate access token\n{TOKEN}\nhttps://ads.example/pixel/detail/{CODE}?org_id=7012345678901234567"
            ),
        ] {
            assert_eq!(found(&text), both(), "{text}");
        }
        let longer = format!("{TOKEN}abc");
        assert_eq!(
            found(&longer).token,
            Secret::new(&longer),
            "another form of token, where it is the only one"
        );
    }

    /// As where *Generate access token* was forgotten.
    #[test]
    fn no_other_number_of_a_page_is_taken_for_a_token() {
        for number in ["20261130120501ab3f9c0d1e2f3a4b5c", "7d9f2c1a4b8e4f0d9a3b6c5e2f1d0a9b"] {
            let page = format!("Events Manager\nID: {CODE}\nTrace {number}\nSettings");
            assert_eq!(found(&page), Found { token: None, ..both() }, "{page}");
            assert_eq!(found(&format!("{page}\n{TOKEN}")), both());
        }
    }

    #[test]
    fn where_several_could_be_meant_none_is_taken() {
        assert_eq!(found("Settings"), Found::default());
        let two = format!("{CODE} C4OTHER00000000000 {TOKEN}");
        assert_eq!(found(&two), Found { pixel_code: None, ..both() });
        let two = format!("{CODE} {TOKEN} {}", TOKEN.replace('0', "f"));
        assert_eq!(found(&two), Found { token: None, ..both() });
    }
}
