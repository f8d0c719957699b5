//! Contacts: normalised and hashed as TikTok asks (docs/facts/tiktok.md#normalising). What is empty
//! or cannot be read for certain is omitted. IP and user agent never come here: they are never
//! hashed.

use super::phone;
use super::user::User;
use crate::event::Person;
use crate::hex::Digest;
use crate::text::{Text, cut_last};

/// Unicode's lower case. In the browser JavaScript's own: Rust's tables would be a tenth of the
/// module.
pub type Lower<'a> = &'a dyn Fn(&str) -> String;

/// [`Lower`] where size does not matter.
pub fn native_lower(text: &str) -> String {
    text.to_lowercase()
}

/// The contact fields of `user`; ids are added by [`crate::conversion`].
pub fn hashed(person: &Person, lower: Lower<'_>) -> User {
    let Person {
        email,
        phone,
        phone_country,
        first_name,
        last_name,
        zip_code,
        city,
        state,
        country,
    } = person;
    let country_code = country.as_deref().and_then(self::country);
    let us = country_code.as_deref() == Some("us");
    User {
        email: hash(email.as_deref(), &|text| self::email(text, lower)),
        phone: hash(phone.as_deref(), &|text| phone::e164(text, phone_country.as_deref())),
        first_name: hash(first_name.as_deref(), &|text| name(text, lower)),
        last_name: hash(last_name.as_deref(), &|text| name(text, lower)),
        zip_code: hash(zip_code.as_deref(), &|text| self::zip_code(text, us, lower)),
        city: city.as_deref().and_then(|text| place(text, lower)).map(Text::from),
        state: state
            .as_deref()
            .and_then(|text| place(text, lower))
            .filter(|state| !us || state.len() == 2)
            .map(Text::from),
        country: country_code.map(Text::from),
        ..User::default()
    }
}

/// By what the stores know a customer's e-mail address and phone number, in that order: whoever is
/// named raw is found so.
pub fn contacts(person: &Person, lower: Lower<'_>) -> Vec<Digest> {
    let User { email, phone, .. } = hashed(person, lower);
    email.into_iter().chain(phone).collect()
}

/// SHA-256 of the normalised text. A value that already is a hash is kept as it is.
fn hash(text: Option<&str>, normalise: &dyn Fn(&str) -> Option<String>) -> Option<Digest> {
    let text = text?;
    text.trim().parse().ok().or_else(|| normalise(text).map(|normal| Digest::of(normal.as_bytes())))
}

/// Trimmed, lower case; dots and plus signs stay.
pub fn email(text: &str, lower: Lower<'_>) -> Option<String> {
    let address = lower(text.trim());
    let (local, domain) = cut_last(&address, b'@')?;
    let whole =
        !local.is_empty() && !domain.is_empty() && !address.chars().any(char::is_whitespace);
    whole.then_some(address)
}

/// Lower case, without punctuation; single spaces inside stay.
pub fn name(text: &str, lower: Lower<'_>) -> Option<String> {
    let mut kept = String::with_capacity(text.len());
    for word in lower(text).split_whitespace() {
        let before = kept.len();
        kept.extend(word.chars().filter(|c| !is_punctuation(*c)));
        if kept.len() > before {
            kept.push(' ');
        }
    }
    kept.pop();
    (!kept.is_empty()).then_some(kept)
}

/// Lower case, without spaces and hyphens; of a US one ("CA 94105-1234") the first five digits, or
/// nothing.
pub fn zip_code(text: &str, us: bool, lower: Lower<'_>) -> Option<String> {
    let mut kept = lower(text);
    kept.retain(|c| if us { c.is_ascii_digit() } else { !c.is_whitespace() && !is_hyphen(c) });
    if us {
        kept.truncate(5);
    }
    (kept.len() >= if us { 5 } else { 1 }).then_some(kept)
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}')
}

/// City and state: lower case, no spaces, no punctuation.
pub fn place(text: &str, lower: Lower<'_>) -> Option<String> {
    let kept: String =
        lower(text).chars().filter(|c| !c.is_whitespace() && !is_punctuation(*c)).collect();
    (!kept.is_empty()).then_some(kept)
}

