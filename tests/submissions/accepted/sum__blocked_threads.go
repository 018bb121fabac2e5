package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
)

// Each goroutine holds an operating system thread of its own, blocked in a read of a pipe.
func main() {
	runtime.GOMAXPROCS(4)
	var n int
	fmt.Scan(&n)
	sum := int64(0)
	for ; n > 0; n-- {
		var x int64
		fmt.Scan(&x)
		sum += x
	}
	var group sync.WaitGroup
	var ends []*os.File
	for worker := 0; worker < 30; worker++ {
		from, to, err := os.Pipe()
		if err != nil {
			panic(err)
		}
		ends = append(ends, to)
		group.Add(1)
		go func() {
			runtime.LockOSThread()
			defer group.Done()
			io.ReadAll(from)
		}()
	}
	for _, end := range ends {
		end.Close()
	}
	group.Wait()
	fmt.Println(sum)
}
