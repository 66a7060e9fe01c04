//! A list finds what its filters say, in order, without a gap or a repetition, and by an index.

use base::cursor::Position;
use durable::keyset::Start;
use durable::keyset::native::{all, counted, database, items, page, plan};

use super::super::{columns, store};
use super::{COLUMNS, KeysetQuery, ListFilter, Sort, Timestamp, UserId, Within};
use crate::domain::place::PlaceId;
use crate::domain::request::Category;
use crate::domain::request::{Priority, Status};
use crate::domain::text::SearchText;
use crate::domain::text::fold;

const CATEGORIES: [&str; 3] = ["plumbing", "power", "lifts"];

fn user(n: i64) -> UserId {
    UserId(uuid::Uuid::from_u128(n as u128))
}

/// The building is 0, its rooms are 1 to 40.
fn place(n: i64) -> PlaceId {
    PlaceId(uuid::Uuid::from_u128(1_000 + n as u128))
}

/// The query, with what is below the place that it is of.
fn of(filter: &ListFilter, only: Option<UserId>, reads_internal: bool) -> KeysetQuery {
    let within =
        filter.location.map(|id| if id == place(0) { Within::Many(id) } else { Within::Few(vec![id.to_string()]) });
    super::of(filter, only, reads_internal, within, None)
}

/// What request `number` is: most are closed, a tenth of them is spread over the other states.
struct Sample {
    number: i64,
    status: Status,
    priority: Priority,
    category: &'static str,
    hazard: bool,
    requester: UserId,
    assignee: Option<UserId>,
    created_ms: i64,
    updated_ms: i64,
    title: &'static str,
}

impl Sample {
    fn new(number: i64) -> Self {
        Sample {
            number,
            status: if number % 10 == 0 { Status::ALL[(number / 10 % 9) as usize] } else { Status::Closed },
            priority: Priority::ALL[(number % 4) as usize],
            category: CATEGORIES[(number % 3) as usize],
            hazard: number % 20 == 0,
            requester: user(number % 11),
            assignee: (number % 6 != 0).then(|| user(number % 6)),
            created_ms: number / 3,
            // Another order than that of creation, with ties.
            updated_ms: 1_000_000 + number * 7_919 % 5_003,
            title: if number % 40 == 0 { "Pompa AIR bocor" } else { "Lampu mati" },
        }
    }

    /// Open ones in another order than that of creation, with ties; the others behind them, newest first.
    fn due_order(&self) -> i64 {
        if self.status.is_open() { 1_000_000 + self.number * 7_919 % 53 } else { (1 << 52) - self.created_ms }
    }

    /// A third of them is at one of 40 rooms, or at the building that those are in.
    fn location(&self) -> Option<PlaceId> {
        (self.number % 3 == 0).then(|| place(self.number % 41))
    }

    fn search(&self) -> String {
        format!("mr-{:06}\n{}", self.number, fold(self.title))
    }

    fn matches(&self, filter: &ListFilter, only: Option<UserId>) -> bool {
        (filter.status.is_empty() || filter.status.contains(&self.status))
            && (filter.priority.is_empty() || filter.priority.contains(&self.priority))
            && filter.hazard.is_none_or(|hazard| hazard == self.hazard)
            && filter.category.as_ref().is_none_or(|category| category.as_str() == self.category)
            && filter.requester.is_none_or(|requester| requester == self.requester)
            && only.is_none_or(|requester| requester == self.requester)
            && filter.assignee.is_none_or(|assignee| Some(assignee) == self.assignee)
            && filter
                .location
                .is_none_or(|within| Some(within) == self.location() || within == place(0) && self.location().is_some())
            && filter.asset.is_none_or(|asset| self.number % 97 == 0 && asset.0.as_u128() == self.number as u128 % 5)
            && filter.due_before.is_none_or(|moment| self.status.is_open() && self.due_order() < moment.as_ms())
            && filter.from.is_none_or(|from| self.created_ms >= from.as_ms())
            && filter.to.is_none_or(|to| self.created_ms < to.as_ms())
            && filter.q.as_ref().is_none_or(|text| {
                let mut words = text.as_str().split_whitespace();
                words.all(|word| self.search().contains(fold(word).trim_start_matches('-')))
            })
    }
}

