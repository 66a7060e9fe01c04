//! What a program that reads CSV finds in our lines.

use proptest::prelude::*;

use super::*;
use crate::domain::request::Status;
use crate::domain::request::fixtures::Story;

/// What the reader of the `csv` crate finds.
fn read(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_field_is_quoted_where_a_reader_would_lose_it_and_nowhere_else() {
    assert_eq!(line(&["a", "b c", "", "é"]), "a,b c,,é\r\n");
    assert_eq!(
        line(&["a,b", "say \"hi\"", "two\nlines", " room"]),
        "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\" room\"\r\n"
    );
}

#[test]
fn a_text_that_looks_like_a_formula_is_none() {
    for text in ["=1+1", "+62 812", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠x"] {
        assert_eq!(read(&line(&[text])), [[format!("'{text}")]], "{text:?}");
    }
    assert_eq!(line(&["1-2", "a=b", "x@y"]), "1-2,a=b,x@y\r\n");
}

#[test]
fn a_line_has_a_field_for_each_column_of_the_first() {
    let request = Story::in_status(Status::Submitted).request;
    let rest = Rest {
        id: request.id,
        version: request.version,
        description: "It drips,\r\nall \"night\"".to_owned(),
        contact: None,
        resolution: None,
        completed_at: Some(Timestamp::from_ms(0)),
    };
    let lines = read(&(head() + &row(&Summary::from(&request), &rest)));
    let [columns, values] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(columns.len(), values.len());
    let of = |name: &str| &values[columns.iter().position(|column| column == name).unwrap()];
    assert_eq!(of("description"), "It drips,\r\nall \"night\"");
    assert_eq!(of("completed_at"), "1970-01-01T00:00:00.000Z");
    assert_eq!(of("id"), &request.id.to_string());
    assert_eq!(of("assignee"), "");
}

proptest! {
    #[test]
    fn properties_what_is_written_is_read(fields in prop::collection::vec("(?s).{0,12}", 2..6)) {
        let texts: Vec<&str> = fields.iter().map(String::as_str).collect();
        let inert: Vec<String> = fields.iter().map(|field| super::inert(field)).collect();
        // The first line is the names of the columns: what begins a file may be taken for a byte order mark.
        let lines = read(&format!("first\r\n{}", line(&texts)));
        prop_assert_eq!(&lines[1..], &[inert]);
    }
}
