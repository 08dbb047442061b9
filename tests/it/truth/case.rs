//! Truth cases as they stand in the files.

use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// How a stated value was obtained, and so how it is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// An integer or rational: equal to the last digit.
    Exact,
    /// A formula, a numerical solution or a simulation, with its stated error.
    Estimate,
    /// A limit, an approximation or a printed figure: shown, never judged.
    Shown,
    /// A kind this harness does not know.
    Unknown(String),
}

/// One stated value.
#[derive(Clone, Debug)]
pub struct Truth {
    /// The metric's name.
    pub name: String,
    /// Its value; `None` stands for "there is none" (a rank that does not exist).
    pub value: Option<f64>,
    /// Its unit as written.
    pub unit: String,
    /// How it is compared.
    pub kind: Kind,
    /// Standard error of the stated value: half the half-width of a simulated one, else the stated relative error.
    pub error: f64,
}

/// One case of a file.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// `steady_state`, `transient`, `deterministic` or `static`.
    pub regime: String,
    /// Every parameter.
    pub model: Value,
    /// Starting state of transient cases.
    pub initial: Value,
    /// The stated values.
    pub metrics: Vec<Truth>,
    /// Columns of time series.
    pub series: Map<String, Value>,
}

/// A file of cases.
pub struct File {
    /// Its name without folder.
    pub name: String,
    /// Its cases, or why they cannot be read.
    pub cases: Result<Vec<Case>, String>,
}

/// Why a case or a metric cannot be judged.
pub type Unsupported = String;

/// The folder the cases are read from.
pub fn folder(kind: &str) -> PathBuf {
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::env::var_os("FLASHCROWD_TEST_DATA").map_or_else(shipped, PathBuf::from).join(kind)
}

/// All files of the folder, by name.
pub fn read_folder() -> Vec<File> {
    let folder = folder("truth");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "json"));
    paths.sort();
    paths.iter().map(|p| read_file(p)).collect()
}

fn read_file(path: &Path) -> File {
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string());
    let cases =
        text.and_then(|t| serde_json::from_str::<Value>(&t).map_err(|e| e.to_string())).and_then(|v| {
            let schema = v["schema"].as_str().unwrap_or("none");
            if schema != "truth/1" {
                return Err(format!("schema {schema} is not truth/1"));
            }
            let cases = v["cases"].as_array().ok_or("no list of cases")?;
            Ok(cases.iter().enumerate().map(|(i, c)| Case::read(c, i)).collect())
        });
    File { name, cases }
}

impl Case {
    /// Reads a case as it stands in a file.
    pub fn read(value: &Value, position: usize) -> Self {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let metrics = value["metrics"].as_object().cloned().unwrap_or_default();
        Self {
            id: text("id").unwrap_or_else(|| format!("case {}", position + 1)),
            regime: text("regime").unwrap_or_default(),
            model: value["model"].clone(),
            initial: value["initial"].clone(),
            metrics: metrics.iter().map(|(name, m)| Truth::read(name, m)).collect(),
            series: value["series"].as_object().cloned().unwrap_or_default(),
        }
    }

    /// A stated value by its name.
    pub fn truth(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|m| m.name == name).and_then(|m| m.value)
    }

    /// A column of the series.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        numbers(self.series.get(name)?)
    }

    /// A root seed that no other case has: a hash (FNV-1a) of its name and of what the run is for.
    pub fn seed(&self, purpose: &str) -> u64 {
        let bytes = self.id.bytes().chain([0]).chain(purpose.bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
    }
}

impl Truth {
    fn read(name: &str, value: &Value) -> Self {
        let stated = value["value"].as_f64();
        let (kind, error) = match value["kind"].as_str().unwrap_or("none") {
            "exact" => (Kind::Exact, 0.0),
            "closed_form" | "numerical" => {
                let relative = value["rel_err"].as_f64().unwrap_or(1e-11);
                (Kind::Estimate, relative * stated.unwrap_or(0.0).abs())
            }
            "simulation" => match value["ci95_half"].as_f64() {
                Some(half) => (Kind::Estimate, half / 2.0),
                None => (Kind::Unknown("simulation without ci95_half".into()), 0.0),
            },
            "asymptotic" | "published" => (Kind::Shown, 0.0),
            other => (Kind::Unknown(format!("kind {other}")), 0.0),
        };
        let unit = value["unit"].as_str().unwrap_or("1").to_owned();
        Self { name: name.to_owned(), value: stated, unit, kind, error }
    }
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(Value::as_f64).collect()
}

/// A number under a key, or why there is none.
pub fn number(value: &Value, key: &str) -> Result<f64, Unsupported> {
    value[key].as_f64().ok_or_else(|| format!("{key} {} is not a number", value[key]))
}

/// A whole number of at least one under a key, or why there is none.
pub fn count(value: &Value, key: &str) -> Result<u32, Unsupported> {
    let number =
        value[key].as_u64().or_else(|| value[key].as_f64().filter(|x| x.fract() == 0.0).map(|x| x as u64));
    let whole = number.and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0);
    whole.ok_or_else(|| format!("{key} {} is not a count", value[key]))
}

/// Refuses fields outside `known`, so that nothing a case says is silently ignored; `null` is "not there".
pub fn only_known(value: &Value, known: &[&str]) -> Result<(), Unsupported> {
    let Some(object) = value.as_object() else { return Err(format!("{value} is not an object")) };
    let strange = object.iter().find(|(key, v)| !v.is_null() && !known.contains(&key.as_str()));
    strange.map_or(Ok(()), |(key, _)| Err(format!("field {key}")))
}
