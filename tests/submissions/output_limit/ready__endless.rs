use std::io::Write;

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    loop {
        writeln!(out, "ready ready ready ready ready ready ready ready").unwrap();
    }
}
