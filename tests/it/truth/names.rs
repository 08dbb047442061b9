//! Metric names of the files, read as quantities of records.

use super::case::Unsupported;
use super::pool::{Pool, Quantity, Times};

/// What a model is made of, as far as names need it.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Names of the classes, where metrics are given per class.
    pub classes: Vec<String>,
    /// Servers of each station.
    pub servers: Vec<f64>,
    /// Whether requests share the servers (processor sharing), so that slots say nothing.
    pub shared: bool,
    /// Whether requests may leave the queue.
    pub patience: bool,
    /// Mean service time of the (first) station, in seconds.
    pub unit: f64,
    /// Whether every station's metrics carry its number.
    pub numbered: bool,
    /// The cpu limit of a station under a quota, in cores.
    pub limit: Option<f64>,
    /// Metrics without a finite variance: means of waiting and all that follows from it.
    pub infinite_variance: bool,
}

/// What a name is about.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    Whole,
    Station(usize),
    Class(usize),
    Server(usize),
}

impl Layout {
    /// Whether a t interval of this metric would be wrong.
    pub fn has_infinite_variance(&self, name: &str) -> bool {
        let means =
            ["mean_wait", "mean_sojourn", "mean_queue_length", "mean_in_system", "mean_response", "var_"];
        self.infinite_variance && means.iter().any(|m| name.contains(m)) && !name.contains("asymptotic")
    }

    /// The quantity a name stands for.
    pub fn quantity(&self, name: &str) -> Result<Quantity, Unsupported> {
        let name = name.strip_prefix("pooled_").unwrap_or(name);
        let (base, scope) = self.split(name);
        let base = base.as_str();
        if let Some(quantity) = self.quantile(base, scope)? {
            return Ok(quantity);
        }
        let station = match scope {
            Scope::Station(station) => station,
            _ => 0,
        };
        let one = self.servers.len() == 1 || matches!(scope, Scope::Station(_));
        let unknown = || Err(format!("metric {name}"));
        Ok(match (base, scope) {
            ("utilisation", Scope::Server(pod)) => Quantity::Ratio(Box::new(move |p| {
                (p.services[0].pod_busy.get(pod).map_or(f64::NAN, |&busy| busy as f64 * 1e-9), p.span)
            })),
            ("mean_wait", Scope::Class(class)) => Quantity::Mean(Times::ClassWait(class)),
            ("var_wait", Scope::Class(class)) => Quantity::Variance(Times::ClassWait(class)),
            ("mean_sojourn", Scope::Class(class)) => Quantity::Mean(Times::Response(class)),
            ("var_sojourn", Scope::Class(class)) => Quantity::Variance(Times::Response(class)),
            ("mean_in_system", Scope::Class(class)) => {
                Quantity::Ratio(Box::new(move |p| (sum_of(&p.classes[class].sojourn), p.span)))
            }
            (_, Scope::Class(_) | Scope::Server(_)) => return unknown(),
            ("mean_response", Scope::Whole) => Quantity::Mean(Times::Response(0)),
            ("var_response", Scope::Whole) => Quantity::Variance(Times::Response(0)),
            ("throughput", Scope::Whole) => Quantity::Ratio(Box::new(|p| {
                (p.classes.iter().map(|c| c.completed_in_span as f64).sum(), p.span)
            })),
            ("mean_in_system", Scope::Whole) => Quantity::Ratio(Box::new(|p| {
                (p.services.iter().map(|s| s.in_system.area() as f64 * 1e-9).sum(), p.span)
            })),
            ("expected_arrivals", Scope::Whole) => {
                Quantity::Ratio(Box::new(|p| (p.services[0].arrived as f64, p.runs)))
            }
            ("expected_drops", Scope::Whole) => {
                Quantity::Ratio(Box::new(|p| (p.services[0].rejected as f64, p.runs)))
            }
            _ if one => self.of_station(base, station).ok_or_else(|| format!("metric {name}"))?,
            _ => return unknown(),
        })
    }

