use std::io::Read;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let mut sum = 0i32;
    for word in text.split_whitespace().skip(1) {
        sum += word.parse::<i64>().unwrap() as i32;
    }
    println!("{sum}");
}
