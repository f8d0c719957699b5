#![no_main]
//! Beacons and withdrawals through the endpoint's own router, its store in memory.

use assent_hostile::house::House;

thread_local!(static HOUSE: House = House::new());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| HOUSE.with(|house| {
    assent_hostile::beacon::beacon(house, bytes);
}));
