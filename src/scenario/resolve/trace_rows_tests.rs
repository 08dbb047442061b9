//! Files as tools and people write them.

use super::*;

fn columns(time: Option<&str>, value: Option<&str>, values: Values, rows: &[(&str, &str)]) -> Columns {
    let own = |text: &str| text.to_owned();
    let rows = rows.iter().map(|(column, value)| (own(column), own(value))).collect();
    let how = How { rows, ..How::default() };
    Columns { time: time.map(own), value: value.map(own), values, blank_is_zero: false, how }
}

fn read(text: &str) -> Result<Rows, String> {
    parse(text.as_bytes(), "t.csv", &columns(None, None, Values::Counts, &[])).map_err(|(message, _)| message)
}

fn values(found: &Rows) -> Vec<(i64, Option<f64>)> {
    found.rows.iter().map(|row| (row.at / 1_000_000_000, row.value)).collect()
}

#[test]
fn dates_and_seconds_are_read() {
    let found = read("t_s,count\n0,3\n1,4\n").expect("valid");
    assert_eq!(found.rows[1], Row { at: 1_000_000_000, value: Some(4.0), line: 3 });
    assert!(!found.axis.calendar && found.notices.is_empty());
    let found = read("timestamp,count\n1970-01-01T00:01:00Z,3\n1970-01-01T00:02:00Z,4\n").expect("valid");
    assert_eq!(values(&found), [(60, Some(3.0)), (120, Some(4.0))]);
    assert!(found.axis.calendar);
}

#[test]
fn the_same_rows_in_every_dress() {
    let plain = values(&read("t_s,count\n0,1200\n60,600.5\n").expect("valid"));
    for text in [
        "\u{feff}t_s,count\r\n0,1200\r\n60,600.5\r\n",
        "sep=,\nt_s,count\n0,1200\n60,600.5\n",
        "\"sep=;\"\nt_s;count\n0;1.200\n60;600,5\n",
        "t_s;count\n0;1200,0\n60;600,5\n",
        "t_s;count\n0;1 200\n60;600,5\n",
        "t_s\tcount\n0\t1200\n60\t600.5\n",
        "t_s|count\n0|1,200\n60|600.5\n",
        "t_s,count\n0,\"1,200\"\n60,600.5\n",
        "0,1200\n60,600.5\n",
        "60,600.5\n0,1200\n",
        "Label,requests\nPeriod,60\n0,1200\n60,600.5\n",
        "Requests of the shop\nt_s,count\n0,1200\n60,600.5\n",
    ] {
        let found = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(values(&found), plain, "{text}");
    }
    let wide = |of: fn(u16) -> [u8; 2], mark: [u8; 2]| {
        let text = "t_s\tcount\n0\t1200\n60\t600.5\n";
        let bytes: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(of)).collect();
        values(&parse(&bytes, "t.csv", &columns(None, None, Values::Counts, &[])).expect("valid"))
    };
    assert_eq!(wide(u16::to_le_bytes, [0xff, 0xfe]), plain);
    assert_eq!(wide(u16::to_be_bytes, [0xfe, 0xff]), plain);
}

#[test]
fn what_is_passed_over_is_told() {
    let told = |text: &str| read(text).expect("valid").notices.join("\n");
    assert!(told("5,1\n4,1\n").contains("has no header: line 1 is read as a row"));
    assert!(told("t,c\n5,1\n4,1\n").contains("line 3 is earlier than line 2): its rows are sorted"));
    let skipped = told("Label,web\nPeriod,60\nUnit,Count\n0,1\n60,2\n");
    assert!(skipped.contains("line 1 names the columns; line(s) 2, 3"), "{skipped}");
}

#[test]
fn bad_rows_are_named_by_their_line() {
    for (text, says) in [
        ("t,c\n0,1\n1,x\n", "`t.csv` line 3: the count is `x`"),
        ("t,c\n0,1\n1,-2\n", "`t.csv` line 3: the count -2 is negative"),
        ("t,c\n0,1\n1,inf\n", "`t.csv` line 3: the count is `inf`"),
        ("t,c\n0,1\nnoon,1\n", "`t.csv` line 3: the time is `noon`"),
        ("t,c\nnoon,1\n", "`t.csv` line 2: the time is `noon`"),
        ("t,c\n5,1\n5,1\n", "`t.csv` line 3: the time is the same as that of line 2"),
        ("t,c\n", "`t.csv` has no rows"),
        ("", "`t.csv` is empty"),
        ("t\n1\n", "`t.csv` line 1 has 1 column, 2 are needed"),
        ("sep=,\nt,c\n0,1\n1,x\n", "`t.csv` line 4: the count is `x`"),
        ("t;c\n0;1.200\n1;900\n", "`t.csv` line 2: `1.200` has either thousands or decimals"),
        ("t,c\n0,1\n1,2,3\n", "`t.csv` line 3 has 3 cells, its header 2"),
        ("t,c\n0,1\n1\n", "`t.csv` line 3 has 1 cell, its header 2"),
    ] {
        assert_eq!(read(text).expect_err(text), says);
    }
}

