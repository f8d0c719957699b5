use crate::consent::{Decision, Signals};
use crate::conversion::Conversion;
use crate::jar::Jar;
use crate::plan::{Act, DebugLine, Plan};
use crate::text::Text;
use crate::time::Timestamp;

/// One call of the shell: the device as it stands now, the time, and the plan that the shell gets
/// back.
#[derive(Debug)]
pub struct Turn<'a> {
    pub(super) jar: &'a Jar,
    pub now: Timestamp,
    pub(super) plan: Plan,
    /// What is said of this turn's decision. `None` where nobody reads the debug console.
    decided: Option<DebugLine>,
}

impl<'a> Turn<'a> {
    #[inline(never)] // 16 bytes of the snippet
    pub(super) fn new(jar: &'a Jar, now: Timestamp, is_debugged: bool) -> Self {
        Self { jar, now, plan: Plan::default(), decided: is_debugged.then(DebugLine::default) }
    }

    pub(super) fn finished(self) -> Plan {
        self.plan
    }

    pub(super) fn act(&mut self, act: Act) {
        self.plan.acts.push(act);
    }

    /// Writes a key of the shop's localStorage, or removes it, unless that would change nothing.
    pub(super) fn store(&mut self, key: &'static str, value: Option<Text>) {
        if self.jar.stored(key).differs(value.as_deref()) {
            self.act(Act::Store { key, value });
        }
    }

    /// What is decided by now.
    pub(super) fn note(&mut self, signals: &Signals) {
        if let Some(decided) = &mut self.decided {
            *decided = DebugLine::on(signals);
        }
    }

    pub(super) fn decided(&mut self, decision: &Decision) {
        if let Some(decided) = &mut self.decided {
            decided.decision = Some(decision.word());
            decided.rule = Some(decision.rule());
        }
    }

    pub(super) fn say(&mut self, event: &str, done: &'static str) {
        if self.decided.is_some() {
            let line = DebugLine { event: event.into(), done, ..DebugLine::default() };
            self.plan.said.push(line);
        }
    }

    /// What the decision has led to.
    pub(super) fn tell(&mut self, event: &str, done: &'static str, of: Option<&Conversion>) {
        if let Some(decided) = &self.decided {
            self.plan.said.push(DebugLine {
                event: event.into(),
                event_id: of.map(|conversion| conversion.event_id.clone()),
                name: of.map(|conversion| conversion.name.as_str()),
                done,
                ..decided.clone()
            });
        }
    }
}
