//! The end of a world.

use super::World;
use crate::audit::{Row, rows};
use crate::dice::Dice;
use crate::faults;
use crate::shops::{self, SHOPS};

impl World {
    /// Everything works again, and time goes on: whatever was accepted comes to an end.
    pub(crate) fn drains(&mut self) {
        self.judge.step += 1;
        self.audit();
        faults::disarm(&self.server.rows);
        self.is_faulty = false;
        self.tiktok.is_well = true;
        (0..SHOPS).for_each(|shop| self.tiktok.lab.restore(&shops::token(shop)));
        self.server.clerk();
        let mut dice = Dice::of(1);
        for _ in 0..6 {
            self.server.forward(3_600);
            for shop in 0..SHOPS {
                for _ in 0..20 {
                    self.courier(shop, &mut dice);
                    while !self.couriers[shop].is_idle() {
                        self.courier(shop, &mut dice);
                    }
                }
            }
        }
        self.audit();
        // A shop that is gone stands still until somebody says otherwise, and nobody does.
        let gone = self.judge.gone_shop;
        let due = rows(&self.server.rows).into_iter().filter(|row| row.state == "due");
        let due = due.filter(|row| {
            gone.is_none() || self.judge.events.get(&row.id).map(|known| known.shop) != gone
        });
        for row in due.collect::<Vec<_>>() {
            self.judge.breaks("what is due is sent once TikTok takes it", row.id);
        }
        self.server.forward(8 * 24 * 3_600);
        self.sweep();
        let open = rows(&self.server.rows).into_iter().filter(Row::is_open);
        for row in open.collect::<Vec<_>>() {
            let what = format!("{} {}", row.id, row.state);
            self.judge.breaks("every accepted event comes to an end", what);
        }
    }
}
