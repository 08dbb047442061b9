//! Quantities in the grammar of Kubernetes: processors and bytes.

use super::leading::leading;
use super::wrong::Wrong;

const CPU: &str = "cores, such as 2, 0.5 or 250m (milli)";
const BYTES: &str = "bytes, such as 380Mi, 2Gi or 500MB";

/// Cores: `2`, `0.5`, `250m`.
///
/// # Errors
/// If there is another unit than milli, or the number is not one.
pub fn cpu(text: &str) -> Result<f64, Wrong> {
    let text = text.trim();
    match leading(text, CPU)? {
        (value, "") => Ok(value),
        (value, "m") => Ok(value / 1e3),
        (value, "u") => Ok(value / 1e6),
        (value, "n") => Ok(value / 1e9),
        _ => Err(Wrong::new(format!("is `{text}`, whose unit is not one of cores"), CPU)),
    }
}

/// Bytes: Kubernetes' `380Mi` and `500M`, and `500MB`, `2GiB` of other tools.
///
/// # Errors
/// If the unit is not known.
pub fn bytes(text: &str) -> Result<f64, Wrong> {
    let text = text.trim();
    let (value, unit) = leading(text, BYTES)?;
    let prefix = unit.strip_suffix('B').unwrap_or(unit);
    let times = match prefix {
        "" => 1.0,
        "m" if unit == "m" => 1e-3,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "Pi" => 1_125_899_906_842_624.0,
        _ => return Err(Wrong::new(format!("is `{text}`, whose unit is not one of bytes"), BYTES)),
    };
    let total = value * times;
    if total.is_finite() {
        Ok(total)
    } else {
        Err(Wrong::new(format!("is `{text}`, which is too large"), BYTES))
    }
}
