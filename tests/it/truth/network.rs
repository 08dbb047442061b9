//! Networks of stations: the route is the client's program.

use super::build::{Setup, Station, add_class, add_stations, empty};
use super::case::{Unsupported, count, number, numbers, only_known};
use super::laws::{self, solve};
use super::names::Layout;
use flashcrowd::model::{ArrivalProcess, Model, RateProfile, SourceKind, Step, StepId};
use serde_json::Value;

/// A route: where to start, and where to go after each station. Probabilities that do not sum to one leave.
struct Route {
    entry: Vec<f64>,
    next: Vec<Vec<f64>>,
}

/// An open network: one Poisson source, whose requests choose where to enter.
pub fn open(value: &Value) -> Result<Setup, Unsupported> {
    only_known(value, &["kind", "stations", "routing"])?;
    let mut model = empty()?;
    let stations = add_stations(&mut model, value, "external_rate")?;
    let external: Vec<f64> = (0..stations.len())
        .map(|i| number(&value["stations"][i], "external_rate"))
        .collect::<Result<_, _>>()?;
    let next: Vec<Vec<f64>> = value["routing"]
        .as_array()
        .and_then(|rows| rows.iter().map(numbers).collect())
        .filter(|rows: &Vec<Vec<f64>>| {
            rows.len() == stations.len() && rows.iter().all(|r| r.len() == rows.len())
        })
        .ok_or("routing that is not a square matrix")?;
    let rate: f64 = external.iter().sum();
    let visits = visits(&external.iter().map(|e| e / rate).collect::<Vec<_>>(), &next);
    let route = Route { entry: external.iter().map(|e| e / rate).collect(), next };
    let program = add_route(&mut model, &stations, &route);
    let process = ArrivalProcess::Poisson(RateProfile::constant(rate));
    add_class(&mut model, "request", SourceKind::Open(process), program, 0)?;
    let relax = |(s, v): (&Station, &f64)| {
        let gap = 1.0 - (rate * v * s.service.mean / s.servers).sqrt();
        let variability = (1.0 + s.service.scv.min(100.0)) / 2.0;
        variability.max(1.0) * s.service.mean * (1.0 / s.servers / (gap * gap).max(1e-12) + 1.0)
    };
    // Time passes through the stations one after the other, and feedback slows the slowest further down.
    let relaxation: f64 = stations.iter().zip(&visits).map(|(s, v)| relax((s, v)) * v.max(1.0)).sum();
    Ok(Setup {
        model,
        rate,
        calls: 1.0 + visits.iter().sum::<f64>(),
        relaxation,
        layout: layout(&stations, true),
        controls: Vec::new(),
    })
}

/// A closed network: users who think, then visit stations; each visit is followed by another with a
/// probability that gives the wanted mean number, to a station in proportion to its visits.
pub fn closed(value: &Value) -> Result<Setup, Unsupported> {
    only_known(value, &["kind", "population", "think", "stations"])?;
    let mut model = empty()?;
    let users = count(value, "population")?;
    let think = laws::law(&value["think"])?;
    let stations = add_stations(&mut model, value, "visits")?;
    let visits: Vec<f64> =
        (0..stations.len()).map(|i| number(&value["stations"][i], "visits")).collect::<Result<_, _>>()?;
    let total: f64 = visits.iter().sum();
    if total.is_nan() || total < 1.0 {
        return Err("less than one visit a cycle".into());
    }
    let again = 1.0 - 1.0 / total;
    let shares: Vec<f64> = visits.iter().map(|v| v / total).collect();
    let row: Vec<f64> = shares.iter().map(|s| s * again).collect();
    let route = Route { entry: shares, next: vec![row; stations.len()] };
    let program = add_route(&mut model, &stations, &route);
    let law = model.add_law(think.law);
    add_class(&mut model, "user", SourceKind::Closed { users, think: law }, program, 0)?;
    let demand: f64 = stations.iter().zip(&visits).map(|(s, v)| s.service.mean * v).sum();
    let most = stations.iter().zip(&visits).map(|(s, v)| s.service.mean * v / s.servers).fold(0.0, f64::max);
    // Each user turns over within a cycle; a full house turns over within population times the bottleneck.
    let cycle = (think.mean + demand).max(f64::from(users) * most);
    let rate = f64::from(users) / cycle;
    let numbered = stations.len() > 1;
    Ok(Setup {
        model,
        rate,
        calls: 1.0 + total,
        relaxation: cycle,
        layout: layout(&stations, numbered),
        controls: Vec::new(),
    })
}

fn layout(stations: &[Station], numbered: bool) -> Layout {
    Layout {
        servers: stations.iter().map(|s| s.servers).collect(),
        unit: stations.first().map_or(1.0, |s| s.service.mean),
        numbered,
        infinite_variance: stations.iter().any(|s| !s.service.third_moment),
        ..Layout::default()
    }
}

/// Mean visits to each station: v = entry + v P.
fn visits(entry: &[f64], next: &[Vec<f64>]) -> Vec<f64> {
    let n = entry.len();
    let matrix = (0..n).map(|j| (0..n).map(|i| f64::from(u8::from(i == j)) - next[i][j]).collect()).collect();
    solve(matrix, entry.to_vec())
}

/// The program of a route: a choice of the first station; for each station a call and the choice of the next.
fn add_route(model: &mut Model, stations: &[Station], route: &Route) -> StepId {
    let base = model.steps.len();
    let entry_length = choice_length(&route.entry);
    let mut labels = Vec::new();
    let mut at = base + entry_length;
    for row in &route.next {
        labels.push(StepId(at as u16));
        at += 1 + choice_length(row);
    }
    let mut steps = Vec::new();
    add_choice(&mut steps, base, &route.entry, &labels);
    for (station, row) in stations.iter().zip(&route.next) {
        steps.push(Step::Call { site: station.site });
        add_choice(&mut steps, base, row, &labels);
    }
    // Every choice ends with its own end; the last one is the program's.
    steps.pop();
    model.add_program(steps)
}

fn choice_length(probabilities: &[f64]) -> usize {
    2 * probabilities.iter().filter(|p| **p > 0.0).count() + 1
}

/// Goes to one of `labels` with these probabilities, else ends.
fn add_choice(steps: &mut Vec<Step>, base: usize, probabilities: &[f64], labels: &[StepId]) {
    let mut rest = 1.0;
    for (p, label) in probabilities.iter().zip(labels).filter(|(p, _)| **p > 0.0) {
        let otherwise = StepId((base + steps.len() + 2) as u16);
        // What is left of a sum of probabilities is rounded; the last of them must not fail.
        let probability = if rest - p < 1e-12 { 1.0 } else { p / rest };
        steps.push(Step::Branch { probability, otherwise });
        steps.push(Step::Jump { to: *label });
        rest -= p;
    }
    steps.push(Step::End);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_solve_the_traffic_equations() {
        let next = vec![vec![0.0, 0.6, 0.3], vec![0.5, 0.0, 0.2], vec![0.4, 0.0, 0.0]];
        let visits = visits(&[1.0, 0.0, 0.0], &next);
        assert!((visits[0] * 4.0 - 7.518796992).abs() < 1e-8);
        assert!((visits[2] * 4.0 - 3.157894737).abs() < 1e-8);
    }
}
