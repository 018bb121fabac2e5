use std::collections::HashMap;
use std::io::Read;
use std::sync::{mpsc, Arc};
use std::thread;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let numbers: Arc<Vec<i64>> = Arc::new(text.split_whitespace().skip(1).map(|word| word.parse().unwrap()).collect());
    let (sender, receiver) = mpsc::channel();
    for t in 0..8 {
        let (sender, numbers) = (sender.clone(), Arc::clone(&numbers));
        thread::Builder::new()
            .stack_size(256 << 20)
            .spawn(move || sender.send((t, numbers.iter().skip(t).step_by(8).sum::<i64>())).unwrap())
            .unwrap();
    }
    drop(sender);
    let parts: HashMap<usize, i64> = receiver.iter().collect();
    println!("{}", parts.values().sum::<i64>());
}
