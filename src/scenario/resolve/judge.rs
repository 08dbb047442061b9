//! The section `judge`: at how many of the values that uncertain inputs may have the objectives must hold.

use crate::scenario::cursor::{Context, Field};
use crate::scenario::table::{Kind, Table, optional};

pub(super) static JUDGE: Table = Table {
    name: "judge",
    doc: "How a run with uncertain inputs is judged",
    keys: &[optional(
        "share",
        Kind::Either(&[Kind::OneOf(&["none"]), Kind::Ratio]),
        "Share of the points drawn from uncertain inputs at which all objectives must hold; 80% if absent, none judges the \
         middles alone",
    )],
};

/// The share that stands where none is written.
const SHARE: f64 = 0.8;

/// Address of the share among the assumptions.
pub(super) const SHARE_PATH: &str = "judge.share";

/// Reads the section: the share, nothing if the middles alone are judged.
pub(super) fn judge(field: Option<&Field<'_>>, context: &Context<'_>) -> Option<f64> {
    let written = field.and_then(|field| field.map().field("share"));
    let Some(share) = written else {
        context.assume(
            SHARE_PATH,
            "80%",
            "Share of the points drawn from uncertain inputs at which all must hold",
        );
        return Some(SHARE);
    };
    if share.node.as_text() == Some("none") { None } else { share.ratio() }
}
