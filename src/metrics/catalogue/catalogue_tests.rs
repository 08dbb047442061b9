//! What the declarations must keep among themselves.

use super::*;
use crate::metrics::FailureCause;
use crate::model::{Comparison, Measure, ScopeKind};
use crate::units::SimDuration;

#[test]
fn names_are_found_and_stand_once() {
    for metric in METRICS {
        let name =
            if metric.name.ends_with('_') { format!("{}0.8s", metric.name) } else { metric.name.to_owned() };
        let called: Vec<&str> = METRICS.iter().filter(|m| m.is_called(&name)).map(|m| m.name).collect();
        assert_eq!(called, [metric.name]);
        assert_eq!(named(&name), Some(*metric));
        let somewhere = [metric.totals, metric.series, metric.probes].iter().any(|kinds| !kinds.is_empty());
        assert!(somewhere, "nothing has {name}");
        assert!(metric.meaning.ends_with('.') && metric.meaning.len() > 10, "{name} means nothing");
    }
    assert_eq!(named("sojourn"), None);
}

#[test]
fn what_has_a_unit_is_an_amount() {
    for metric in METRICS {
        assert_eq!(metric.unit == "1", metric.reading != Reading::Amount, "{}", metric.name);
        assert!(metric.reading != Reading::Share || metric.merge == Merge::Ratio, "{}", metric.name);
    }
}

#[test]
fn families_are_called_as_their_members() {
    for cause in FailureCause::ALL {
        assert_eq!(failed_by(cause).name, format!("failed_{}", cause.name()));
        assert_eq!(errors_by(cause).name, format!("errors_{}", cause.name()));
    }
    for times in [SOJOURN, WAIT, SERVICE_TIME] {
        assert_eq!(times.mean.name, format!("mean_{}", times.name));
        assert_eq!(times.variance.name, format!("var_{}", times.name));
        for metric in times.quantiles {
            let Merge::Quantile(p) = metric.merge else { panic!("{} is no quantile", metric.name) };
            assert_eq!(metric.name, times.quantile_name(p));
            assert_eq!(times.percentile_in(metric.name).map(|rest| rest.starts_with('p')), Some(true));
        }
        assert_eq!(times.percentile_in(times.mean.name), None);
    }
}

#[test]
fn tables_show_what_their_scopes_have() {
    for kind in ScopeKind::ALL {
        for metric in columns(kind) {
            assert!(metric.totals.contains(&kind), "{kind:?} has no {}", metric.name);
        }
    }
}

#[test]
fn measures_are_named_like_their_metrics() {
    let at_most = Comparison::AtMost;
    let names = [0.5, 0.99, 0.999, 0.9999].map(|p| promised(&Measure::Quantile(p, at_most, 1.0)).name);
    assert_eq!(names, ["sojourn_p50", "sojourn_p99", "sojourn_p999", "sojourn_p9999"]);
    let within = Measure::Within(SimDuration::from_secs_f64(0.8), Comparison::AtLeast, 0.995);
    let expected = Promised { name: "within_0.8s".to_owned(), unit: "1", limit: 0.995, comparison: ">=" };
    assert_eq!(promised(&within), expected);
}
