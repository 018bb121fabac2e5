package main

import "fmt"

func main() {
	var hoard [][]byte
	for {
		block := make([]byte, 10<<20)
		for i := range block {
			block[i] = 'x'
		}
		hoard = append(hoard, block)
		if len(hoard) < 0 {
			fmt.Println(hoard)
		}
	}
}
