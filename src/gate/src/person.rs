//! Contacts: normalised and hashed as TikTok asks (reference/tiktok-events.md §6). What is empty or cannot be read for
//! certain is omitted. IP and user agent never come here: they are never hashed.

use crate::beacon::User;
use crate::event::Person;
use crate::hex::Digest;
use crate::phone;

/// The contact fields of `user`; ids are added by [`crate::draft`].
pub fn hashed(person: &Person) -> User {
    let Person { email, phone, phone_country, first_name, last_name, zip_code, city, state, country } = person;
    let country_code = country.as_deref().and_then(self::country);
    let us = country_code.as_deref() == Some("us");
    let phone_country = phone_country.as_deref().or(country.as_deref());
    User {
        email: hash(email.as_deref(), self::email),
        phone: hash(phone.as_deref(), |text| phone::e164(text, phone_country)),
        first_name: hash(first_name.as_deref(), name),
        last_name: hash(last_name.as_deref(), name),
        zip_code: hash(zip_code.as_deref(), |text| self::zip_code(text, us)),
        city: city.as_deref().and_then(place),
        state: state.as_deref().and_then(place).filter(|state| !us || state.len() == 2),
        country: country_code,
        ..User::default()
    }
}

/// SHA-256 of the normalised text. A value that already is a hash is kept as it is.
fn hash(text: Option<&str>, normalise: impl Fn(&str) -> Option<String>) -> Option<Digest> {
    let text = text?;
    Digest::parse(text.trim()).or_else(|| normalise(text).map(|normal| Digest::of(normal.as_bytes())))
}

/// Trimmed, lower case; dots and plus signs stay.
pub fn email(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let whole = !local.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace);
    whole.then_some(address)
}

/// Lower case, without punctuation; single spaces inside stay.
pub fn name(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let kept: String =
        lower.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || !c.is_ascii() && !is_mark(*c)).collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Typographic punctuation people's keyboards insert in names: quotes, dashes, dots.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{b7}' | '\u{b4}' | '\u{ab}' | '\u{bb}')
}

/// Lower case, without spaces and hyphens; of a US ZIP+4 the first five.
pub fn zip_code(text: &str, us: bool) -> Option<String> {
    let kept: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let kept = if us { kept.get(..5).map_or(kept.clone(), str::to_owned) } else { kept };
    (!kept.is_empty()).then_some(kept)
}

/// City and state: lower case, no spaces, no punctuation.
pub fn place(text: &str) -> Option<String> {
    let kept: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    (!kept.is_empty()).then_some(kept)
}

/// ISO 3166-1 alpha-2, lower case.
pub fn country(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_lowercase();
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase())).then_some(code)
}

/// The visitor as TikTok knows it: hashed, never the raw id. Case stays.
pub fn external_id(visitor: &str) -> Option<Digest> {
    let visitor = visitor.trim();
    (!visitor.is_empty()).then(|| Digest::of(visitor.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        positive: Vec<Row>,
    }

    #[derive(serde::Deserialize)]
    struct Row {
        field: String,
        input: String,
        normalized: String,
        sha256: String,
    }

    /// tests/vectors/tiktok-hashes.json: TikTok's own examples.
    #[test]
    fn hashes_are_tiktok_s() {
        let vectors: Vectors = serde_json::from_str(include_str!("../../../tests/vectors/tiktok-hashes.json")).unwrap();
        for row in vectors.positive {
            // Two rows describe their input in words around it.
            let input = row.input.split(" (").next().unwrap();
            let normal = match row.field.as_str() {
                "email" => email(&row.input),
                "phone" => phone::e164(&row.input, None),
                "first_name" => name(input),
                "zip_code" => zip_code(input, false),
                "external_id" => Some(input.to_owned()),
                other => panic!("a field this test does not know: {other}"),
            };
            assert_eq!(normal.as_deref(), Some(row.normalized.as_str()));
            assert_eq!(Digest::of(row.normalized.as_bytes()).as_str(), row.sha256);
        }
    }

    #[test]
    fn normalises_as_the_reference_says() {
        assert_eq!(email(" Mixed.Case+tag@Example.COM "), Some("mixed.case+tag@example.com".to_owned()));
        for wrong in ["", "  ", "no-at-sign", "@example.com", "a@", "a b@example.com"] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
        assert_eq!(name(" O’Brien-Smith Jr. "), Some("obriensmith jr".to_owned()));
        assert_eq!(name("ÉLODIE"), Some("élodie".to_owned()));
        assert_eq!(name(" . "), None);
        assert_eq!(zip_code("95110-1234", true), Some("95110".to_owned()));
        assert_eq!(zip_code("SW1A 1AA", false), Some("sw1a1aa".to_owned()));
        assert_eq!(place("São Paulo (SP)"), Some("sãopaulosp".to_owned()));
        assert_eq!(country("de "), Some("de".to_owned()));
        assert_eq!(country("Germany"), None);
    }

    #[test]
    fn a_value_that_is_already_hashed_is_kept_and_an_empty_one_omitted() {
        let already = "848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f";
        let person = Person { email: Some(already.to_owned()), first_name: Some("  ".to_owned()), ..Person::default() };
        let user = hashed(&person);
        assert_eq!(user.email.as_ref().map(Digest::as_str), Some(already));
        assert_eq!(user.first_name, None);
        assert_eq!(user.phone, None);
    }

    #[test]
    fn a_us_state_is_its_two_letters_or_nothing() {
        let of = |state: &str| {
            hashed(&Person { state: Some(state.to_owned()), country: Some("US".to_owned()), ..Person::default() }).state
        };
        assert_eq!(of("CA").as_deref(), Some("ca"));
        assert_eq!(of("California"), None);
    }
}
