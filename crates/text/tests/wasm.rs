//! The golden tables in wasm, with what the JavaScript runtime knows of Unicode, and what a crossing costs.

#![cfg(target_arch = "wasm32")]

mod table;

use wasm_bindgen_test::{console_log, wasm_bindgen_test};

fn install() {
    js_sys::eval(text::JAVASCRIPT).unwrap();
}

#[wasm_bindgen_test]
fn every_case_comes_out_as_it_does_natively() {
    install();
    let today = table::cases();
    let differs: Vec<_> = table::CASES.lines().zip(today.lines()).filter(|(native, here)| native != here).collect();
    assert!(differs.is_empty(), "{differs:#?}");
}

#[wasm_bindgen_test]
fn every_character_comes_out_as_it_does_natively() {
    install();
    let today = table::characters();
    let differs: Vec<_> =
        table::CHARACTERS.lines().zip(today.lines()).filter(|(native, here)| native != here).collect();
    assert!(differs.is_empty(), "{differs:#?}");
}

/// Not a test of speed: it prints the figures of the README, and that the functions can be called often.
#[wasm_bindgen_test]
fn what_a_call_costs_is_told() {
    install();
    const CALLS: u32 = 20_000;
    let ascii = "Pump 3 in the boiler room leaks since Monday, floor is wet!!";
    let other = "Lampu Café di lantai 3 berkedip – “sudah dilaporkan” 2× lalu";
    let time = |name: &str, run: &dyn Fn()| {
        run();
        let began = js_sys::Date::now();
        (0..CALLS).for_each(|_| run());
        console_log!("{name}: {:.2} µs", (js_sys::Date::now() - began) * 1_000.0 / f64::from(CALLS));
    };
    time("fold, ASCII, no crossing", &|| drop(text::fold(ascii)));
    time("fold, not ASCII", &|| drop(text::fold(other)));
    time("words, not ASCII", &|| drop(text::words(other)));
    time("visible, not ASCII", &|| _ = text::visible("“”–"));
    time("visible, one letter that is not ASCII: the crossing", &|| _ = text::visible("é"));
    time("clean, nothing to do", &|| drop(text::clean(other)));
    time("clean, an emoji of three parts", &|| drop(text::clean("Teknisi \u{1F469}\u{1F3FD}\u{200D}\u{1F527} datang")));
    time("looks_like, ASCII", &|| drop(text::looks_like("Budi Santoso")));
    time("looks_like, not ASCII", &|| drop(text::looks_like("Вudi Santoso")));
    time("is_reserved, ASCII", &|| _ = text::is_reserved("Budi Santoso"));
}
