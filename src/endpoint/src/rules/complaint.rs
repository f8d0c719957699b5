//! What TikTok complains of: a setting of the shop, or this event? Its codes do not tell, for 40002
//! is both; its message names the field (docs/facts/tiktok.md#answers).
//!
//! The message may repeat what a stranger wrote into an event, and a shop whose sends pause is harm
//! done. So the field that is named *first* decides, and what comes after it is not read.

/// What a request says around its events.
const SETTINGS: [&str; 10] = [
    "event_source_id",
    "event_source",
    "pixel_code",
    "pixel_id",
    "pixel",
    "test_event_code",
    "test_event",
    "partner_name",
    "access_token",
    "advertiser_id",
];
/// Fields of an event whose names could be any word. The others are known by their form.
const OF_EVENTS: [&str; 29] = [
    "batch",
    "brand",
    "city",
    "contents",
    "context",
    "country",
    "currency",
    "data",
    "description",
    "email",
    "event",
    "ip",
    "locale",
    "page",
    "phone",
    "price",
    "properties",
    "quantity",
    "query",
    "referrer",
    "state",
    "status",
    "timestamp",
    "ttclid",
    "ttp",
    "url",
    "user",
    "value",
    "events",
];
/// Where no field is named.
const WORDS: [&str; 12] = [
    // Not the word alone, which is a telephone's too.
    "pixel code",
    "pixel id",
    "pixel does not",
    "pixel was not",
    "pixel is not",
    "pixel not",
    "access token",
    "advertiser",
    "ad account",
    "permission",
    "authoriz",
    "authoris",
];
/// Characters that are looked at.
const LONGEST: usize = 512;

pub(super) fn is_of_a_setting(message: &str) -> bool {
    let message: String = message.chars().take(LONGEST).collect::<String>().to_ascii_lowercase();
    // Fields of two words, however they are written.
    let message =
        message.replace("event source", "event_source").replace("test event", "test_event");
    match field(&message) {
        Some(path) => is_setting(path),
        // Up to the first quotation mark: within may stand anything.
        None => message
            .split(['"', '\'', '`'])
            .next()
            .is_some_and(|told| WORDS.iter().any(|word| told.contains(word))),
    }
}

/// The first field that is named: behind `Invalid value for`, in front of the first colon, or by
/// its form.
fn field(message: &str) -> Option<&str> {
    const FOR: &str = "value for ";
    // Not where a field was named before, or a value repeated.
    let is_first = |at: &usize| {
        let before = &message[..*at];
        !before.contains(['"', '\'', '`', ':']) && !words(before).any(is_path)
    };
    if let Some(at) = message.find(FOR).filter(is_first) {
        return words(&message[at + FOR.len()..]).next();
    }
    let (first, _) = message.split_once(':').unwrap_or_default();
    if is_setting(first) || OF_EVENTS.contains(&name(first)) {
        return Some(first);
    }
    words(message).find(|word| is_path(word))
}

/// With or without its underlines.
fn is_setting(path: &str) -> bool {
    let plain = |name: &str| name.replace('_', "");
    let told = plain(name(path));
    SETTINGS.iter().any(|setting| plain(setting) == told)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_of_a_path = |c: char| c.is_ascii_alphanumeric() || "_.[]".contains(c);
    let words = text.split(move |c| !is_of_a_path(c)).map(|word| word.trim_matches('.'));
    words.filter(|word| !word.is_empty())
}

/// `event_id`, `Batch.0.user`, `data[0]`: no word of a sentence looks so.
fn is_path(word: &str) -> bool {
    word.contains(['_', '.', '['])
}

/// A path's last name, without the numbers behind it.
fn name(path: &str) -> &str {
    let is_name = |part: &&str| !part.is_empty() && part.bytes().any(|b| b.is_ascii_alphabetic());
    path.trim().rsplit(['.', '[', ']']).find(is_name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first five were seen: stape-io/tiktok-tag issues 33 and 10, fixtures of RudderStack's
    /// transformer, and Omega-JS-Stack/omega issue 465. The others are made up after them.
    #[test]
    fn what_is_named_first_decides() {
        for (message, of_a_setting) in [
            ("Invalid value for event_source_id: not a valid string.", true),
            ("Invalid value for event_source", true),
            ("Invalid value for event_id: not a valid string.", false),
            ("Batch.0.properties.contents.0.content_id: Not a valid string", false),
            ("No permission to operate pixel code: C4EXAMPLE0000000000.", true),
            ("event_source_id: Missing data for required field.", true),
            ("Event_Source_Id: Missing data for required field.", true),
            ("pixel_code: Invalid pixel code.", true),
            ("Batch.0.pixel_code: Not a valid string", true),
            ("Missing required parameter: event_source_id", true),
            ("The test_event_code is invalid", true),
            ("{'event_source_id': ['Missing data for required field.']}", true),
            ("Pixel does not exist", true),
            ("Invalid pixel code", true),
            ("Event source ID is not valid.", true),
            ("Invalid value for Event Source Id: not found", true),
            ("Invalid value for pixelCode", true),
            ("Test event code is not valid", true),
            ("eventSourceId: Missing data for required field.", true),
            ("Error: the pixel was not found", true),
            ("The access token belongs to another advertiser", true),
            ("Permission error", true),
            // Of the event, whatever it repeats.
            ("Invalid value for city: pixel_code", false),
            ("Invalid value for content_name: event_source_id: not a valid string", false),
            ("city: event_source_id", false),
            ("url: https://shop.example/?pixel_code=1 is not valid", false),
            ("data.0.properties.description: pixel code", false),
            ("data[0].user.email: permission", false),
            ("contents: event_source_id", false),
            ("The field content_name has an invalid value 'event_source_id'", false),
            ("{'data': {0: {'event_id': ['event_source_id']}}}", false),
            ("Not valid: 'the pixel'", false),
            ("data.0.properties.query: the text 'value for pixel 9' is not valid", false),
            ("description: the value for pixel_code is not valid", false),
            ("Invalid parameter: google pixel 9 case", false),
            ("Parameter error", false),
            ("", false),
        ] {
            assert_eq!(is_of_a_setting(message), of_a_setting, "{message}");
        }
        let far = ["x ".repeat(LONGEST), "pixel".to_owned()].concat();
        assert!(!is_of_a_setting(&far));
    }
}
