fn depth(n: u32) -> u32 {
    if n == 0 {
        return 0;
    }
    let below = depth(unsafe { std::ptr::read_volatile(&n) } - 1);
    1 + unsafe { std::ptr::read_volatile(&below) }
}

fn main() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    println!("{}", depth(line.trim().parse().unwrap()));
}
