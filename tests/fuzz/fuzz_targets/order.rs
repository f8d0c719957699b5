#![no_main]
//! Shopify's orders, signed, under the topic that the first byte chooses.

use assent_hostile::house::House;

thread_local!(static HOUSE: House = House::new());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| HOUSE.with(|house| {
    let topics = ["orders/create", "orders/paid", "orders/cancelled", "refunds/create"];
    let [choice, body @ ..] = bytes else { return };
    assent_hostile::webhook::order(house, topics[usize::from(*choice) % topics.len()], body);
}));
