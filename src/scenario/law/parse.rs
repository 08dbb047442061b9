//! Law texts to [`LawSpec`].

use super::arguments::{ListOf, Named, arguments};
use super::spec::{ColumnOf, LawSpec, LognormalForm};
use super::tokens::{Parser, Token, at, placed, tokens};
use crate::scenario::diagnostics::nearest;
use crate::scenario::quantity::{self, Wrong, suspicious_minutes};

/// What a law may look like, for messages.
pub(super) const LAW: &str =
    "a duration or a law, such as 2ms, exponential(5ms) or lognormal(mean 4ms p99 20ms)";

/// The same where a name is wrong.
const LAWS: &str = "a duration such as 2ms, or one of constant, deterministic, exponential, erlang, hyperexponential, \
     lognormal, weibull, pareto, uniform, gamma, empirical, mixture";

/// Names of laws with a form of each, for messages.
pub(in crate::scenario) const FORMS: &[(&str, &str)] = &[
    ("constant", "constant(2ms)"),
    ("deterministic", "deterministic(2ms)"),
    ("exponential", "exponential(5ms)"),
    ("erlang", "erlang(k 3 mean 4ms)"),
    ("hyperexponential", "hyperexponential(probs 0.9 0.1 means 1ms 10ms)"),
    ("lognormal", "lognormal(mean 4ms p99 20ms), lognormal(median 8s p99 20s), lognormal(mean 4ms cv 1)"),
    ("weibull", "weibull(shape 0.5 scale 3ms)"),
    ("pareto", "pareto(shape 2.5 scale 1ms)"),
    ("uniform", "uniform(1ms 3ms)"),
    ("gamma", "gamma(shape 2 scale 1ms)"),
    ("empirical", "empirical(file.csv), empirical(file.csv column elapsed unit ms)"),
    ("mixture", "mixture(90% exponential(1ms) 10% constant(20ms))"),
];

/// How deep mixtures may stand in each other.
const MAX_DEPTH: usize = 8;

/// A law and what is doubtful about how it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedLaw {
    /// The law.
    pub law: LawSpec,
    /// Durations in minutes, where milliseconds may have been meant: offset, length and message of each.
    pub minutes: Vec<(usize, usize, String)>,
}

/// Reads a law.
///
/// # Errors
/// If the text is not a law; the place of the first wrong word is given.
pub fn parse(text: &str) -> Result<ParsedLaw, Wrong> {
    if text.matches('(').count() > text.matches(')').count() {
        return Err(Wrong::new(format!("is `{text}`, in which a bracket is not closed"), LAW)
            .help("inside { } and [ ] a comma ends a value: leave commas out, or quote the value"));
    }
    let tokens = tokens(text);
    let minutes = tokens
        .iter()
        .filter(|token| !token.quoted)
        .filter_map(|token| {
            suspicious_minutes(&token.text).map(|message| (token.offset, token.length, message))
        })
        .collect();
    let mut parser = Parser::new(&tokens);
    let law = parser.sum()?;
    match parser.peek() {
        None => Ok(ParsedLaw { law, minutes }),
        Some(token) => Err(at(token, format!("has `{}` after the law", token.text), LAW)),
    }
}

