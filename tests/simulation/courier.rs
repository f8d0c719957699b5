//! The real courier's queue and flights, driven a step at a time, with anything in between.

use assent_endpoint::delivery::flight::Flight;
use assent_endpoint::delivery::queue::{Errand, Queue, Turn};
use assent_endpoint::delivery::tiktok::body;
use assent_endpoint::delivery::way::Leave;
use assent_endpoint::rules::answer::{Answer, Reply};
use assent_endpoint::rules::mode::Mode;
use serde_json::Value;

use crate::dice::Dice;
use crate::world::World;

#[derive(Debug, Default)]
pub(crate) struct Courier {
    queue: Queue,
    air: Vec<Aloft>,
}

/// A send under way.
#[derive(Debug)]
struct Aloft {
    flight: Flight,
    mode: Mode,
    errand: Errand,
    /// All that it was given.
    all: Vec<i64>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Leave has to be asked for what comes next.
    Next,
    /// Leave is to be asked for these, again if the store could not say.
    Asks(Vec<i64>),
    /// Its bytes have left.
    Left(Vec<i64>, Vec<u8>),
    /// TikTok has answered; it has to be written down.
    Answered(Vec<i64>, Reply, Vec<String>),
    /// It has landed, and what it has not sent is to be given back.
    GivesBack(Vec<i64>),
}

impl Courier {
    pub(crate) fn step(&mut self, world: &mut World, shop: usize, dice: &mut Dice) {
        if self.air.is_empty() || dice.percent(25) {
            self.departs(world, shop);
            return;
        }
        let at = dice.below(self.air.len());
        if dice.percent(1) {
            self.breaks_off(world, shop, at);
        } else {
            self.goes_on(world, shop, at, dice);
        }
    }

    fn departs(&mut self, world: &mut World, shop: usize) {
        let (now, configured) = (world.server.now(), world.server.shop(shop));
        let room = self.queue.room(now, self.air.len());
        if room.events == 0 {
            return;
        }
        let room = match world.way.leave(now) {
            Leave::Given => room,
            Leave::AsScout => room.for_a_scout(),
            Leave::NotFor(_) => return,
        };
        let claim = world
            .server
            .store(|store| async move { store.claim(&configured, room.events, now).await });
        // What failed is tried at the next step.
        let events = claim.map(|claim| claim.events).unwrap_or_default();
        if events.is_empty() {
            stays(world, room.errand);
        }
        for parcel in room.parcels(&events) {
            let (mode, errand, all) = (parcel.mode, parcel.errand, parcel.ids.clone());
            let (flight, stage) = (Flight::of(parcel), Stage::Next);
            self.air.push(Aloft { flight, mode, errand, all, stage });
        }
    }

    fn goes_on(&mut self, world: &mut World, shop: usize, at: usize, dice: &mut Dice) {
        let aloft = &mut self.air[at];
        let stage = std::mem::replace(&mut aloft.stage, Stage::Next);
        aloft.stage = match stage {
            Stage::Next => match aloft.flight.next_parcel() {
                Some(ids) => Stage::Asks(ids),
                None => {
                    if aloft.flight.last().is_none() {
                        stays(world, aloft.errand);
                    }
                    Stage::GivesBack(aloft.flight.left())
                }
            },
            Stage::GivesBack(ids) if ids.is_empty() || gives_back(world, shop, &ids) => {
                let answer = self.air.remove(at).flight.last();
                self.lands(world, shop, answer, dice);
                return;
            }
            Stage::GivesBack(ids) => Stage::GivesBack(ids),
            Stage::Asks(ids) => asks(world, shop, aloft.mode, ids),
            Stage::Left(ids, bytes) => {
                let now = world.server.now().0;
                let reply = world.tiktok.takes(shop, &bytes, now, dice);
                world.way.told(reply.answer, world.server.now(), dice.throw());
                let names = named(&bytes);
                if aloft.flight.answered(&ids, &reply) {
                    Stage::Answered(ids, reply, names)
                } else {
                    Stage::Next
                }
            }
            Stage::Answered(ids, reply, names) => settles(world, shop, ids, reply, names),
        };
    }