    /// Metrics of one station.
    fn of_station(&self, base: &str, at: usize) -> Option<Quantity> {
        let ratio = |f: fn(&flashcrowd::metrics::ServiceRecord) -> (f64, f64)| {
            Quantity::Ratio(Box::new(move |p: &Pool| f(&p.services[at])))
        };
        let share = |f: fn(&flashcrowd::metrics::ServiceRecord) -> (f64, f64)| {
            Quantity::Share(Box::new(move |p: &Pool| f(&p.services[at])))
        };
        Some(match base {
            "utilisation" if self.limit.is_some() => {
                let limit = self.limit.unwrap_or(f64::NAN);
                Quantity::Ratio(Box::new(move |p| {
                    let service = &p.services[at];
                    // Where no quota can bind, what is busy works.
                    let used = if service.worked > 0.0 { service.worked } else { service.busy as f64 };
                    (used * 1e-9, limit * p.span)
                }))
            }
            "throttled_period_share" if self.limit.is_some() => {
                ratio(|s| (s.quota.throttled as f64, s.quota.periods.max(1) as f64))
            }
            "throttled_time_fraction" if self.limit.is_some() => {
                Quantity::Ratio(Box::new(move |p| (p.services[at].quota.stopped as f64 * 1e-9, p.span)))
            }
            "utilisation" if self.shared => self.shared_utilisation(at),
            // In units of a mean service, so that next to 1 what is idle can be judged as a count.
            "utilisation" => {
                let unit = self.unit.max(1e-9) * 1e9;
                Quantity::Share(Box::new(move |p| {
                    (p.services[at].busy as f64 / unit, p.services[at].slots as f64 / unit)
                }))
            }
            "prob_wait" => share(|s| ((s.waited + s.left_queue) as f64, (s.arrived - s.rejected) as f64)),
            "blocking_probability" => share(|s| (s.rejected as f64, s.arrived as f64)),
            "abandonment_probability" => share(|s| (s.left_queue as f64, s.arrived as f64)),
            "mean_wait" => Quantity::Mean(Times::WaitOfAll(at)),
            "var_wait" => Quantity::Variance(Times::WaitOfAll(at)),
            "mean_wait_served" => Quantity::Mean(Times::Wait(at)),
            "var_wait_served" => Quantity::Variance(Times::Wait(at)),
            "mean_sojourn" if !self.patience => Quantity::Mean(Times::Sojourn(at)),
            "var_sojourn" if !self.patience => Quantity::Variance(Times::Sojourn(at)),
            "mean_sojourn_served" => Quantity::Mean(Times::Response(0)),
            "var_sojourn_served" => Quantity::Variance(Times::Response(0)),
            "mean_in_system" => ratio(|s| (s.in_system.area() as f64, s.in_system.span() as f64)),
            "var_in_system" => Quantity::VarianceInSystem(at),
            "mean_queue_length" => {
                Quantity::Ratio(Box::new(move |p| (p.services[at].queued as f64 * 1e-9, p.span)))
            }
            "arrival_rate" => Quantity::Ratio(Box::new(move |p| (p.services[at].arrived as f64, p.span))),
            "mean_slowdown" => ratio(|s| (s.slowdown.0, s.slowdown.1 as f64)),
            "asymptotic_variance_time_average_in_system" => {
                Quantity::AsymptoticVariance(Box::new(move |p| {
                    (p.services[at].in_system.area() as f64 * 1e-9, p.span)
                }))
            }
            "asymptotic_variance_customer_average_wait" => Quantity::AsymptoticVariance(Box::new(move |p| {
                let wait = &p.services[at].wait;
                (sum_of(wait), wait.count() as f64)
            })),
            "arrival_idc_limit" => {
                Quantity::Dispersion(Box::new(move |p| (p.services[at].arrived as f64, p.span)))
            }
            _ => return None,
        })
    }

