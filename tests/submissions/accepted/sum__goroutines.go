package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var n int
	fmt.Scan(&n)
	numbers := make(chan int64)
	sums := make(chan int64, 1000)
	var group sync.WaitGroup
	for worker := 0; worker < 1000; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			var sum int64
			for x := range numbers {
				sum += x
			}
			sums <- sum
		}()
	}
	for ; n > 0; n-- {
		var x int64
		fmt.Scan(&x)
		numbers <- x
	}
	close(numbers)
	time.Sleep(time.Millisecond)
	group.Wait()
	close(sums)
	var total int64
	for sum := range sums {
		total += sum
	}
	fmt.Println(total)
}
