//! Known answers computed with 40 digits of precision.

#![expect(
    clippy::excessive_precision,
    reason = "known answers are kept with the digits they were computed with"
)]

use super::*;

fn close(got: f64, want: f64, tolerance: f64, what: &str) {
    let error = if want == 0.0 { got.abs() } else { ((got - want) / want).abs() };
    assert!(error <= tolerance, "{what}: got {got:e}, want {want:e}, relative error {error:e}");
}

#[test]
fn whole_powers_are_products() {
    assert_eq!(powi(3.0, 5), 243.0);
    assert_eq!(powi(2.0, -3), 0.125);
    assert_eq!(powi(7.5, 0), 1.0);
}

#[test]
fn log_gamma() {
    for (x, want) in [
        (0.001, 6.907_178_885_383_853_661_7),
        (0.5, 0.572_364_942_924_700_087_07),
        (1.5, -0.120_782_237_635_245_222_35),
        (10.25, 13.368_023_671_476_046_295),
        (100_000.0, 1_051_287.708_973_656_894_9),
    ] {
        close(ln_gamma(x), want, 1e-15, &format!("{:?}", (x,)));
    }
}

#[test]
fn incomplete_gamma_functions() {
    for (a, x, p, q) in [
        (0.001, 0.001, 0.993_687_646_708_860_290_1, 0.006_312_353_291_139_709_903_8),
        (0.1, 0.5, 0.941_402_445_890_133_518_66, 0.058_597_554_109_866_481_343),
        (0.5, 0.01, 0.112_462_916_018_284_893_37, 0.887_537_083_981_715_106_63),
        (1.0, 1.0, 0.632_120_558_828_557_678_4, 0.367_879_441_171_442_321_6),
        (2.5, 7.25, 0.987_273_314_877_599_915_22, 0.012_726_685_122_400_084_784),
        (10.0, 3.0, 0.001_102_488_130_115_479_742_1, 0.998_897_511_869_884_520_26),
        (10.0, 25.0, 0.999_778_523_361_751_216_42, 0.000_221_476_638_248_783_581_22),
        (100.0, 80.0, 0.017_108_313_035_133_114_166, 0.982_891_686_964_866_885_83),
        (100.0, 130.0, 0.997_249_591_632_693_473_72, 0.002_750_408_367_306_526_277),
        (1_000.0, 1_000.0, 0.504_205_244_180_215_508_5, 0.495_794_755_819_784_491_5),
        (100_000.0, 100_300.0, 0.828_636_311_251_207_647_67, 0.171_363_688_748_792_352_33),
        (16.0, 2.5, 1.069_239_788_731_423_303_9e-8, 0.999_999_989_307_602_112_69),
    ] {
        close(gamma_p(a, x), p, 2e-13, &format!("P({a}, {x})"));
        close(gamma_q(a, x), q, 2e-13, &format!("Q({a}, {x})"));
    }
}

#[test]
fn inverse_of_the_lower_gamma_function() {
    for (a, p, want) in [
        (0.05, 0.3, 2.037_897_188_732_664_386_3e-11),
        (0.05, 0.999, 2.736_458_598_728_675_592),
        (0.5, 1.0e-10, 7.853_981_633_974_483_668_5e-21),
        (0.5, 0.7, 0.537_097_085_428_792_569_47),
        (1.0, 0.25, 0.287_682_072_451_780_927_44),
        (3.0, 0.001, 0.190_533_377_568_403_191_99),
        (3.0, 0.999, 11.228_872_242_412_661_57),
        (17.5, 0.5, 17.167_819_070_351_806_609),
        (250.0, 1.0e-06, 181.901_305_009_779_311_27),
        (1_000.0, 0.99, 1_075.032_832_086_434_999_2),
    ] {
        close(gamma_p_inverse(a, p), want, 2e-13, &format!("{:?}", (a, p,)));
    }
}

#[test]
fn inverse_of_the_upper_gamma_function() {
    for (a, q, want) in [
        (0.05, 1.0e-12, 21.697_659_250_396_554_139),
        (4.0, 1.0e-15, 44.180_504_179_109_285_819),
        (100.0, 1.0e-18, 214.291_297_970_511_064_28),
        (2.0, 0.75, 0.961_278_763_114_777_095_85),
    ] {
        close(gamma_q_inverse(a, q), want, 1e-13, &format!("{:?}", (a, q,)));
    }
}