    fn lands(&mut self, world: &mut World, shop: usize, answer: Option<Answer>, dice: &mut Dice) {
        let Some(answer) = answer else { return };
        let turn = self.queue.landed(answer, world.server.now(), dice.throw());
        let domain = world.server.shop(shop).settings.shop.clone();
        // It is only told; where it cannot be, the queue stands still all the same.
        let _ = world.server.store(|store| async move {
            match turn {
                None => Ok(()),
                Some(Turn::Stopped(answer)) => {
                    store.note_pause(&domain, Some(format!("{answer:?}"))).await
                }
                Some(Turn::Moves) => store.note_pause(&domain, None).await,
                Some(Turn::Waits(answer)) => {
                    store.note_wait(&domain, Some(format!("{answer:?}"))).await
                }
                Some(Turn::GoesOn) => store.note_wait(&domain, None).await,
            }
        });
    }

    /// As a panic would do it.
    fn breaks_off(&mut self, world: &mut World, shop: usize, at: usize) {
        let (all, now) = (self.air[at].all.clone(), world.server.now());
        let domain = world.server.shop(shop).settings.shop.clone();
        let told =
            world.server.store(|store| async move { store.interrupted(&domain, all, now).await });
        if told.is_ok() {
            self.air.remove(at);
        }
    }

    /// The courier waits for TikTok for seconds, not for as long as is waited now.
    pub(crate) fn answers_come(&mut self, world: &mut World, shop: usize, dice: &mut Dice) {
        for at in 0..self.air.len() {
            if matches!(self.air[at].stage, Stage::Left(..)) {
                self.goes_on(world, shop, at, dice);
            }
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.air.is_empty()
    }
}

/// A scout that does not go.
fn stays(world: &mut World, errand: Errand) {
    if errand == Errand::Scout {
        world.way.scout_stays();
    }
}

fn gives_back(world: &mut World, shop: usize, ids: &[i64]) -> bool {
    let (now, domain) = (world.server.now(), world.server.shop(shop).settings.shop.clone());
    let ids = ids.to_vec();
    let done = world.server.store(|store| async move { store.give_back(&domain, ids, now).await });
    done.is_ok()
}

fn asks(world: &mut World, shop: usize, mode: Mode, ids: Vec<i64>) -> Stage {
    let (now, configured) = (world.server.now(), world.server.shop(shop));
    let asked = ids.clone();
    let leave = {
        let configured = configured.clone();
        world.server.store(|store| async move { store.renew(&configured, asked, now).await })
    };
    match leave {
        Err(_) => Stage::Asks(ids),
        Ok(owed) if owed.is_empty() => Stage::Next,
        Ok(owed) => {
            let ids = owed.iter().map(|owed| owed.id).collect();
            let bytes = body(&configured, mode, &owed).expect("who tests has a code");
            let request: Value = serde_json::from_slice(&bytes).expect("JSON");
            world.judge_request(shop, &request);
            Stage::Left(ids, bytes)
        }
    }
}

fn settles(
    world: &mut World,
    shop: usize,
    ids: Vec<i64>,
    reply: Reply,
    names: Vec<String>,
) -> Stage {
    let now = world.server.now();
    let written = {
        let domain = world.server.shop(shop).settings.shop.clone();
        let (ids, reply) = (ids.clone(), reply.clone());
        world.server.store(|store| async move { store.settle(&domain, &ids, &reply, now).await })
    };
    if written.is_err() {
        return Stage::Answered(ids, reply, names);
    }
    // Of several, 20001 and 40050 say nothing of any one.
    let is_acknowledged = matches!(reply.answer, Answer::Accepted { .. })
        || (matches!(reply.answer, Answer::Partial { .. } | Answer::Duplicate { .. })
            && names.len() == 1);
    if is_acknowledged {
        world.judge.acknowledged(shop, names);
    }
    Stage::Next
}

fn named(request: &[u8]) -> Vec<String> {
    let request: Value = serde_json::from_slice(request).expect("JSON");
    let data = request["data"].as_array().expect("a list").iter();
    data.filter_map(|event| event["event_id"].as_str().map(str::to_owned)).collect()
}