#[test]
fn blank_cells_are_gaps_unless_they_are_zeros() {
    let text = "t,c\n0,1\n60,\n120,NaN\n180,2\n";
    let gaps = [(0, Some(1.0)), (60, None), (120, None), (180, Some(2.0))];
    assert_eq!(values(&read(text).expect("valid")), gaps);
    let zero = Columns { blank_is_zero: true, ..columns(None, None, Values::Counts, &[]) };
    let found = parse(text.as_bytes(), "t.csv", &zero).expect("valid");
    assert_eq!(values(&found)[1], (60, Some(0.0)));
}

/// A load generator's table with three rows a request: only those of one metric are requests.
const LONG: &str = "metric_name,timestamp,metric_value\nhttp_reqs,1794355200,1.0\nhttp_req_waiting,1794355200,19.0\n\
                    vus,1794355200,5.0\nhttp_reqs,1794355201,1.0\nvus,1794355201,5.0\n";

#[test]
fn rows_of_one_series_are_picked() {
    let rows = |picked: &[(&str, &str)]| {
        parse(LONG.as_bytes(), "t.csv", &columns(Some("timestamp"), None, Values::Arrivals, picked))
    };
    assert_eq!(rows(&[("metric_name", "http_reqs")]).expect("valid").rows.len(), 2);
    let (message, help) = rows(&[]).expect_err("several series");
    assert!(
        message.contains("`metric_name`")
            && help.expect("help").contains("where: { metric_name: http_reqs }")
    );
    let (_, help) = rows(&[("metric_name", "http_rqs")]).expect_err("no such series");
    assert_eq!(help.as_deref(), Some("did you mean `http_reqs`?"));
    // Two rows of one time are told apart by the column in which they differ.
    let history = "Timestamp,Type,Name,Requests/s\n1794355200,GET,/a,6.0\n1794355200,,Aggregated,10.0\n";
    let history_columns = columns(Some("Timestamp"), Some("Requests/s"), Values::Rates, &[]);
    let (_, help) = parse(history.as_bytes(), "t.csv", &history_columns).expect_err("two rows of one time");
    assert_eq!(help.as_deref(), Some("pick rows: where: { Type: \"GET\" }, or \"\""));
    let picked = columns(Some("Timestamp"), Some("Requests/s"), Values::Rates, &[("Name", "Aggregated")]);
    assert_eq!(parse(history.as_bytes(), "t.csv", &picked).expect("valid").rows[0].value, Some(10.0));
}

#[test]
fn answers_of_prometheus_say_whether_they_are_rates() {
    let series = |label: &str| {
        format!(
            "{{\"metric\":{{\"code\":\"{label}\"}},\"values\":[[1794355200,\"10\"],[1794355260,\"NaN\"],[1794355320,\"12\"]]}}"
        )
    };
    let text = format!("{{\"data\":{{\"result\":[{},{}]}}}}", series("200"), series("500"));
    let rows = |value, picked: &[(&str, &str)]| {
        parse(text.as_bytes(), "p.json", &columns(None, value, Values::Rates, picked))
    };
    let found = rows(Some("value"), &[("code", "200")]).expect("valid");
    assert_eq!(found.rows.iter().map(|row| row.value).collect::<Vec<_>>(), [Some(10.0), None, Some(12.0)]);
    assert_eq!((found.rows[0].at, found.axis.calendar), (1_794_355_200_000_000_000, true));
    let (message, help) = rows(Some("value"), &[]).expect_err("two series");
    assert!(message.contains("has 2 series") && help.expect("help").contains("where: { code: 200 }"));
    assert!(rows(None, &[("code", "200")]).expect_err("counts or rates").0.contains("nothing says what"));
}
