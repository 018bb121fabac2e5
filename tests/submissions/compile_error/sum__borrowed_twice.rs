fn main() {
    let mut numbers = vec![1, 2, 3];
    let first = &mut numbers;
    let second = &mut numbers;
    first.push(1);
    second.push(2);
    println!("6");
}
