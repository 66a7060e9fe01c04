//! Faults on demand, in builds with the feature `fault-injection` only: reports with these titles end the wasm instance,
//! each in another way.

use std::hint::black_box;

/// A panic: announced by the panic hook.
const PANIC: &str = "fault: panic in the router";
/// Recursion without an end: a trap that nothing announces.
const NO_STACK: &str = "fault: use up the stack";
/// More memory than there can be: an abort that nothing announces.
const NO_MEMORY: &str = "fault: use up the memory";

/// The most that one allocation may ask for: half of the address space, which is never touched.
const HALF_OF_ALL: usize = 0x7fff_0000;

/// Ends the instance when the title asks for it.
#[allow(clippy::panic, reason = "that is the fault")]
pub fn on_report(title: &str) {
    match title {
        PANIC => panic!("injected"),
        NO_STACK => drop(black_box(deeper(black_box(0)))),
        NO_MEMORY => drop(black_box([0; 3].map(|_: u8| Vec::<u8>::with_capacity(HALF_OF_ALL)))),
        _ => {}
    }
}

#[allow(unconditional_recursion, reason = "that is the fault")]
fn deeper(depth: usize) -> usize {
    let frame = black_box([depth; 64]);
    deeper(depth + 1) + frame.len()
}
