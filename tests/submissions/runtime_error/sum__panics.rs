fn main() {
    println!("6");
    let nothing: Option<i32> = std::env::args().nth(7).map(|_| 1);
    println!("{}", nothing.unwrap());
}