#[test]
fn incomplete_beta_function() {
    for (a, b, x, want) in [
        (0.5, 0.5, 0.1, 0.204_832_764_699_133_457_54),
        (2.0, 3.0, 0.4, 0.524_800_000_000_000_038_37),
        (30.0, 50.0, 0.3, 0.079_279_223_823_672_073_744),
        (500.0, 700.0, 0.42, 0.593_766_445_482_614_506_01),
        (0.01, 5.0, 0.2, 0.997_818_038_077_035_333_94),
        (5.0, 0.01, 0.999_9, 0.068_859_240_281_755_744_11),
        (2_000.0, 4_000.0, 0.334, 0.544_804_846_361_464_283_37),
        (1.0, 1.0, 0.7, 0.699_999_999_999_999_955_59),
    ] {
        close(beta_reg(a, b, x), want, 1e-13, &format!("{:?}", (a, b, x,)));
    }
}

#[test]
fn inverse_of_the_beta_function() {
    for (a, b, p, want) in [
        (0.5, 0.5, 0.3, 0.206_107_373_853_763_421_31),
        (2.0, 3.0, 1.0e-09, 0.000_012_910_055_600_322_021_971),
        (30.0, 50.0, 0.975, 0.483_075_071_319_784_414_39),
        (0.1, 4.0, 0.2, 1.746_126_662_660_918_560_2e-8),
        (501.0, 500.0, 0.999, 0.549_228_946_015_217_628_9),
    ] {
        close(beta_reg_inverse(a, b, p), want, 1e-13, &format!("{:?}", (a, b, p,)));
    }
}

#[test]
fn normal_distribution() {
    for (x, want) in [
        (-37.5, 4.605_353_009_581_954_843_8e-308),
        (-20.0, 2.753_624_118_606_233_695_1e-89),
        (-5.5, 1.898_956_246_588_771_938_4e-8),
        (-1.0, 0.158_655_253_931_457_051_41),
        (-0.001, 0.499_601_057_786_088_937_41),
        (0.5, 0.691_462_461_274_013_103_64),
        (3.0, 0.998_650_101_968_369_905_47),
        (8.0, 0.999_999_999_999_999_377_9),
    ] {
        close(norm_cdf(x), want, 2e-13, &format!("{:?}", (x,)));
    }
}

#[test]
fn normal_quantiles() {
    for (p, want) in [
        (1.0e-300, -37.047_096_299_361_199_237),
        (1.0e-100, -21.273_453_560_965_324_294),
        (1.0e-20, -9.262_340_089_798_407_579_6),
        (5.421_010_862_427_522e-20, -9.080_155_124_873_612_669_2),
        (1.0e-09, -5.997_807_015_007_686_861_4),
        (0.001, -3.090_232_306_167_813_535_4),
        (0.025, -1.959_963_984_540_054_211_8),
        (0.2, -0.841_621_233_572_914_165_52),
        (0.499_9, -0.000_250_662_830_088_007_492_39),
        (0.75, 0.674_489_750_196_081_743_2),
        (0.99, 2.326_347_874_040_840_767_6),
        (0.999, 3.090_232_306_167_813_277_8),
    ] {
        close(norm_quantile(p), want, 5e-16, &format!("{:?}", (p,)));
    }
}

#[test]
fn student_distribution() {
    for (t, df, want) in [
        (-1.0, 1.0, 0.25),
        (2.0, 2.5, 0.921_304_252_121_017_006_69),
        (-3.25, 7.0, 0.007_028_642_357_596_869_901_2),
        (0.01, 30.0, 0.503_956_253_713_411_151_75),
        (-40.0, 3.0, 0.000_017_190_340_394_579_264_142),
        (1.96, 1_000.0, 0.974_863_407_522_125_640_78),
        (-6.0, 123.4, 1.016_057_798_372_549_416_6e-8),
    ] {
        close(t_cdf(t, df), want, 1e-13, &format!("{:?}", (t, df,)));
    }
}

#[test]
fn student_quantiles() {
    for (p, df, want) in [
        (0.975, 1.0, 12.706_204_736_174_693_314),
        (0.975, 2.0, 4.302_652_729_749_461_789_4),
        (0.95, 9.0, 1.833_112_932_656_236_609_5),
        (0.975, 19.0, 2.093_024_054_408_309_320_1),
        (0.995, 4.37, 4.348_479_084_850_583_362_7),
        (0.999, 0.5, 102_849.115_630_175_371_33),
        (0.6, 3.3, 0.274_501_974_221_056_951_73),
        (0.499_9, 11.0, -0.000_256_416_994_000_438_637_47),
        (1.0e-08, 29.0, -7.641_683_132_381_439_553_2),
        (0.975, 1_000.5, 1.962_337_892_459_348_103_5),
    ] {
        close(t_quantile(p, df), want, 2e-13, &format!("{:?}", (p, df,)));
    }
}

