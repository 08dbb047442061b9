//! Special functions and their inverses, the same bits on every platform.
//!
//! Everything is built on the pinned `libm` and on IEEE additions, multiplications, divisions and square
//! roots, so an argument gives the same bits on every target. Arguments outside a function's domain give
//! NaN; nothing here panics. Unless a function says otherwise, results are good to about 1e-13 relative.

mod beta;
mod binomial;
mod elementary;
mod gamma;
mod normal;
mod root;
mod student;

#[cfg(test)]
mod tests;

pub use beta::{beta_reg, beta_reg_inverse};
pub use binomial::binomial_cdf;
pub use elementary::{cos, erf, erfc, exp, exp_m1, ln, ln_1p, log10, pow, powi, sin, sqrt};
pub use gamma::{
    chi2_quantile, gamma, gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse, ln_gamma, poisson_weight,
};
pub use normal::{norm_cdf, norm_pdf, norm_quantile, norm_sf};
pub use root::increasing_root;
pub use student::{t_cdf, t_quantile};
