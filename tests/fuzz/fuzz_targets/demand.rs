#![no_main]
//! Shopify's compliance demands, signed, under the topic that the first byte chooses.

use assent_hostile::house::House;

thread_local!(static HOUSE: House = House::new());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| HOUSE.with(|house| {
    let topics = ["customers/redact", "customers/data_request", "shop/redact"];
    let [choice, body @ ..] = bytes else { return };
    assent_hostile::webhook::demand(house, topics[usize::from(*choice) % topics.len()], body);
}));