#[test]
fn binomial_distribution() {
    for (k, n, p, want) in [
        (0, 10, 0.1, 0.348_678_440_099_999_978_49),
        (3, 10, 0.5, 0.171_875),
        (50, 1000, 0.07, 0.005_929_633_320_516_830_631_6),
        (9990, 10000, 0.998_5, 0.930_292_193_392_287_242_2),
        (4, 1000000, 1.0e-05, 0.029_252_120_579_037_092_766),
    ] {
        close(binomial_cdf(k, n, p), want, 1e-13, &format!("{:?}", (k, n, p,)));
    }
}

#[test]
fn published_normal_approximation_stands_without_its_refinement() {
    for step in 1..2000 {
        let p = 0.5 * f64::from(step) / 2000.0;
        close(normal::wichura(p), norm_quantile(p), 1e-15, "AS 241");
    }
    close(normal::wichura(1e-250), norm_quantile(1e-250), 1e-15, "AS 241, far tail");
}

#[test]
fn inverses_return_to_their_argument() {
    for a in [0.02, 0.3, 0.99, 1.7, 6.0, 40.0, 3000.0] {
        for step in 1..200 {
            let p = f64::from(step) / 200.0;
            let x = gamma_p_inverse(a, p);
            close(gamma_p(a, x), p, 5e-13, &format!("gamma {a} {p}"));
            let tiny = powi(p, 9);
            close(gamma_q(a, gamma_q_inverse(a, tiny)), tiny, 1e-11, &format!("upper gamma {a} {tiny}"));
            let x = beta_reg_inverse(a, 2.5, p);
            if x < 0.99 {
                close(beta_reg(a, 2.5, x), p, 1e-11, &format!("beta {a} {p}"));
            }
            close(t_cdf(t_quantile(p, a), a), p, 1e-12, &format!("t {a} {p}"));
        }
    }
}

#[test]
fn limits_and_domains() {
    assert_eq!(gamma_p_inverse(2.0, 0.0), 0.0);
    assert_eq!(gamma_p_inverse(2.0, 1.0), f64::INFINITY);
    assert_eq!(norm_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(norm_quantile(1.0), f64::INFINITY);
    assert_eq!(norm_quantile(0.5), 0.0);
    assert_eq!(t_quantile(0.5, 3.0), 0.0);
    assert_eq!(t_quantile(0.975, f64::INFINITY), norm_quantile(0.975));
    assert_eq!(t_cdf(f64::INFINITY, 3.0), 1.0);
    assert_eq!(binomial_cdf(5, 5, 0.3), 1.0);
    assert_eq!(binomial_cdf(0, 5, 0.0), 1.0);
    assert_eq!(binomial_cdf(4, 5, 1.0), 0.0);
    assert_eq!(beta_reg(2.0, 3.0, 1.0), 1.0);
    for bad in [
        gamma_p(-1.0, 1.0),
        gamma_q_inverse(1.0, -0.1),
        norm_quantile(1.5),
        t_quantile(0.5, 0.0),
        beta_reg(0.0, 1.0, 0.5),
        beta_reg_inverse(1.0, 1.0, f64::NAN),
        binomial_cdf(1, 2, -0.5),
    ] {
        assert!(bad.is_nan());
    }
}

#[test]
fn roots_of_increasing_functions() {
    close(increasing_root(0.0, 2.0, |x| x * x - 2.0), std::f64::consts::SQRT_2, 4e-16, "square root");
    // A jump is found at its own place, from the side where the function is no longer negative.
    let jump = increasing_root(0.0, 10.0, |x| if x < 0.3 { -1.0 } else { 5.0 });
    assert!((0.3..=0.3 * (1.0 + 1e-15)).contains(&jump));
    assert_eq!(increasing_root(1.0, 2.0, |_| 1.0), 1.0);
    assert_eq!(increasing_root(1.0, 2.0, |_| -1.0), 2.0);
    // Few evaluations on a smooth function.
    let mut calls = 0;
    let root = increasing_root(0.0, 1.0, |x| {
        calls += 1;
        x * x * x - 0.1
    });
    close(root, libm::cbrt(0.1), 4e-16, "cube root");
    assert!(calls < 30, "{calls} evaluations");
}

#[test]
fn chi_squared_quantile() {
    // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.4.
    assert!((chi2_quantile(0.95, 10.0) - 18.307).abs() < 5e-4);
    assert!((chi2_quantile(0.99, 1.0) - 6.635).abs() < 5e-4);
}
