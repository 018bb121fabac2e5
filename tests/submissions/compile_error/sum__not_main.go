package other

func main() {
	println(6)
}