/// An index of `count` requests; the JSON of each is its number.
fn filled(count: i64) -> rusqlite::Connection {
    let connection = database(&store::SCHEMA.whole.join(";"));
    connection.execute_batch("BEGIN").unwrap();
    for n in 0..=40 {
        let parent = (n > 0).then(|| place(0).to_string());
        let row = rusqlite::params![place(n).to_string(), parent, format!("Room {n}")];
        connection.execute("INSERT INTO place (id, parent, name, archived) VALUES (?, ?, ?, 0)", row).unwrap();
    }
    for number in 1..=count {
        put(&connection, number);
    }
    connection.execute_batch("COMMIT").unwrap();
    connection
}

fn put(connection: &rusqlite::Connection, number: i64) {
    let it = Sample::new(number);
    let row: [&dyn rusqlite::ToSql; 20] = [
        &number,
        &uuid::Uuid::from_u128(number as u128).to_string(),
        &0,
        &1,
        &it.created_ms,
        &it.updated_ms,
        &it.search(),
        &number.to_string(),
        &it.updated_ms,
        &1,
        &None::<String>,
        &it.requester.to_string(),
        &it.assignee.map(|assignee| assignee.to_string()),
        &it.status.as_str(),
        &fold(it.category),
        &it.priority.as_str(),
        &it.hazard,
        &it.due_order(),
        &it.location().map(|place| place.to_string()),
        &(number % 97 == 0).then(|| uuid::Uuid::from_u128(number as u128 % 5).to_string()),
    ];
    connection.prepare_cached(columns::INSERT).unwrap().execute(row).unwrap();
}

fn text(text: &str) -> Option<SearchText> {
    Some(SearchText::parse(text).unwrap())
}

/// Filters that one index answers alone.
fn single() -> Vec<(ListFilter, Option<UserId>)> {
    let none = ListFilter::default;
    vec![
        (none(), None),
        (none(), Some(user(4))),
        (ListFilter { status: vec![Status::Submitted], ..none() }, None),
        (ListFilter { status: vec![Status::Assigned, Status::InProgress, Status::OnHold], ..none() }, None),
        (ListFilter { status: Status::ALL[..8].to_vec(), ..none() }, None),
        (ListFilter { status: Status::ALL.to_vec(), ..none() }, None),
        (ListFilter { priority: vec![Priority::Urgent, Priority::High, Priority::Urgent], ..none() }, None),
        (ListFilter { category: Some(Category::parse("power").unwrap()), ..none() }, None),
        (ListFilter { requester: Some(user(2)), ..none() }, None),
        (ListFilter { assignee: Some(user(5)), ..none() }, None),
        (ListFilter { hazard: Some(true), ..none() }, None),
        (ListFilter { location: Some(place(3)), ..none() }, None),
        (ListFilter { asset: Some(crate::domain::asset::AssetId(uuid::Uuid::from_u128(2))), ..none() }, None),
        (ListFilter { q: text("mr-000120"), ..none() }, None),
    ]
}

/// Filters of which some are checked row by row.
fn combined() -> Vec<(ListFilter, Option<UserId>)> {
    let none = ListFilter::default;
    let (from, to) = (Some(Timestamp::from_ms(50)), Some(Timestamp::from_ms(250)));
    vec![
        (ListFilter { from, to, ..none() }, None),
        (ListFilter { due_before: Some(Timestamp::from_ms(1_000_030)), ..none() }, None),
        (ListFilter { due_before: Some(Timestamp::from_ms(1_000_030)), from, to, ..none() }, Some(user(4))),
        (ListFilter { location: Some(place(0)), ..none() }, None),
        (ListFilter { location: Some(place(3)), status: vec![Status::Closed], ..none() }, None),
        (ListFilter { location: Some(place(3)), ..none() }, Some(user(3))),
        (ListFilter { q: text("air BOCOR"), ..none() }, None),
        (ListFilter { q: text("-0001"), from, ..none() }, None),
        (ListFilter { q: text("bocor  pompa 12"), ..none() }, None),
        (ListFilter { q: text("MR-000120 bocor"), ..none() }, None),
        (ListFilter { q: text("MR-000120"), requester: Some(user(1)), ..none() }, None),
        (ListFilter { requester: Some(user(2)), ..none() }, Some(user(2))),
        (ListFilter { requester: Some(user(2)), ..none() }, Some(user(3))),
        (
            ListFilter { status: vec![Status::Closed], category: Some(Category::parse("lifts").unwrap()), ..none() },
            None,
        ),
        (
            ListFilter {
                status: Status::ALL[..8].to_vec(),
                priority: vec![Priority::Low, Priority::Normal, Priority::High],
                category: Some(Category::parse("plumbing").unwrap()),
                hazard: Some(false),
                assignee: Some(user(3)),
                requester: Some(user(9)),
                q: text("lampu"),
                from,
                to,
                ..none()
            },
            Some(user(9)),
        ),
    ]
}

