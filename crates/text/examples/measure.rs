//! What a call costs natively: the figures of the README. `cargo run --release -p cepatedge-text --example measure`.

use std::hint::black_box;
use std::time::Instant;

const CALLS: u32 = 100_000;

fn main() {
    let ascii = "Pump 3 in the boiler room leaks since Monday, floor is wet!!";
    let other = "Lampu Café di lantai 3 berkedip – “sudah dilaporkan” 2× lalu";
    time("fold, 60 characters, ASCII", || drop(text::fold(black_box(ascii))));
    time("fold, 60 characters, not ASCII", || drop(text::fold(black_box(other))));
    time("words, 60 characters, not ASCII", || drop(text::words(black_box(other))));
    time("visible, 60 characters", || {
        black_box(text::visible(black_box(other)));
    });
    time("clean, 60 characters, nothing to do", || drop(text::clean(black_box(other))));
    time("looks_like, ASCII", || drop(text::looks_like(black_box("Budi Santoso"))));
    time("looks_like, not ASCII", || drop(text::looks_like(black_box("Вudi Santoso"))));
    time("is_reserved, ASCII", || {
        black_box(text::is_reserved(black_box("Budi Santoso")));
    });
}

fn time(name: &str, mut run: impl FnMut()) {
    run();
    let began = Instant::now();
    (0..CALLS).for_each(|_| run());
    println!("{name}: {:.2} µs", began.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS));
}