impl Parser<'_> {
    /// `law`, `2ms + law`, `law within 1ms..20ms`.
    fn sum(&mut self) -> Result<LawSpec, Wrong> {
        let mut law = self.atom()?;
        while self.accept("+") {
            let second = self.atom()?;
            law = match (law, second) {
                (LawSpec::Constant(a), LawSpec::Constant(b)) => LawSpec::Constant(a + b),
                (LawSpec::Constant(by), law) | (law, LawSpec::Constant(by)) => {
                    LawSpec::Shifted { by, law: Box::new(law) }
                }
                _ => {
                    let message = "adds two laws; one side of + must be a constant";
                    return Err(Wrong::new(message, "such as 2ms + exponential(3ms)"));
                }
            };
        }
        if self.accept("within") {
            const FORM: &str = "such as exponential(5ms) within 1ms..20ms";
            let low = self.duration(FORM)?;
            self.expect("..", FORM)?;
            let high = self.duration(FORM)?;
            law = LawSpec::Within { law: Box::new(law), low, high };
        }
        Ok(law)
    }

    fn atom(&mut self) -> Result<LawSpec, Wrong> {
        let Some(token) = self.next() else { return Err(Wrong::new("is empty", LAW)) };
        let word = token.text.as_str();
        let is_number = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
        let odd = ["nan", "inf", "+"].iter().any(|odd| word.to_lowercase().starts_with(odd));
        if is_number || odd {
            return Ok(LawSpec::Constant(self.bare_duration(token)?));
        }
        let Some((name, form)) = FORMS.iter().find(|(name, _)| *name == word && !token.quoted) else {
            let wrong = at(token, format!("has `{word}`, which is not a law"), LAWS);
            let near = nearest(word, FORMS.iter().map(|(name, _)| *name));
            return Err(match near {
                Some(near) => wrong.help(format!("did you mean `{near}`?")),
                None => wrong,
            });
        };
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(at(token, format!("has laws more than {MAX_DEPTH} deep in each other"), form));
        }
        self.expect("(", form)?;
        let law = self.call(name, form)?;
        self.expect(")", form)?;
        self.depth -= 1;
        Ok(law)
    }

    /// `2 ms` is two words but one duration.
    fn bare_duration(&mut self, token: &Token) -> Result<f64, Wrong> {
        let number_alone = token.text.parse::<f64>().is_ok();
        let unit = self
            .peek()
            .filter(|next| number_alone && matches!(&*next.text, "ns" | "us" | "ms" | "s" | "m" | "h"));
        match unit {
            Some(unit) => {
                self.at += 1;
                placed(quantity::duration(&format!("{}{}", token.text, unit.text)), token)
            }
            None => placed(quantity::duration(&token.text), token),
        }
    }

    fn call(&mut self, name: &str, form: &'static str) -> Result<LawSpec, Wrong> {
        use ListOf::{Durations, File, Numbers, Rates, Word};
        let mut args = |allowed: &[(&'static str, ListOf)]| arguments(self, allowed, form);
        Ok(match name {
            "constant" | "deterministic" => LawSpec::Constant(args(&[("value", Durations)])?.one("value")?),
            "exponential" => LawSpec::Exponential { mean: args(&[("mean", Durations)])?.one("mean")? },
            "erlang" => {
                let args = args(&[("k", Numbers), ("mean", Durations)])?;
                LawSpec::Erlang { k: args.whole("k")?, mean: args.one("mean")? }
            }
            "hyperexponential" => {
                hyper(&args(&[("probs", Numbers), ("means", Durations), ("rates", Rates)])?)?
            }
            "weibull" => {
                let args = args(&[("shape", Numbers), ("scale", Durations)])?;
                LawSpec::Weibull { shape: args.one("shape")?, scale: args.one("scale")? }
            }
            "pareto" => {
                let args = args(&[("shape", Numbers), ("scale", Durations)])?;
                LawSpec::Pareto { shape: args.one("shape")?, scale: args.one("scale")? }
            }
            "gamma" => {
                let args = args(&[("shape", Numbers), ("scale", Durations)])?;
                LawSpec::Gamma { shape: args.one("shape")?, scale: args.one("scale")? }
            }
            "uniform" => {
                let args = args(&[("low", Durations), ("high", Durations)])?;
                LawSpec::Uniform { low: args.one("low")?, high: args.one("high")? }
            }
            "empirical" => column_of(&args(&[("file", File), ("column", Word), ("unit", Word)])?)?,
            "mixture" => self.mixture(form)?,
            _ => {
                let names = [("mean", Durations), ("median", Durations), ("mu", Numbers), ("sigma", Numbers)];
                let more = [("cv", Numbers), ("p50", Durations), ("p90", Durations), ("p95", Durations)];
                let tails = [("p99", Durations), ("p99.9", Durations)];
                lognormal(&args(&[&names[..], &more[..], &tails[..]].concat())?)?
            }
        })
    }

    fn mixture(&mut self, form: &'static str) -> Result<LawSpec, Wrong> {
        let mut parts = Vec::new();
        while let Some(token) = self.peek().filter(|token| token.text != ")") {
            self.at += 1;
            let weight = placed(quantity::ratio(&token.text), token)?;
            parts.push((weight, self.sum()?));
        }
        let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
        if parts.is_empty() || (total - 1.0).abs() > 1e-9 {
            let message = format!("mixes parts that make {}%, not 100%", (total * 1e8).round() / 1e6);
            return Err(Wrong::new(message, form));
        }
        Ok(LawSpec::Mixture(parts))
    }
}

fn column_of(args: &Named) -> Result<LawSpec, Wrong> {
    let unit = match args.word("unit")? {
        None => None,
        Some(word) => Some(
            quantity::duration(&format!("1{word}"))
                .map_err(|_| args.wrong(&format!("has the unit `{word}`, which is none of time")))?,
        ),
    };
    Ok(LawSpec::Empirical(ColumnOf { file: args.file()?, column: args.word("column")?, unit }))
}

fn hyper(args: &Named) -> Result<LawSpec, Wrong> {
    let probs = args.list("probs")?;
    let rates: Vec<f64> = match (args.has("means"), args.has("rates")) {
        (true, true) => return Err(args.wrong("has both `means` and `rates`")),
        (_, true) => args.list("rates")?,
        _ => args.list("means")?.iter().map(|mean| 1.0 / mean).collect(),
    };
    if probs.len() != rates.len() {
        let message = format!("has {} probabilities for {} phases", probs.len(), rates.len());
        return Err(args.wrong(&message));
    }
    let total: f64 = probs.iter().sum();
    if (total - 1.0).abs() > 1e-9 {
        return Err(args.wrong(&format!("has probabilities that make {total}, not 1")));
    }
    Ok(LawSpec::Hyperexponential { probs, rates })
}

fn lognormal(args: &Named) -> Result<LawSpec, Wrong> {
    let quantiles = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)];
    let mut given = quantiles.iter().filter(|(name, _)| args.has(name));
    let quantile = given.next();
    if given.next().is_some() {
        return Err(args.wrong("has two quantiles; one beside the mean or the median is enough"));
    }
    let names = ["mean", "median", "mu", "sigma", "cv"].map(|name| args.has(name));
    let form = match (names, quantile) {
        ([false, false, true, true, false], None) => {
            LognormalForm::MuSigma { mu: args.one("mu")?, sigma: args.one("sigma")? }
        }
        ([true, false, false, false, true], None) => {
            LognormalForm::MeanCv { mean: args.one("mean")?, cv: args.one("cv")? }
        }
        ([true, false, false, false, false], Some(&(name, p))) => {
            LognormalForm::MeanQuantile { mean: args.one("mean")?, p, value: args.one(name)? }
        }
        ([false, true, false, false, false], Some(&(name, p))) => {
            LognormalForm::MedianQuantile { median: args.one("median")?, p, value: args.one(name)? }
        }
        _ => return Err(args.wrong("needs a mean or a median and one more parameter")),
    };
    Ok(LawSpec::Lognormal(form))
}
