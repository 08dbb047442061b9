//! Objectives without their limits. Two versions of a scenario that promise the same thing with another limit have the
//! same head, so tolerances and stored results find it.

use super::{Measure, Model, Objective, Scope, ShareKind, WaitKind};

impl Objective {
    /// The objective without its limit: `checkout p99 < 800ms during opening` is `checkout p99 during opening`, and
    /// `recovers within 2m after opening.end` is `recovers after opening.end`. Whose it is and what it measures come from
    /// the scope and the measure; times and conditions stay as their author wrote them, `800ms` and not `0.8s`.
    #[must_use]
    pub fn head(&self, model: &Model) -> String {
        let mut words: Vec<String> = Vec::new();
        match self.scope {
            Scope::System => {}
            // A class needs no kind in front of its name.
            Scope::Class(class) => words.push(model.classes[class.index()].name.clone()),
            scope => words.push(scope.written(model)),
        }
        words.push(self.measure.head());
        let opens: &[&str] = match self.measure {
            Measure::Recovers(..) => &["after"],
            Measure::Within(..) | Measure::Wait(WaitKind::Within(_), ..) => {
                words.extend(self.time_within().map(str::to_owned));
                &["during", "in"]
            }
            _ => &["during", "in"],
        };
        // The first word is whose or what, whatever its name.
        let conditions = self.text.split_whitespace().skip(1).skip_while(|word| !opens.contains(word));
        words.extend(conditions.map(str::to_owned));
        words.join(" ")
    }

    /// The time of a `within` objective as it is written: the word behind, up to a comparison without a blank before it.
    fn time_within(&self) -> Option<&str> {
        let time = self.text.split_whitespace().skip_while(|word| *word != "within").nth(1)?;
        time.split(['<', '>']).next()
    }
}

impl Measure {
    /// The words that say what is measured, without times, limits and conditions.
    fn head(&self) -> String {
        let word = match *self {
            Self::Quantile(p, ..) => return percentile(p),
            Self::Wait(WaitKind::Quantile(p), ..) => return format!("wait {}", percentile(p)),
            Self::Wait(WaitKind::Mean, ..) => "wait mean",
            Self::Wait(WaitKind::Share, ..) => "waits",
            Self::Wait(WaitKind::Within(_), ..) => "wait within",
            Self::Mean(..) => "mean",
            Self::Within(..) => "within",
            Self::Share(ShareKind::Success, ..) => "success",
            Self::Share(ShareKind::Shed, ..) => "shed",
            Self::Share(ShareKind::Errors, ..) => "errors",
            Self::Goodput(..) => "goodput",
            Self::Replicas(..) => "replicas",
            Self::Utilisation(..) => "utilisation",
            Self::Cpu(kind, ..) => kind.word(),
            Self::Retries(..) => "retries",
            Self::Recovers(..) => "recovers",
        };
        word.to_owned()
    }
}

/// `p99.9`: the percentage that a level is.
fn percentile(p: f64) -> String {
    // Percentages are written with few digits; rounding removes the noise of the division by 100.
    format!("p{}", (p * 1e11).round() / 1e9)
}
