use std::io::{self, BufRead, Write};

fn main() {
    let stdin = io::stdin();
    let mut words = Vec::new();
    for line in stdin.lock().lines() {
        words.extend(line.unwrap().split_whitespace().map(|word| word.parse::<i64>().unwrap()));
    }
    let n = words[0] as usize;
    let mut out = io::BufWriter::new(io::stdout().lock());
    writeln!(out, "{}", words[1..=n].iter().sum::<i64>()).unwrap();
}
