use crate::consent::Signals;
use crate::jar::Jar;
use crate::plan::{Act, DebugLine, Grounds, Plan};
use crate::time::Timestamp;

/// One call of the shell: the device as it stands now, the time, and the plan that the shell gets
/// back.
#[derive(Debug)]
pub struct Turn<'a> {
    pub(super) jar: &'a Jar,
    pub now: Timestamp,
    pub(super) plan: Plan,
    /// What this turn's decision rests on. `None` where nobody reads the debug console.
    grounds: Option<Grounds>,
}

impl<'a> Turn<'a> {
    #[inline(never)] // 16 bytes of the snippet
    pub(super) fn new(jar: &'a Jar, now: Timestamp, is_debugged: bool) -> Self {
        Self { jar, now, plan: Plan::default(), grounds: is_debugged.then(Grounds::default) }
    }

    pub(super) fn finished(self) -> Plan {
        self.plan
    }

    pub(super) fn act(&mut self, act: Act) {
        self.plan.acts.push(act);
    }

    pub(super) fn note(&mut self, signals: &Signals) {
        if let Some(grounds) = &mut self.grounds {
            *grounds = Grounds::of(signals);
        }
    }

    pub(super) fn say(&mut self, line: DebugLine) {
        if let Some(grounds) = &self.grounds {
            self.plan.said.push(if line.decision.is_some() { line.on(grounds) } else { line });
        }
    }
}