fn sorted(filters: Vec<(ListFilter, Option<UserId>)>) -> impl Iterator<Item = (ListFilter, Option<UserId>)> {
    filters.into_iter().flat_map(|(filter, only)| {
        Sort::ALL.iter().map(move |sort| (ListFilter { sort: *sort, ..filter.clone() }, only))
    })
}

#[test]
fn a_list_shows_what_matches_in_its_order() {
    let connection = filled(1_000);
    for (filter, only) in sorted(single()).chain(sorted(combined())) {
        let mut expected: Vec<Sample> = (1..=1_000).map(Sample::new).filter(|it| it.matches(&filter, only)).collect();
        match filter.sort {
            Sort::Newest => expected.sort_by_key(|it| (-it.created_ms, -it.number)),
            Sort::Oldest => expected.sort_by_key(|it| (it.created_ms, it.number)),
            Sort::RecentlyUpdated => expected.sort_by_key(|it| (-it.updated_ms, -it.number)),
            Sort::Due => expected.sort_by_key(|it| (it.due_order(), it.number)),
        }
        let expected: Vec<i64> = expected.iter().map(|it| it.number).collect();
        for limit in [1, 7, 50, 200] {
            assert_eq!(all(&connection, &of(&filter, only, true), limit, |_| ()), expected, "{filter:?} {only:?}");
        }
    }
}

#[test]
fn a_list_that_is_walked_while_requests_come_in_has_no_gap_and_no_repetition() {
    let connection = filled(2_000);
    for (limit, start) in [(7, 2_000), (50, 4_000), (200, 6_000)] {
        let known: i64 = connection.query_row("SELECT count(*) FROM request", (), |row| row.get(0)).unwrap();
        let seen =
            all(&connection, &of(&ListFilter::default(), None, true), limit, |n| put(&connection, start + n as i64));
        assert_eq!(seen.len() as i64, known);
        assert!(seen.is_sorted_by(|a, b| a > b));
    }
}

#[test]
fn every_list_is_led_by_an_index_and_sorts_a_few_pages_at_most() {
    let connection = filled(100);
    for (filter, only) in sorted(single()).chain(sorted(combined())) {
        let query = of(&filter, only, true);
        let statement = query.rows(Start::Past((1, 1)), None, 50);
        let plan = plan(&connection, &statement);
        let reads = plan.iter().filter(|line| line.contains(" request"));
        assert!(reads.clone().count() >= query.ranges.len(), "{plan:?}");
        assert!(reads.clone().all(|line| line.contains("USING")), "{plan:?}");
        let sorts = plan.iter().any(|line| line.contains("TEMP B-TREE"));
        assert!(!sorts || query.ranges.len() > 5, "{filter:?} {plan:?}");
    }
}

