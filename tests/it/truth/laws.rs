//! Laws and arrivals of the vocabulary.

use super::case::{Unsupported, count, number, numbers, only_known};
use flashcrowd::model::{ArrivalProcess, Model, RateProfile, Segment};
use flashcrowd::numerics::{cos, sin};
use flashcrowd::random::Law;
use flashcrowd::units::SimTime;
use serde_json::Value;

/// A law with what planning a run needs to know of it.
#[derive(Clone, Debug)]
pub struct Times {
    /// The law.
    pub law: Law,
    /// Its mean in seconds.
    pub mean: f64,
    /// Its squared coefficient of variation; may be infinite.
    pub scv: f64,
    /// Whether its third moment is finite.
    pub third_moment: bool,
    /// Whether it is exponential.
    pub exponential: bool,
    /// Its value if it has only one.
    pub constant: Option<f64>,
}

/// Reads a distribution.
pub fn law(value: &Value) -> Result<Times, Unsupported> {
    let kind = value["dist"].as_str().ok_or_else(|| format!("law {value}"))?;
    let fields = |known: &[&str]| {
        let all: Vec<&str> = ["dist", "mean", "scv"].iter().chain(known).copied().collect();
        only_known(value, &all).map_err(|e| format!("{e} of law {kind}"))
    };
    let get = |key: &str| number(value, key);
    let list = |key: &str| numbers(&value[key]).ok_or_else(|| format!("{key} of law {kind}"));
    let law = match kind {
        "exponential" => fields(&[]).and(Ok(Law::exponential(get("mean")?))),
        "deterministic" => fields(&["value"]).and(Ok(Law::constant(get("value")?))),
        "erlang" => fields(&["k"]).and(Ok(Law::erlang(count(value, "k")?, get("mean")?))),
        "hyperexponential" => {
            fields(&["probs", "rates"]).and(Ok(Law::hyperexponential(&list("probs")?, &list("rates")?)))
        }
        "lognormal" => fields(&["mu", "sigma"]).and(Ok(Law::lognormal(get("mu")?, get("sigma")?))),
        "weibull" => fields(&["shape", "scale"]).and(Ok(Law::weibull(get("shape")?, get("scale")?))),
        "pareto" => fields(&["shape", "scale"]).and(Ok(Law::pareto(get("shape")?, get("scale")?))),
        "uniform" => fields(&["low", "high"]).and(Ok(Law::uniform(get("low")?, get("high")?))),
        _ => Err(format!("law {kind}")),
    }?;
    let law = law.map_err(|e| e.to_string())?;
    let mean = law.mean();
    let third_moment = kind != "pareto" || get("shape")? > 3.0;
    let constant = if kind == "deterministic" { Some(get("value")?) } else { None };
    Ok(Times { mean, scv: law.scv(), third_moment, exponential: kind == "exponential", constant, law })
}

/// An arrival process with what planning a run needs to know of it.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// The process.
    pub process: ArrivalProcess,
    /// Mean rate per second (at time 0 for a rate over time); 0 where it means nothing.
    pub rate: f64,
    /// Limit of variance over mean of counts.
    pub dispersion: f64,
    /// Seconds after which the process has forgotten its state.
    pub memory: f64,
}

