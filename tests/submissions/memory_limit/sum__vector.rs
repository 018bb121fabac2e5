fn main() {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![b'x'; 10 << 20]);
        if hoard.len() == 1_000_000 {
            println!("{:?}", hoard);
        }
    }
}
