use super::numbering_plan::NumberingPlan;
use super::table::PLANS;

/// [`PLANS`] in columns, which is how they are packed best; of each code what it is more than the one
/// before.
static COUNTRIES: [[u8; 2]; PLANS.len()] = COLUMNS.0;
static STEPS: [u8; PLANS.len()] = COLUMNS.1;
static FIGURES: [[u8; 3]; PLANS.len()] = COLUMNS.2;

type Columns = ([[u8; 2]; PLANS.len()], [u8; PLANS.len()], [[u8; 3]; PLANS.len()]);

const COLUMNS: Columns = {
    let mut columns = ([[0; 2]; PLANS.len()], [0; PLANS.len()], [[0; 3]; PLANS.len()]);
    let (mut at, mut before) = (0, 0);
    while at < PLANS.len() {
        let (country, code, figures) = PLANS[at].columns();
        assert!(code - before < 256);
        columns.0[at] = country;
        columns.1[at] = (code - before).to_le_bytes()[0];
        columns.2[at] = figures;
        before = code;
        at += 1;
    }
    columns
};

/// The first of the plans that is wanted.
pub(super) fn find(wanted: &dyn Fn(&NumberingPlan) -> bool) -> Option<NumberingPlan> {
    let mut code = 0;
    for (at, country) in COUNTRIES.iter().enumerate() {
        code += u16::from(STEPS[at]);
        let [lengths, like_code, habits] = FIGURES[at];
        let plan = NumberingPlan::new(*country, code, lengths, like_code, habits);
        if wanted(&plan) {
            return Some(plan);
        }
    }
    None
}