/// Reads an arrival process; `horizon` is the end of a rate over time.
pub fn arrivals(value: &Value, model: &mut Model, horizon: f64) -> Result<Arrivals, Unsupported> {
    let kind = value["process"].as_str().ok_or("arrivals without a process")?;
    let fields = |known: &[&str]| only_known(value, known).map_err(|e| format!("{e} of arrivals {kind}"));
    let plain = |process, rate| Arrivals { process, rate, dispersion: 1.0, memory: 0.0 };
    match kind {
        "poisson" => {
            fields(&["process", "rate"])?;
            let rate = number(value, "rate")?;
            Ok(plain(ArrivalProcess::Poisson(RateProfile::constant(rate)), rate))
        }
        "renewal" => {
            fields(&["process", "interarrival"])?;
            let gap = law(&value["interarrival"])?;
            let (rate, dispersion) = (1.0 / gap.mean, gap.scv);
            let process = ArrivalProcess::Renewal { gap: model.add_law(gap.law) };
            Ok(Arrivals { process, rate, dispersion, memory: 0.0 })
        }
        "mmpp" => {
            fields(&["process", "rates", "generator"])?;
            mmpp(value)
        }
        "nonhomogeneous_poisson" => {
            fields(&["process", "rate_function"])?;
            let profile = rate_function(&value["rate_function"], horizon)?;
            let rate = profile.rate(0.0);
            Ok(plain(ArrivalProcess::Poisson(profile), rate))
        }
        "deterministic_segments" => {
            fields(&["process", "segments"])?;
            let list = value["segments"].as_array().ok_or("segments")?;
            let segments = list.iter().map(segment).collect::<Result<Vec<_>, _>>()?;
            Ok(plain(ArrivalProcess::Segments(segments), 0.0))
        }
        "trace" => {
            fields(&["process", "times"])?;
            let mut times = numbers(&value["times"]).ok_or("times of a trace")?;
            times.sort_by(f64::total_cmp);
            let nanos: Vec<u64> = times.iter().map(|&t| SimTime::from_secs_f64(t).as_nanos()).collect();
            Ok(plain(ArrivalProcess::Times(nanos.into()), 0.0))
        }
        _ => Err(format!("arrivals {kind}")),
    }
}

fn segment(value: &Value) -> Result<Segment, Unsupported> {
    only_known(value, &["from", "to", "interarrival", "note"])?;
    let nanos = |key: &str| number(value, key).map(|s| SimTime::from_secs_f64(s).as_nanos());
    Ok(Segment { from: nanos("from")?, to: nanos("to")?, gap: nanos("interarrival")?.max(1) })
}

fn mmpp(value: &Value) -> Result<Arrivals, Unsupported> {
    let rates = numbers(&value["rates"]).ok_or("rates of an mmpp")?;
    let rows = value["generator"].as_array().ok_or("generator of an mmpp")?;
    let generator: Vec<Vec<f64>> = rows.iter().map(numbers).collect::<Option<_>>().ok_or("generator")?;
    if generator.len() != rates.len() || generator.iter().any(|r| r.len() != rates.len()) {
        return Err("generator of an mmpp is not square".into());
    }
    let (law, rate, dispersion) = mmpp_facts(&rates, &generator);
    // The slowest state's stay bounds the memory of chains of a few states well enough for a warm-up.
    let stays = generator.iter().enumerate().map(|(i, row)| -1.0 / row[i]).fold(0.0, f64::max);
    debug_assert!((law.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let process = ArrivalProcess::Mmpp { rates, generator };
    Ok(Arrivals { process, rate, dispersion, memory: stays })
}

/// Stationary law, mean rate, and limit of variance over mean of the counts of an MMPP (W. Fischer,
/// K. Meier-Hellstern, The MMPP cookbook, 1993: by the deviation matrix of the chain).
fn mmpp_facts(rates: &[f64], generator: &[Vec<f64>]) -> (Vec<f64>, f64, f64) {
    let n = rates.len();
    // pi Q = 0 with the last equation replaced by sum = 1.
    let mut matrix = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            matrix[j][i] = if j + 1 == n { 1.0 } else { generator[i][j] };
        }
    }
    let mut unit = vec![0.0; n];
    unit[n - 1] = 1.0;
    let law = solve(matrix, unit);
    let rate: f64 = law.iter().zip(rates).map(|(p, r)| p * r).sum();
    // Q x = rate - r with pi x = 0; then var/t -> rate + 2 sum pi_i r_i x_i.
    let mut matrix = generator.to_vec();
    let mut right: Vec<f64> = rates.iter().map(|r| rate - r).collect();
    matrix[n - 1] = law.clone();
    right[n - 1] = 0.0;
    let x = solve(matrix, right);
    let extra: f64 = (0..n).map(|i| law[i] * rates[i] * x[i]).sum();
    (law, rate, if rate > 0.0 { 1.0 + 2.0 * extra / rate } else { 1.0 })
}

