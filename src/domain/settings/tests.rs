//! The table of settings, what may be put into it, and what comes of it.

use serde_json::{from_str, json, to_value};

use super::*;
use crate::domain::Role;
use crate::domain::log::Level;
use crate::domain::organisation::Weekday;
use crate::domain::request::{Approvers, Colour, MAX_CATEGORIES, OfferedCategory, Priority};

/// The page of the settings: a row per setting, with its key, what it may be, and its default.
const PAGE: &str = include_str!("../../../docs/settings.md");

fn change(version: i64, key: &str, value: Option<SettingValue>) -> SettingChange {
    let by: Actor = from_str(r#"{"id":null,"name":"system"}"#).unwrap();
    let (before, at) = (SettingValue::Number(1), Timestamp::from_ms(1_795_499_162_123));
    SettingChange { key: key.into(), version, value, before, restored: None, at, by }
}

fn in_force(changes: Vec<SettingChange>) -> InForce {
    Stored { changes, ..Stored::default() }.in_force()
}

fn may_be(form: &Form) -> String {
    match form {
        Form::Number { unit, min, max, .. } => format!("{min} to {max} {unit}"),
        Form::Switch { .. } => "`true`, `false`".into(),
        Form::Word { words, .. } => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Form::Text { max, .. } => format!("up to {max} characters"),
        Form::OrganisationName => "1 to 100 characters".into(),
        Form::TimeZone => "a time zone".into(),
        Form::LevelDays { min, max, .. } => format!("{min} to {max} days by level"),
        Form::Languages => Language::ALL.iter().map(|language| format!("`{language}`")).collect::<Vec<_>>().join(", "),
        Form::Categories => format!("a list of 1 to {MAX_CATEGORIES}"),
        Form::AssetCategories => format!("a list of up to {}", fields::MAX_CATEGORIES),
    }
}

#[test]
fn every_setting_has_its_row_here_and_in_the_documentation() {
    let keys: Vec<SettingKey> = SETTINGS.iter().map(|setting| setting.key).collect();
    assert_eq!(keys, SettingKey::ALL);
    for Setting { key, form, .. } in SETTINGS {
        let default = match form.default_value() {
            None => "as set up".into(),
            Some(SettingValue::Categories(list)) => format!("{} of them", list.len()),
            Some(SettingValue::Text(text)) if text.is_empty() => "none".into(),
            Some(value) => to_value(value).unwrap().to_string(),
        };
        let row = format!("| `{key}` | {} | {} |", may_be(form), default.replace('"', "`"));
        assert!(PAGE.contains(&row), "docs/settings.md has no row that begins: {row}");
    }
    assert_eq!(PAGE.matches("\n| `").count(), SETTINGS.len(), "docs/settings.md has a row for what is no setting");
}

#[test]
fn a_default_is_a_value_that_may_be_set_and_setting_it_changes_nothing() {
    for setting in SETTINGS {
        let Some(default) = setting.form.default_value() else { continue };
        assert_eq!(checked(setting, default.clone()), Ok(default.clone()));
        let mut in_force = InForce::default();
        setting.form.put(&mut in_force, &default);
        assert_eq!(in_force, InForce::default(), "{}", setting.key);
    }
}

#[test]
fn each_setting_changes_something_of_its_own() {
    let mut seen = vec![InForce::default()];
    for setting in SETTINGS {
        let other = match &setting.form {
            Form::Number { max, .. } => SettingValue::Number(*max),
            Form::Switch { .. } => {
                SettingValue::Switch(setting.form.default_value() == Some(SettingValue::Switch(false)))
            }
            Form::Word { words, .. } => SettingValue::Text((*words.last().unwrap()).to_owned()),
            Form::Categories => SettingValue::Categories(Vec::new()),
            Form::AssetCategories => {
                SettingValue::AssetCategories(vec![CategoryFields { name: "Pump".into(), fields: Vec::new() }])
            }
            Form::Text { check, .. } => {
                let texts = ["https://id.example.com", "example.com", "desk@example.com"];
                SettingValue::Text(texts.into_iter().find_map(|text| check(text).ok()).unwrap())
            }
            Form::LevelDays { max, .. } => SettingValue::Levels(LevelDays::from([(Level::Info, *max)])),
            Form::TimeZone => SettingValue::Text("Asia/Makassar".into()),
            Form::Languages => SettingValue::Languages(vec![Language::Id]),
            Form::OrganisationName => continue,
        };
        let in_force = in_force(vec![change(0, setting.key.as_str(), Some(other))]);
        assert!(!seen.contains(&in_force), "{}", setting.key);
        seen.push(in_force);
    }
}

#[test]
fn a_value_within_its_bounds_is_taken_and_another_is_refused_with_a_code() {
    let check = |key: SettingKey, value: serde_json::Value| {
        let value = serde_json::from_value(value).unwrap();
        match checked(Setting::of(key).unwrap(), value) {
            Ok(value) => to_value(value).unwrap(),
            Err(Refusal::Invalid { field, code, .. }) if field == "value" => json!({ "refused": code }),
            Err(other) => panic!("{other:?}"),
        }
    };
    let refused = |code: &str| json!({ "refused": code });
    for good in [1, 4, 8_760] {
        assert_eq!(check(SettingKey::DueHoursUrgent, json!(good)), json!(good));
    }
    for bad in [json!(0), json!(8_761), json!(true), json!("4")] {
        assert_eq!(check(SettingKey::DueHoursUrgent, bad), refused("out_of_range"));
    }
    assert_eq!(check(SettingKey::ReopenDays, json!(366)), refused("out_of_range"));
    assert_eq!(check(SettingKey::Approvers, json!("admins")), json!("admins"));
    for bad in [json!("kings"), json!(1), json!(false)] {
        assert_eq!(check(SettingKey::Approvers, bad), refused("unknown_value"));
    }
    assert_eq!(check(SettingKey::TechniciansClaim, json!(false)), json!(false));
    assert_eq!(check(SettingKey::TechniciansClaim, json!("false")), refused("unknown_value"));
    assert_eq!(check(SettingKey::OidcIssuer, json!(" https://id.example.com/ ")), json!("https://id.example.com/"));
    assert_eq!(check(SettingKey::OidcIssuer, json!("")), json!(""));
    for good in ["", "desk@example.com", "Building services <desk@example.com>"] {
        assert_eq!(check(SettingKey::MailFrom, json!(format!(" {good} "))), json!(good));
    }
    for bad in ["desk", "desk@", "a@example.com, b@example.com", "Desk <desk@example.com> x"] {
        assert_eq!(check(SettingKey::MailFrom, json!(bad)), refused("malformed"), "{bad}");
    }
    assert_eq!(check(SettingKey::MailFrom, json!("Desk\r\nBcc: <desk@example.com>")), refused("malformed"));
    assert_eq!(check(SettingKey::OidcName, json!("x".repeat(40))), json!("x".repeat(40)));
    assert_eq!(check(SettingKey::OidcName, json!("x".repeat(41))), refused("too_long"));
    assert_eq!(check(SettingKey::OidcIssuer, json!("http://id.example.com")), refused("malformed_issuer"));
    for bad in [json!(1), json!(true)] {
        assert_eq!(check(SettingKey::OidcIssuer, bad), refused("malformed"));
    }
    assert_eq!(check(SettingKey::OidcNewcomers, json!("admin")), refused("unknown_value"));
    assert_eq!(check(SettingKey::OrganisationName, json!(" Hotel Melati ")), json!("Hotel Melati"));
    assert_eq!(check(SettingKey::OrganisationName, json!(" ")), refused("required"));
    assert_eq!(check(SettingKey::OrganisationName, json!("x".repeat(101))), refused("too_long"));
    assert_eq!(check(SettingKey::TimeZone, json!(" Asia/Makassar ")), json!("Asia/Makassar"));
    for bad in ["+07:00", "Asia/", "GMT+7:30"] {
        assert_eq!(check(SettingKey::TimeZone, json!(bad)), refused("unknown_value"));
    }
    for bad in [json!(""), json!(7)] {
        assert_eq!(check(SettingKey::TimeZone, bad), refused("required"));
    }
    assert_eq!(check(SettingKey::WeekStart, json!("saturday")), json!("saturday"));
    assert_eq!(check(SettingKey::WeekStart, json!("tuesday")), refused("unknown_value"));
    assert_eq!(check(SettingKey::Languages, json!(["id"])), json!(["id"]));
    for bad in [json!([]), json!("id"), json!(true)] {
        assert_eq!(check(SettingKey::Languages, bad), refused("required"));
    }
    assert_eq!(check(SettingKey::Languages, json!(["id", "id"])), refused("duplicate"));
    assert!(from_str::<SettingValue>(r#"["fr"]"#).is_err());
    let days = json!({ "debug": 1, "error": 365 });
    assert_eq!(check(SettingKey::LogDaysHttp, days.clone()), days);
    assert_eq!(check(SettingKey::LogDaysHttp, json!({})), json!({}));
    for bad in [json!({ "info": 0 }), json!({ "info": 30, "warn": 366 })] {
        assert_eq!(check(SettingKey::LogDaysHttp, bad), refused("out_of_range"));
    }
    for bad in [json!(30), json!([])] {
        assert_eq!(check(SettingKey::LogDaysHttp, bad), refused("malformed"));
    }
    // What is no value at all is refused where it is read.
    for none in ["-1", "1.5", "4294967296", "[1]", r#"{"fatal":1}"#, r#"{"info":-1}"#] {
        assert!(from_str::<SettingValue>(none).is_err(), "{none}");
    }
}

#[test]
fn what_was_set_is_put_over_the_defaults_and_the_newest_version_travels() {
    let changes = [
        change(7, "due_hours_urgent", Some(SettingValue::Number(2))),
        change(9, "approvers", Some(SettingValue::Text("admins".into()))),
        change(3, "technicians_claim", Some(SettingValue::Switch(false))),
        change(4, "reopen_days", None),
        // A newer release knows it, or an older one took it.
        change(11, "moon_phase", Some(SettingValue::Text("full".into()))),
        change(5, "auto_close_days", Some(SettingValue::Number(0))),
        change(6, "session_days", Some(SettingValue::Text("ten".into()))),
    ];
    let in_force = in_force(changes.into());
    assert_eq!(in_force.rules.target_ms(Priority::Urgent), 2 * 3_600_000);
    assert_eq!((in_force.rules.approvers, in_force.rules.technicians_claim), (Approvers::Admins, false));
    let RequestRules { reopen_days, auto_close_days, .. } = RequestRules::default();
    assert_eq!((in_force.rules.reopen_days, in_force.rules.auto_close_days), (reopen_days, auto_close_days));
    assert_eq!(in_force.sessions, SessionLimits::default());
    assert_eq!(in_force.travelling().map(|travelling| travelling.version), Some(11));
    assert_eq!(InForce::default().travelling(), None);
    assert_eq!(Stored::default().in_force(), InForce::default());
}

#[test]
fn a_change_reads_back_as_it_was_written() {
    let by = Actor::User(
        crate::domain::Person { id: "00000000-0000-0000-0000-000000000004".parse().unwrap(), name: "Maya".into() },
        Some(Role::Admin),
        None,
    );
    let whole =
        SettingChange { restored: Some(2), by, ..change(7, "technicians_claim", Some(SettingValue::Switch(false))) };
    assert_eq!(from_str::<SettingChange>(&to_value(&whole).unwrap().to_string()).unwrap(), whole);
}

#[test]
fn a_list_of_categories_is_checked_row_by_row() {
    let setting = Setting::of(SettingKey::Categories).unwrap();
    let of = |name: &str, archived| OfferedCategory {
        name: name.into(),
        colour: Colour::Blue,
        priority: Some(Priority::High),
        archived,
        after_picture: false,
    };
    let check = |list: Vec<OfferedCategory>| match checked(setting, SettingValue::Categories(list)) {
        Ok(SettingValue::Categories(list)) => Ok(list),
        Err(Refusal::Invalid { field, code, detail }) if field == "value" => Err((code, detail)),
        other => panic!("{other:?}"),
    };
    let code = |list| check(list).unwrap_err().0;
    assert_eq!(
        check(vec![of(" Kolam  renang ", false), of("Lift", true)]).unwrap(),
        [of("Kolam  renang", false), of("Lift", true)]
    );
    assert_eq!(code(vec![]), "required");
    assert_eq!(code(vec![of("Lift", true)]), "required");
    assert_eq!(code(vec![of("Lift", false), of("LIFT", true)]), "duplicate");
    assert_eq!(code((0..=MAX_CATEGORIES).map(|n| of(&format!("Category {n}"), false)).collect()), "out_of_range");
    assert_eq!(code(vec![of("Lift", false), of(&"x".repeat(61), false)]), "too_long");
    let (code, detail) = check(vec![of("Lift", false), of(" ", false)]).unwrap_err();
    assert_eq!(code, "required");
    assert!(detail.starts_with("Category 2: "), "{detail}");
}

#[test]
fn a_change_of_a_newer_release_does_not_hide_the_others() {
    let known = to_value(change(3, "reopen_days", Some(SettingValue::Number(9)))).unwrap();
    let mut newer = to_value(change(4, "shifts", None)).unwrap();
    newer["value"] = json!({ "from": "22:00" });
    let stored: Stored =
        serde_json::from_value(json!({ "organisation": "Melati", "changes": [newer, known] })).unwrap();
    assert_eq!(stored.in_force().rules.reopen_days, 9);
}

#[test]
fn what_the_setup_said_is_in_force_until_it_is_set_and_then_that() {
    let makassar = crate::domain::organisation::TimeZone::parse("Asia/Makassar").unwrap();
    let set_up = Stored { time_zone: Some(makassar.clone()), language: Some(Language::Id), ..Stored::default() };
    let OrganisationRules { time_zone, week_start, languages } = set_up.in_force().organisation;
    assert_eq!((time_zone, week_start), (makassar, Weekday::Monday));
    assert_eq!(languages.as_slice(), [Language::Id, Language::En]);
    assert_eq!(set_up.as_set_up(&Form::TimeZone), SettingValue::Text("Asia/Makassar".into()));
    assert_eq!(set_up.as_set_up(&Form::Languages), SettingValue::Languages(vec![Language::Id, Language::En]));

    let changes = vec![
        change(3, "time_zone", Some(SettingValue::Text("Asia/Jayapura".into()))),
        change(4, "week_start", Some(SettingValue::Text("sunday".into()))),
        change(5, "languages", Some(SettingValue::Languages(vec![Language::En]))),
    ];
    let OrganisationRules { time_zone, week_start, languages } = Stored { changes, ..set_up }.in_force().organisation;
    assert_eq!((time_zone.as_str(), week_start), ("Asia/Jayapura", Weekday::Sunday));
    assert_eq!(languages.as_slice(), [Language::En]);
}
