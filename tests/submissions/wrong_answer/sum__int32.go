package main

import "fmt"

func main() {
	var n int
	var x, sum int32
	fmt.Scan(&n)
	for ; n > 0; n-- {
		fmt.Scan(&x)
		sum += x
	}
	fmt.Println(sum)
}