/// Gaussian elimination with pivots.
pub fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()));
        let pivot = pivot.unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let top = matrix[column].clone();
        for row in column + 1..n {
            let factor = matrix[row][column] / top[column];
            for (cell, above) in matrix[row].iter_mut().zip(&top) {
                *cell -= factor * above;
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|j| matrix[row][j] * right[j]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

/// Pieces a period of a sinusoid is cut into.
const PIECES: f64 = 2048.0;

fn rate_function(value: &Value, horizon: f64) -> Result<RateProfile, Unsupported> {
    match value["kind"].as_str().unwrap_or("none") {
        "sinusoid" => {
            only_known(value, &["kind", "mean_rate", "amplitude", "period", "phase"])?;
            let mean = number(value, "mean_rate")?;
            let amplitude = number(value, "amplitude")?;
            let period = number(value, "period")?;
            let phase = value["phase"].as_f64().unwrap_or(0.0);
            Ok(sinusoid(mean, amplitude, period, phase, horizon))
        }
        "piecewise_constant" => {
            only_known(value, &["kind", "steps"])?;
            let steps = steps(&value["steps"])?;
            Ok(RateProfile::from_points(&steps.iter().map(|&(t, r)| (t, r, r)).collect::<Vec<_>>()))
        }
        other => Err(format!("rate function {other}")),
    }
}

/// `mean (1 + amplitude sin(2 pi (t - phase) / period))` in straight pieces. A straight piece between two
/// points of the curve has (x/2) cot(x/2) of the sine's integral, x its angle, whatever the piece; with the
/// amplitude divided by that, every piece keeps the curve's integral.
fn sinusoid(mean: f64, amplitude: f64, period: f64, phase: f64, horizon: f64) -> RateProfile {
    let step = std::f64::consts::TAU / PIECES;
    let kept = step / 2.0 * cos(step / 2.0) / sin(step / 2.0);
    let at =
        |i: f64| mean * (1.0 + amplitude / kept * sin(step * i - std::f64::consts::TAU * phase / period));
    let pieces = (horizon / period * PIECES).ceil() as usize + 1;
    let point = |i: usize| (i as f64 * period / PIECES, at(i as f64), at(i as f64 + 1.0));
    RateProfile::from_points(&(0..pieces).map(point).collect::<Vec<_>>())
}

/// Steps `[from_time, value]`, the first at 0.
pub fn steps(value: &Value) -> Result<Vec<(f64, f64)>, Unsupported> {
    let list = value.as_array().ok_or("steps")?;
    let pair = |v: &Value| numbers(v).filter(|p| p.len() == 2).map(|p| (p[0], p[1]));
    let steps: Vec<_> = list.iter().map(pair).collect::<Option<_>>().ok_or("steps that are not pairs")?;
    let rising = steps.windows(2).all(|w| w[0].0 < w[1].0);
    if steps.first().is_none_or(|s| s.0 != 0.0) || !rising {
        return Err("steps that do not rise from time 0".into());
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_sinusoid_keeps_its_integral() {
        let profile = sinusoid(0.7, 0.5, 100.0, 12.5, 400.0);
        for i in 1..400 {
            let t = f64::from(i);
            let angle = |t: f64| std::f64::consts::TAU * (t - 12.5) / 100.0;
            let exact = 0.7 * (t - 0.5 * 100.0 / std::f64::consts::TAU * (cos(angle(t)) - cos(angle(0.0))));
            assert!((profile.cumulative(t) - exact).abs() < 1e-4 * 0.7, "{t}");
        }
        assert!((profile.cumulative(400.0) - 280.0).abs() < 1e-9);
    }

    #[test]
    fn an_mmpp_has_its_printed_rate_and_dispersion() {
        let generator = vec![vec![-0.1, 0.1], vec![0.3, -0.3]];
        let (law, rate, dispersion) = mmpp_facts(&[0.5, 2.0], &generator);
        assert!((law[0] - 0.75).abs() < 1e-12 && (rate - 0.875).abs() < 1e-12);
        assert!((dispersion - 3.410714285714).abs() < 1e-9, "{dispersion}");
        let generator = vec![vec![-0.05, 0.05, 0.0], vec![0.05, -0.1, 0.05], vec![0.0, 0.2, -0.2]];
        assert!((mmpp_facts(&[20.0, 50.0, 120.0], &generator).2 - 382.7).abs() < 0.1);
    }

    #[test]
    fn unknown_laws_and_fields_are_refused() {
        assert!(law(&serde_json::json!({"dist": "exponential", "mean": 1.0})).is_ok());
        assert!(law(&serde_json::json!({"dist": "exponential", "mean": 1.0, "cap": 3.0})).is_err());
        assert!(law(&serde_json::json!({"dist": "cauchy", "mean": 1.0})).is_err());
    }
}
