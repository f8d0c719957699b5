//! Chance from a seed that is printed, so that it can be thrown again.

/// splitmix64: the same seed gives the same throws.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn coin(&mut self) -> bool {
        self.throw() & 1 == 0
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).expect("it fits");
        usize::try_from(self.throw() % n).expect("below n")
    }
}
