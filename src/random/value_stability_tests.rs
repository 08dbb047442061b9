//! Exact draws that must never change: results, caches and golden files of other versions rest on them.

use crate::random::law::tests::zoo;
use crate::random::{Choice, Key, Sampler, unit};

#[test]
fn bits_of_keys() {
    let root = Key::root(42, 7, 3);
    let got = [
        root.to_bits(),
        root.child(0).to_bits(),
        root.child(1).to_bits(),
        root.draw(0),
        root.draw(1),
        root.child(5).child(2).draw(9),
        Key::root(0, 0, 0).draw(0),
        unit(root.draw(0)).to_bits(),
    ];
    assert_eq!(got, BITS);
}

const BITS: [u64; 8] = [
    0xf3e6_f725_411a_8c0f,
    0xb0f3_ca40_633a_656d,
    0xf815_cf0b_2c41_860e,
    0x421b_94c3_9e27_b278,
    0x65a2_de8e_0626_2e2d,
    0x32f2_8bc8_5b8d_fb92,
    0x4032_b50a_0b5c_d6e8,
    0x3fd0_86e5_30e7_89ee,
];

#[test]
fn nanoseconds_of_every_law() {
    let root = Key::root(42, 7, 3);
    for (law, want) in zoo().iter().zip(NANOS) {
        let sampler = Sampler::new(law);
        let got = [
            sampler.nanos(root.draw(1)),
            sampler.nanos(root.draw(2)),
            sampler.nanos(root.draw(3)),
            sampler.nanos(12345),
            sampler.nanos(u64::MAX - 12345),
        ];
        assert_eq!(got, want, "{law}");
    }
    assert_eq!(zoo().len(), NANOS.len());
}

const NANOS: [[u64; 5]; 20] = [
    // constant(4.2ms)
    [4_200_000, 4_200_000, 4_200_000, 4_200_000, 4_200_000],
    // exponential(5ms)
    [2_529_327, 14_492_500, 1_976_795, 0, 174_701_863],
    // erlang(3 mean 4ms)
    [3_031_807, 8_216_439, 2_682_618, 21, 55_678_571],
    // gamma(shape 0.35 scale 20ms)
    [1_068_605, 28_955_910, 601_157, 0, 634_774_098],
    // gamma(shape 7.5 scale 1ms)
    [6_495_562, 12_316_115, 6_036_876, 33_997, 53_387_231],
    // hyperexponential(0.887298 of 563.507us, 0.112702 of 4.43656ms)
    [325_192, 3_361_518, 252_382, 0, 145_329_909],
    // lognormal(median 11.109ms p99 203.505ms)
    [8_015_752, 81_802_558, 6_334_250, 510, 241_954_122_922],
    // lognormal(median 2.79796ms p99 20ms)
    [2_243_773, 10_797_346, 1_913_465, 3_256, 2_404_236_039],
    // weibull(shape 0.5 scale 5ms)
    [1_279_499, 42_006_509, 781_544, 0, 6_104_148_206],
    // weibull(shape 3 scale 5ms)
    [3_983_960, 7_128_986, 3_669_728, 44, 16_346_038],
    // pareto(shape 2.5 scale 3ms)
    [3_672_815, 9_564_059, 3_514_003, 3_000_000, 3_522_781_201_736],
    // pareto(shape 1.4 scale 3ms)
    [4_305_721, 23_782_960, 3_978_925, 3_000_000, 207_007_596_224_483_456],
    // uniform(1ms to 9ms)
    [4_176_132, 8_559_153, 3_612_494, 1_000_000, 9_000_000],
    // empirical(3 values)
    [2_000_000, 3_000_000, 2_000_000, 1_000_000, 3_000_000],
    // mixture(0.7 of constant(1ms), 0.3 of exponential(10ms))
    [1_000_000, 16_945_271, 1_000_000, 0, 337_363_998],
    // mixture(0.25 of uniform(0s to 1ms), 0.25 of uniform(5ms to 6ms), 0.5 of lognormal(median 6.73795ms p99 13.5402ms))
    [5_200_213, 9_731_580, 4_957_080, 0, 72_189_010],
    // gamma(shape 2 scale 1ms) + 3ms
    [4_367_846, 7_625_877, 4_170_160, 3_000_000, 41_619_699],
    // pareto(shape 3 scale 4ms) - 3.5ms
    [1_234_689, 7_011_407, 1_063_458, 500_000, 457_292_080_533],
    // lognormal(median 11.109ms p99 203.505ms) within 2ms to 100ms
    [8_987_412, 60_470_040, 7_361_344, 2_000_000, 100_000_000],
    // exponential(1ms) from 15ms
    [15_505_865, 17_898_500, 15_395_359, 15_000_000, 49_940_373],
];

#[test]
fn picks_of_a_choice() {
    let root = Key::root(42, 7, 3);
    let choice = Choice::zipf(0.9, 1000).expect("valid parameters");
    let got: Vec<usize> = (0..6).map(|n| choice.pick(root.draw(n))).collect();
    assert_eq!(got, PICKS);
}

const PICKS: [usize; 6] = [6, 21, 744, 11, 70, 1];
