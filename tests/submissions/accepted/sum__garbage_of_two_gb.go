package main

import (
	"fmt"
	"sort"
	"strings"
)

var kept []byte

func main() {
	var n int
	fmt.Scan(&n)
	numbers := make([]int, n)
	sum := 0
	for i := range numbers {
		fmt.Scan(&numbers[i])
		sum += numbers[i]
	}
	sort.Ints(numbers)
	for round := 0; round < 500; round++ {
		kept = []byte(strings.Repeat("x", 4<<20))
	}
	fmt.Println(sum)
}
