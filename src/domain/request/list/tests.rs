//! A cursor's scope tells lists, filters and viewers apart; a filter crosses to the index unchanged.

use std::collections::BTreeSet;

use crate::domain::golden;
use crate::domain::request::fixtures::{at, caller, manager, requester, technician};
use crate::domain::request::list::*;
use crate::domain::user::Role;

fn full() -> ListFilter {
    ListFilter {
        status: vec![Status::Submitted, Status::Closed],
        priority: vec![Priority::High],
        hazard: Some(true),
        assignee: Some(technician().user.id),
        requester: Some(requester().user.id),
        category: Some(Category::parse("Lift").unwrap()),
        location: Some("00000000-0000-0000-0000-0000000000a1".parse().unwrap()),
        asset: Some("00000000-0000-0000-0000-0000000000b1".parse().unwrap()),
        q: Some(SearchText::parse("door;sort=1:x").unwrap()),
        files: Some(false),
        due_before: Some(at(90)),
        overdue: true,
        from: Some(at(0)),
        to: Some(at(60)),
        sort: Sort::RecentlyUpdated,
    }
}

#[test]
fn the_message_is_golden() {
    golden::assert_golden("list_filter.json", &full());
    assert_eq!(serde_json::from_str::<ListFilter>(&golden::read("list_filter.json")).unwrap(), full());
    assert_eq!(serde_json::from_str::<ListFilter>("{}").unwrap(), ListFilter::default());
}

#[test]
fn every_filter_and_every_viewer_has_a_scope_of_its_own() {
    let nothing = ListFilter::default;
    let filters = [
        nothing(),
        full(),
        ListFilter { status: vec![Status::Submitted], ..nothing() },
        ListFilter { status: vec![Status::Submitted, Status::Closed], ..nothing() },
        ListFilter { priority: vec![Priority::Low], ..nothing() },
        ListFilter { assignee: Some(technician().user.id), ..nothing() },
        ListFilter { requester: Some(technician().user.id), ..nothing() },
        ListFilter { category: Some(Category::parse("Lift").unwrap()), ..nothing() },
        ListFilter { location: full().location, ..nothing() },
        ListFilter { asset: full().asset, ..nothing() },
        ListFilter { q: Some(SearchText::parse("Lift").unwrap()), ..nothing() },
        ListFilter { files: Some(true), ..nothing() },
        ListFilter { files: Some(false), ..nothing() },
        ListFilter { due_before: Some(at(0)), ..nothing() },
        ListFilter { overdue: true, ..nothing() },
        ListFilter { from: Some(at(0)), ..nothing() },
        ListFilter { to: Some(at(0)), ..nothing() },
        ListFilter { sort: Sort::Oldest, ..nothing() },
        ListFilter { sort: Sort::RecentlyUpdated, ..nothing() },
        ListFilter { sort: Sort::Due, ..nothing() },
    ];
    let viewers = [manager(), technician(), caller(4, "Maya", Role::Technician)];
    let scopes: BTreeSet<String> =
        filters.iter().flat_map(|filter| viewers.iter().map(|viewer| filter.scope(viewer))).collect();
    assert_eq!(scopes.len(), filters.len() * viewers.len());
}

#[test]
fn what_is_overdue_is_due_before_the_moment_of_asking() {
    let overdue = ListFilter { overdue: true, ..ListFilter::default() };
    assert_eq!(overdue.clone().asked(|| at(5)).due_before, Some(at(5)));
    let earlier = ListFilter { due_before: Some(at(3)), ..overdue };
    assert_eq!(earlier.asked(|| at(5)).due_before, Some(at(3)));
    assert_eq!(ListFilter::default().asked(|| panic!("nobody asks")), ListFilter::default());
}

#[test]
fn a_text_cannot_pass_for_another_filter() {
    let [mut one, mut other] = [ListFilter::default(), ListFilter::default()];
    one.category = Some(Category::parse("a;q=1:b").unwrap());
    other.category = Some(Category::parse("a").unwrap());
    other.q = Some(SearchText::parse("b").unwrap());
    assert_ne!(one.scope(&manager()), other.scope(&manager()));
}