#[test]
fn one_filter_costs_the_same_among_a_hundred_times_as_many_and_on_page_a_thousand() {
    let (short, long) = (filled(1_000), filled(100_000));
    // What has no index in the order of due times is bounded by the scan.
    let is_scanned = |filter: &ListFilter| !of(filter, None, true).conditions.is_empty();
    for (filter, only) in sorted(single()).filter(|(filter, _)| !is_scanned(filter)) {
        let query = of(&filter, only, true);
        let (_, before) = page(&short, &query, None, 50).unwrap();
        let (first, after) = page(&long, &query, None, 50).unwrap();
        let full = items(&first).len() as i64;
        // A row that is shown may cost the look-up of its place.
        assert!(i64::from(after) <= i64::from(before) * 2 + 500 + 150 * full, "{filter:?}: {before} {after}");
        let deep = match filter.sort {
            Sort::Newest | Sort::Oldest => Position { ts: 50_000 / 3, id: "50000".into() },
            Sort::RecentlyUpdated => Position { ts: 1_000_000 + 2_500, id: "50000".into() },
            Sort::Due if filter.status.first().is_some_and(|status| status.is_open()) && filter.status.len() < 8 => {
                Position { ts: 1_000_000 + 26, id: "50000".into() }
            }
            Sort::Due => Position { ts: (1 << 52) - 50_000 / 3, id: "50000".into() },
        };
        let (page, at_depth) = page(&long, &query, Some(&deep), 50).unwrap();
        assert!(items(&page).len() as i64 == full || full == 1, "{filter:?}");
        assert!(
            i64::from(at_depth) <= i64::from(after + after / 4 + 500) + 150 * full,
            "{filter:?}: {after} {at_depth}"
        );
    }
    // Several filters together are bounded by the scan.
    for (filter, only) in sorted(combined()).chain(sorted(single()).filter(|(filter, _)| is_scanned(filter))) {
        let (_, steps) = page(&long, &of(&filter, only, true), None, 50).unwrap();
        assert!(steps < 1_500_000, "{filter:?}: {steps}");
    }
}

#[test]
fn open_work_leads_before_category_and_finished_work_behind_it() {
    let category = Some(Category::parse("power").unwrap());
    let lead = |status: Vec<Status>| {
        let filter = ListFilter { status, category: category.clone(), ..ListFilter::default() };
        of(&filter, None, true).ranges.first().and_then(|range| range.index)
    };
    assert_eq!(lead(vec![Status::Submitted]), Some("request_by_status_created"));
    assert_eq!(lead(vec![Status::Submitted, Status::Closed]), Some("request_by_category_created"));
}

#[test]
fn each_filter_but_three_has_an_index_in_the_order_of_due_times() {
    let without: Vec<&str> = COLUMNS
        .iter()
        .filter(|column| column.by_created.is_some() && column.by_due.is_none())
        .map(|column| column.name)
        .collect();
    assert_eq!(without, ["category", "priority", "hazard"]);
    let due = |filter: ListFilter, only| of(&ListFilter { sort: Sort::Due, ..filter }, only, false);
    let hazards = ListFilter { hazard: Some(true), ..ListFilter::default() };
    assert_eq!(due(hazards.clone(), None).ranges[0].index, Some("request_by_due"));
    assert_eq!(due(hazards, Some(user(1))).ranges[0].index, Some("request_by_requester_id_due"));
}

#[test]
fn what_has_files_is_what_its_summary_says_has_some() {
    let connection = filled(100);
    let says = "UPDATE request SET json = ?2, public_json = ?3 WHERE number % 10 = ?1";
    let [three, none] = [r#"{"attachments":3}"#, r#"{"attachments":0}"#];
    for row in [(1, three, None), (2, three, Some(three)), (3, none, None)] {
        connection.execute(says, row).unwrap();
    }
    let count = |files| {
        let filter = ListFilter { files: Some(files), ..ListFilter::default() };
        counted(&connection, &of(&filter, None, true).counting(10_001))
    };
    assert_eq!((count(true), count(false)), (20, 80));
}

#[test]
fn what_a_list_has_in_all_is_counted_as_it_is_shown() {
    let connection = filled(1_000);
    for (filter, only) in sorted(single()).chain(sorted(combined())) {
        let query = of(&filter, only, true);
        let expected = (1..=1_000).map(Sample::new).filter(|it| it.matches(&filter, only)).count() as i64;
        assert_eq!(counted(&connection, &query.counting(10_001)), expected, "{filter:?} {only:?}");
        assert_eq!(counted(&connection, &query.counting(3)), expected.min(3));
    }
}