    /// Mean fraction of busy servers where requests share them: min(n, c) / c.
    fn shared_utilisation(&self, at: usize) -> Quantity {
        let servers = self.servers[at];
        Quantity::Ratio(Box::new(move |p| {
            let level = &p.services[at].in_system;
            let busy: f64 =
                level.law().iter().enumerate().map(|(n, share)| share * (n as f64).min(servers)).sum();
            (busy / servers * level.span() as f64, level.span() as f64)
        }))
    }

    fn quantile(&self, base: &str, scope: Scope) -> Result<Option<Quantity>, Unsupported> {
        let Some((of, digits)) = base.rsplit_once("_p") else { return Ok(None) };
        let Some(p) = share_of(digits) else { return Ok(None) };
        let single = self.servers.len() == 1;
        let times = match (of, scope) {
            ("wait", Scope::Whole) if single && !self.patience => Times::Wait(0),
            ("wait", Scope::Station(at)) if !self.patience => Times::Wait(at),
            ("wait_served", Scope::Whole) if single => Times::Wait(0),
            ("sojourn", Scope::Whole) if single && !self.patience => Times::Sojourn(0),
            ("sojourn", Scope::Station(at)) if !self.patience => Times::Sojourn(at),
            ("sojourn", Scope::Class(class)) => Times::Response(class),
            ("wait", Scope::Class(class)) => Times::ClassWait(class),
            ("sojourn_served", Scope::Whole) if single => Times::Response(0),
            ("response", Scope::Whole) => Times::Response(0),
            _ => return Err(format!("metric {base}")),
        };
        Ok(Some(Quantity::Quantile(times, p)))
    }

    /// Splits a class's, station's or server's name off the end of a metric's.
    fn split(&self, name: &str) -> (String, Scope) {
        for (class, label) in self.classes.iter().enumerate() {
            if let Some(base) = name.strip_suffix(&format!("_{label}")) {
                return (base.to_owned(), Scope::Class(class));
            }
        }
        if let Some((base, last)) = name.rsplit_once('_') {
            if let Some(pod) =
                last.strip_prefix("server").and_then(|n| n.parse::<usize>().ok()).filter(|&n| n > 0)
            {
                return (base.to_owned(), Scope::Server(pod - 1));
            }
            let station =
                last.parse::<usize>().ok().filter(|n| self.numbered && (1..=self.servers.len()).contains(n));
            if let Some(station) = station {
                return (base.to_owned(), Scope::Station(station - 1));
            }
        }
        (name.to_owned(), Scope::Whole)
    }
}

fn sum_of(recorder: &flashcrowd::metrics::Recorder) -> f64 {
    recorder.sum_nanos() as f64 * 1e-9
}

/// The share a quantile's digits stand for: `50` is 0.5, `999` is 0.999.
pub fn share_of(digits: &str) -> Option<f64> {
    let plain = (2..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| format!("0.{digits}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_metric_and_scope() {
        let layout = Layout { numbered: true, servers: vec![1.0; 3], ..Layout::default() };
        assert!(matches!(layout.quantity("mean_sojourn_2"), Ok(Quantity::Mean(Times::Sojourn(1)))));
        assert!(
            matches!(layout.quantity("response_p999"), Ok(Quantity::Quantile(Times::Response(0), p)) if p == 0.999)
        );
        assert!(layout.quantity("mean_sojourn_4").is_err());
        assert!(layout.quantity("mean_wait").is_err());
        assert!(layout.quantity("colour").is_err());
    }

    #[test]
    fn classes_have_their_own_metrics() {
        let classes = vec!["gold".to_owned(), "rest".to_owned()];
        let layout = Layout { classes, servers: vec![1.0], ..Layout::default() };
        assert!(matches!(layout.quantity("sojourn_p99_rest"), Ok(Quantity::Quantile(Times::Response(1), _))));
        assert!(matches!(layout.quantity("var_sojourn_gold"), Ok(Quantity::Variance(Times::Response(0)))));
        assert!(layout.quantity("prob_wait_gold").is_err());
    }
}