/// ASCII's punctuation, Latin-1's signs (but ª and º), Unicode's blocks of general and CJK
/// punctuation, the full-width and half-width forms of these, and the marks that names are written
/// with: Hebrew's maqaf and geresh, Katakana's middle dot.
fn is_punctuation(c: char) -> bool {
    match c {
        'ª' | 'º' => false,
        '\u{80}'..='\u{bf}'
        | '\u{2000}'..='\u{206f}'
        | '\u{3000}'..='\u{303f}'
        | '\u{5be}'
        | '\u{5f3}'
        | '\u{5f4}'
        | '\u{2212}'
        | '\u{30fb}'
        | '\u{ff00}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}'
        | '\u{ff3b}'..='\u{ff40}'
        | '\u{ff5b}'..='\u{ff65}' => true,
        _ => c.is_ascii() && !c.is_ascii_alphanumeric(),
    }
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
    fn hashes_are_those_of_tiktok() {
        let vectors: Vectors =
            serde_json::from_str(include_str!("../../../../tests/vectors/tiktok-hashes.json"))
                .unwrap();
        for row in vectors.positive {
            // Two rows describe their input in words around it.
            let input = row.input.split(" (").next().unwrap();
            let normal = match row.field.as_str() {
                "email" => email(&row.input, &native_lower),
                "phone" => phone::e164(&row.input, None),
                "first_name" => name(input, &native_lower),
                "zip_code" => zip_code(input, false, &native_lower),
                "external_id" => Some(input.to_owned()),
                other => panic!("a field this test does not know: {other}"),
            };
            assert_eq!(normal.as_deref(), Some(row.normalized.as_str()));
            assert_eq!(Digest::of(row.normalized.as_bytes()).as_str(), row.sha256);
        }
    }

    #[test]
    fn normalises_as_tiktok_asks() {
        assert_eq!(
            email(" Mixed.Case+tag@Example.COM ", &native_lower),
            Some("mixed.case+tag@example.com".to_owned())
        );
        for wrong in ["", "  ", "no-at-sign", "@example.com", "a@", "a b@example.com"] {
            assert_eq!(email(wrong, &native_lower), None, "{wrong}");
        }
        assert_eq!(name(" O’Brien-Smith Jr. ", &native_lower), Some("obriensmith jr".to_owned()));
        assert_eq!(name("ÉLODIE", &native_lower), Some("élodie".to_owned()));
        assert_eq!(name(" . ", &native_lower), None);
        for (us, told) in
            [("95110-1234", "95110"), ("CA 94105", "94105"), ("CA 94105–1234", "94105")]
        {
            assert_eq!(zip_code(us, true, &native_lower).as_deref(), Some(told), "{us}");
        }
        assert_eq!(zip_code("CA 9410", true, &native_lower), None);
        for hyphen in "-‐‑‒–—―−－".chars() {
            let zip = ["1234", "567"].join(hyphen.encode_utf8(&mut [0; 4]));
            assert_eq!(zip_code(&zip, false, &native_lower).as_deref(), Some("1234567"), "{zip}");
        }
        assert_eq!(zip_code("SW1A 1AA", false, &native_lower), Some("sw1a1aa".to_owned()));
        assert_eq!(place("São Paulo (SP)", &native_lower), Some("sãopaulosp".to_owned()));
        for (written, told) in [
            ("ジャン・リュック", "ジャンリュック"),
            ("ｼﾞｬﾝ･ﾘｭｯｸ", "ｼﾞｬﾝﾘｭｯｸ"),
            ("בן־דוד", "בןדוד"),
            ("צ׳רלי", "צרלי"),
            ("a：b；c？d＠e", "abcde"),
            ("a［b］c＿d｀e｛f｝g～h｡i", "abcdefghi"),
            ("a−b", "ab"),
        ] {
            assert_eq!(name(written, &native_lower).as_deref(), Some(told), "{written}");
            assert_eq!(place(written, &native_lower).as_deref(), Some(told), "{written}");
        }
        assert_eq!(
            name("Ａ９", &native_lower).as_deref(),
            Some("ａ９"),
            "full-width letters and digits are none"
        );
        assert_eq!(country("de "), Some("de".to_owned()));
        assert_eq!(country("Germany"), None);
    }

    #[test]
    fn a_value_that_is_already_hashed_is_kept_and_an_empty_one_omitted() {
        let already = "848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f";
        let person = Person {
            email: Some(already.into()),
            first_name: Some("  ".into()),
            ..Person::default()
        };
        let user = hashed(&person, &native_lower);
        assert_eq!(user.email.as_ref().map(Digest::as_str), Some(already));
        assert_eq!(user.first_name, None);
        assert_eq!(user.phone, None);
    }

    #[test]
    fn a_us_state_is_its_two_letters_or_nothing() {
        let of = |state: &str| {
            hashed(
                &Person {
                    state: Some(state.into()),
                    country: Some("US".into()),
                    ..Person::default()
                },
                &native_lower,
            )
            .state
        };
        assert_eq!(of("CA").as_deref(), Some("ca"));
        assert_eq!(of("California"), None);
    }
}
